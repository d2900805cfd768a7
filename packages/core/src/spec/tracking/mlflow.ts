/** What is common to both kinds of MLflow servers. */
interface MlflowNames {
  /** The experiment that the runs belong to, of at most 256 characters; default the project's name. */
  readonly experiment?: string
  /** The name of the run, of at most 256 characters. Default: MLflow's; with `log` the name of the job. */
  readonly run?: string
}

/** An MLflow server of SageMaker's. */
export interface ManagedMlflow extends MlflowNames {
  /** The ARN of the tracking server or MLflow app. */
  readonly trackingArn: string
  readonly uri?: undefined
  readonly log?: undefined
}

/** Any other MLflow server. */
export interface MlflowServer extends MlflowNames {
  /** The address of the server, without a user or password: `https://mlflow.example.com`. */
  readonly uri: string
  readonly trackingArn?: undefined
  /**
   * Whether this library logs a run for each job when it has ended, so that the program need not: hyperparameters, every value of the metrics,
   * tags and the model. Default false.
   */
  readonly log?: boolean
}

/** Where MLflow logs the runs of a task: a server of SageMaker's, or any other. */
export type MlflowOptions = ManagedMlflow | MlflowServer

/** An MLflow server as a task has it. */
export interface MlflowSpec {
  /** An ARN or an address. */
  readonly server: string
  /** Whether it is a server of SageMaker's. */
  readonly isManaged: boolean
  /** The experiment; absent: one of the project's name. */
  readonly experiment?: string
  /** The name of the run; absent: MLflow's. */
  readonly run?: string
  /** Whether this library logs a run for each job. */
  readonly log: boolean
}

const fields = ['trackingArn', 'uri', 'experiment', 'run', 'log']
const arnShape = /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:mlflow-[a-zA-Z0-9-]*\/\S+$/

/** What the option means; a text says what is wrong with it. */
export function mlflowOf(given: unknown): MlflowSpec | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return "must be an object such as { uri: 'https://mlflow.example.com' }"
  const { trackingArn, uri, experiment, run, log = false } = given as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((name) => !fields.includes(name))
  if (unknown !== undefined) return `has ${fields.join(', ')}, not ${unknown}`
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
export function mlflowInWords([server = '', experiment, run]: readonly string[]): MlflowOptions {
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
