/** Built-in algorithms that go on from their checkpoints; with the others a spot machine that is taken away loses all work. */
const withCheckpoints: ReadonlySet<string> = new Set([
  'xgboost',
  'image-classification',
  'object-detection',
  'semantic-segmentation',
])

/** Whether a built-in algorithm keeps checkpoints. SageMaker lets those that do not wait an hour for spot machines, at most. */
export const keepsCheckpoints = (algorithm: string): boolean => withCheckpoints.has(algorithm.toLowerCase())
