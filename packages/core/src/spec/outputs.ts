/** What a training task leaves: its model (all machines merged), output (main machine), state and source. */
export const trainingOutputs = ['model', 'output', 'state', 'source'] as const
/** What a processing task leaves: it has no model. */
export const processingOutputs = ['output', 'state', 'source'] as const

export type TrainingOutput = (typeof trainingOutputs)[number]
export type ProcessingOutput = (typeof processingOutputs)[number]
export type OutputName = TrainingOutput
