import { experimentProblem, type ExperimentOptions } from '../../spec/tracking/experiment.ts'
import { mlflowInWords, mlflowOf, type MlflowOptions } from '../../spec/tracking/mlflow.ts'
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
