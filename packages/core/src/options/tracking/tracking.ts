import type { ExperimentOptions, MlflowOptions, MlflowSpec } from '../../spec/outputs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { make, trainingOnly } from '../option.ts'
import { flag } from '../option-types.ts'

/** Where it is noted what a job measured. None of it makes another run. */
export const trackingOptions = {
  /**
   * The MLflow server that the program's runs are logged on, by its ARN or address.
   *
   * Sets `MLFLOW_TRACKING_URI`, `MLFLOW_EXPERIMENT_NAME` (default the project's name) and `MLFLOW_RUN_NAME`. With `log: true` a program that knows
   * nothing of MLflow gets a run, too. Not part of the fingerprint.
   *
   * @see MlflowConfig in the CreateTrainingJob reference
   */
  mlflow: make<MlflowOptions, JobKind, [server: MlflowOptions], undefined>(
    {
      summary: "The MLflow server that the program's runs are logged on, by its ARN or address.",
      source: 'MlflowConfig',
      flag: { names: ['mlflow'] },
    },
    { args: ['SERVER', '[EXPERIMENT]', '[RUN]'], read: (given) => mlflowInWords(given.at(-1) ?? []) },
    (value) => value,
    (value, path) => {
      const found = mlflowOf(value)
      const hint = {
        library:
          "Write .mlflow({ uri: 'https://mlflow.example.com', experiment: 'prices', log: true }), or trackingArn instead of uri.",
        commandLine: `Write --mlflow https://mlflow.example.com prices, or --mlflow '{"uri":"https://mlflow.example.com","log":true}'.`,
      }
      return typeof found === 'object' ? [] : [{ path, value, message: found, hint }]
    },
  ),
  /**
   * The experiment, trial and run of SageMaker Experiments that the job belongs to; they must be there.
   *
   * AWS only. For new work MLflow is its successor. Not part of the fingerprint.
   *
   * @see ExperimentConfig in the CreateTrainingJob reference
   */
  experiment: make<ExperimentOptions, JobKind, [experiment: ExperimentOptions], undefined>(
    {
      summary: 'The experiment, trial and run of SageMaker Experiments that the job belongs to; they must be there.',
      source: 'ExperimentConfig',
      ignoredLocally: true,
      flag: { names: ['experiment_config'] },
    },
    {
      args: ['NAME', '[TRIAL]', '[DISPLAY_NAME]'],
      read: (given) => {
        const [name = '', trial, displayName] = given.at(-1) ?? []
        return { name, ...(trial === undefined ? {} : { trial }), ...(displayName === undefined ? {} : { displayName }) }
      },
    },
    (value) => value,
    (value, path) => {
      const message = experimentProblem(value)
      const hint = {
        library: "Write .experiment({ name: 'prices', trial: 'first' }).",
        commandLine: 'Write --experiment_config prices first.',
      }
      return message === undefined ? [] : [{ path, value, message, hint }]
    },
  ),
  /**
   * Whether what the program writes to `SSM_TENSORBOARD_DIR` is stored while the job runs, for TensorBoard.
   *
   * Default false. It is stored beside the job's output, below `tensorboard-output/`; `ssm tensorboard` shows it. Not part of the fingerprint.
   *
   * @see TensorBoardOutputConfig in the CreateTrainingJob reference
   */
  tensorboard: flag({
    summary: 'Whether what the program writes to `SSM_TENSORBOARD_DIR` is stored while the job runs, for TensorBoard.',
    source: 'TensorBoardOutputConfig',
    kinds: trainingOnly,
    default: false,
    flag: { names: ['tensorboard'] },
  }),
}

/** Where a task's runs are noted. What is wrong with the options has been said by then. */
export function trackingOf({
  mlflow,
  experiment,
  tensorboard,
}: {
  readonly mlflow?: MlflowOptions | undefined
  readonly experiment?: ExperimentOptions | undefined
  readonly tensorboard: boolean
}): Pick<TaskSpec, 'mlflow' | 'experiment' | 'tensorboard'> {
  const server = mlflow === undefined ? undefined : mlflowOf(mlflow)
  return {
    ...(typeof server === 'object' ? { mlflow: server } : {}),
    ...(experiment === undefined ? {} : { experiment }),
    ...(tensorboard ? { tensorboard: true } : {}),
  }
}

const mlflowFields = ['trackingArn', 'uri', 'experiment', 'run', 'log']
const arnShape = /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:mlflow-[a-zA-Z0-9-]*\/\S+$/

/** What the option means; a text says what is wrong with it. */
function mlflowOf(given: unknown): MlflowSpec | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return "must be an object such as { uri: 'https://mlflow.example.com' }"
  const { trackingArn, uri, experiment, run, log = false } = given as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((name) => !mlflowFields.includes(name))
  if (unknown !== undefined) return `has ${mlflowFields.join(', ')}, not ${unknown}`
  if ((trackingArn === undefined) === (uri === undefined)) return 'must have one of trackingArn and uri'
  const wrong = serverProblem(trackingArn, uri) ?? nameProblem('experiment', experiment) ?? nameProblem('run', run)
  if (wrong !== undefined) return wrong
  if (typeof log !== 'boolean') return 'must have true or false as log'
  if (log && (trackingArn !== undefined || !/^https?:/.test(String(uri))))
    return 'can log runs on servers that are reached over HTTP alone: SageMaker makes the runs of its own servers itself'
  return {
    server: String(trackingArn ?? uri),
    isManaged: trackingArn !== undefined,
    ...(typeof experiment === 'string' ? { experiment } : {}),
    ...(typeof run === 'string' ? { run } : {}),
    log,
  }
}

function serverProblem(trackingArn: unknown, uri: unknown): string | undefined {
  if (trackingArn !== undefined)
    return typeof trackingArn === 'string' && trackingArn.length <= 2_048 && arnShape.test(trackingArn)
      ? undefined
      : 'must have the ARN of an MLflow tracking server or MLflow app as trackingArn'
  if (typeof uri !== 'string' || uri.length > 512 || !/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/u.test(uri))
    return 'must have an address such as https://mlflow.example.com as uri'
  return /^[a-z0-9+.-]+:\/\/[^/]*@/.test(uri)
    ? 'must have an address without a user or password: they would be readable in the job'
    : undefined
}

function nameProblem(field: string, name: unknown): string | undefined {
  const isName = typeof name === 'string' && name.length > 0 && name.length <= 256 && !/\p{Cc}/u.test(name)
  return name === undefined || isName ? undefined : `must have a name of 1 to 256 characters on one line as ${field}`
}

/** The option as the command line gives it: a server and the names of experiment and run, or all as JSON. */
function mlflowInWords([server = '', experiment, run]: readonly string[]): MlflowOptions {
  if (server.startsWith('{')) {
    try {
      return JSON.parse(server) as MlflowOptions
    } catch {
      // No JSON, and the option's check says so in words.
    }
  }
  const names = { ...(experiment === undefined ? {} : { experiment }), ...(run === undefined ? {} : { run }) }
  return server.startsWith('arn:') ? { trackingArn: server, ...names } : { uri: server, ...names }
}

const experimentFields = ['name', 'trial', 'displayName', 'run'] as const
const experimentShape = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}$/

/** What is wrong with the option; `undefined` when nothing is. */
function experimentProblem(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return "must be an object such as { name: 'prices' }"
  const entries = Object.entries(given)
  const unknown = entries.find(([name]) => !experimentFields.some((field) => field === name))
  if (unknown !== undefined) return `has ${experimentFields.join(', ')}, not ${unknown[0]}`
  const named = entries.filter(([, value]) => value !== undefined)
  if (named.length === 0) return `must have at least one of ${experimentFields.join(', ')}`
  const wrong = named.find(([, value]) => typeof value !== 'string' || !experimentShape.test(value))
  return wrong === undefined ? undefined : `must have a name of 1 to 120 letters, digits and inner hyphens as ${wrong[0]}`
}
