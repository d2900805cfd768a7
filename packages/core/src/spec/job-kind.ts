/** The two kinds of jobs that SageMaker runs for us. */
export type JobKind = 'training' | 'processing'
