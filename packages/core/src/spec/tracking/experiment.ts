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
