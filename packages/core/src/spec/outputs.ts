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
