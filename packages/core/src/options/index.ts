/**
 * The options, as tables: what the command line, its help and the docs are made from.
 *
 * @module
 */
export { accessOptions } from './access.ts'
export { computeOptions, machinesOf } from './compute.ts'
export { editDistance, nearest } from './did-you-mean.ts'
export { imageOptions } from './image.ts'
export {
  count,
  duration,
  flag,
  list,
  oneOf,
  text,
  trainingOnly,
  type Flag,
  type Option,
  type Problem,
  type ValueOf,
} from './option.ts'
export { parameterOptions } from './parameters.ts'
export { taskOptions, type TrainingOptions } from './task-options.ts'
