/** What a training task leaves: its model (all machines merged), output (main machine), state and source. */
export const trainingOutputs = ['model', 'output', 'state', 'source'] as const
/** What a processing task leaves: it has no model. */
export const processingOutputs = ['output', 'state', 'source'] as const

/** The outputs of a training task. */
export type TrainingOutput = (typeof trainingOutputs)[number]
/** The outputs of a processing task. */
export type ProcessingOutput = (typeof processingOutputs)[number]
/** The outputs of any task. */
export type OutputName = TrainingOutput
