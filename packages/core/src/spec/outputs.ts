/** What a training task leaves: its model (all machines merged), output (main machine), state and source. */
export const trainingOutputs = ['model', 'output', 'state', 'source'] as const
/** What a processing task leaves: it has no model. */
export const processingOutputs = ['output', 'state', 'source'] as const

/** The outputs of a training task. */
export type TrainingOutput = (typeof trainingOutputs)[number]
/** The outputs of a processing task. */
export type ProcessingOutput = (typeof processingOutputs)[number]
/** The outputs of a task of which only the kind is known; a processing task may name more by `outputs()`. */
export type OutputName = TrainingOutput

/** The folders that a processing task names as outputs: name to absolute path on the machine. */
export type NamedOutputs = Readonly<Record<string, string>>

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
  /** Not beside `trackingArn`: the ARN says which server it is. */
  readonly uri?: undefined
  /** Not beside `trackingArn`: a program logs there itself. */
  readonly log?: undefined
}

/** Any other MLflow server. */
export interface MlflowServer extends MlflowNames {
  /** The address of the server, without a user or password: `https://mlflow.example.com`. */
  readonly uri: string
  /** Not beside `uri`: the address says which server it is. */
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

/** The experiment of SageMaker Experiments that a job belongs to. */
export interface ExperimentOptions {
  /** The name of an experiment that is there. */
  readonly name?: string
  /** The name of a trial that is there. */
  readonly trial?: string
  /** The name under which the job is shown. */
  readonly displayName?: string
  /** The name of a run of the experiment that is there. */
  readonly run?: string
}
