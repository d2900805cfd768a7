/**
 * The options, as tables: what the command line, its help and the docs are made from.
 *
 * @module @simple-sagemaker/core/options
 */
export { distrustOf, type Distrust, type Ownership } from '../files/ownership.ts'
export { accessOptions } from './access.ts'
export { computeOptions } from './compute.ts'
export { spotOptions } from './spot/spot.ts'
export { editDistance, nearest } from './did-you-mean.ts'
export { imageOptions } from './image.ts'
export { describeDefault, trainingOnly, type AnyOption, type Flag, type Option, type Problem, type ValueOf } from './option.ts'
export { count, duration, flag, list, oneOf, text } from './option-types.ts'
export { parameterOptions } from './parameters.ts'
export { trackingOptions } from './tracking/tracking.ts'
export { knownInstanceTypes } from '../spec/instance-types.ts'
export {
  givingWay,
  ofFiles,
  optionsFor,
  resolvedOptions,
  taskOptions,
  type ResolvedOptions,
  type TrainingOptions,
} from './task-options.ts'
