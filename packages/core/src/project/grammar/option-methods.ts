import type { ParametersOf } from '../../options/option.ts'
import type { TaskOptionTable, TrainingOnlyOption } from '../../options/task-options.ts'
import type { Secret } from '../../secrets/secret.ts'
import type { InstanceType } from '../../spec/instance-types.ts'
import type { RetryOptions } from '../../spec/training/retry.ts'
import type { CheckedPause, SomeTime } from './durations.ts'
import type { Explain, Refused } from './explain.ts'

/** Options whose methods change what later methods take, or check the form of a duration: they are written out in `tasks.ts`. */
export type Special =
  | 'spot'
  | 'warm'
  | 'fallbackTypes'
  | 'spotFallback'
  | 'maxRun'
  | 'maxWait'
  | 'spotAfter'
  | 'certifiedOver'
  | 'retry'
  | 'hyperparameters'
  | 'metrics'

/** Options whose methods rule others out: they are written out in `tasks.ts`, too. In `.with()` they are free. */
type RulesOut =
  | 'launch'
  | 'distribution'
  | 'image'
  | 'dockerfile'
  | 'framework'
  | 'frameworkVersion'
  | 'pythonVersion'
  | 'instanceGroups'

// Worked out once: a task's methods are made anew for each of its states, and only `Self` differs.
type SharedParameters = {
  readonly [Name in keyof TaskOptionTable as Name extends TrainingOnlyOption | Special | RulesOut ? never : Name]: ParametersOf<
    TaskOptionTable[Name]
  >
}
type TrainingParameters = {
  readonly [
    Name in keyof TaskOptionTable as Name extends Exclude<TrainingOnlyOption, Special | RulesOut> ? Name : never
  ]: ParametersOf<TaskOptionTable[Name]>
}

/** The methods of the options that every kind of task has: one for each, with the parameters its record names. */
export type SharedOptionMethods<Self> = {
  readonly [Name in keyof SharedParameters]: (...parameters: SharedParameters[Name]) => Self
}

/** The methods of the options that only training tasks have. */
export type TrainingOptionMethods<Self> = {
  readonly [Name in keyof TrainingParameters]: (...parameters: TrainingParameters[Name]) => Self
}

/** What stands in a processing task for the methods that it does not have. */
export type TrainingOnlyMethods = {
  readonly [
    Name in TrainingOnlyOption | 'onDemand' | 'metric'
  ]: Refused<`a processing task has no ${Name}: use project.task() for a training task`>
}

/** Methods that set several options at once, or one entry of an option; shared by every kind of task. */
export interface Shorthands<Self> {
  /**
   * One tag of the job, for bills and searches.
   *
   * @example task.tag('team', 'vision')
   */
  tag(key: string, value: string): Self
  /**
   * One environment variable of the program; wrap what nobody may see in a `Secret`.
   *
   * @example task.envVariable('TOKEN', new Secret(process.env['TOKEN'] ?? ''))
   */
  envVariable(name: string, value: string | Secret): Self
  /**
   * When a run that failed is tried again with another job: how often, after which ends, and how long after.
   *
   * `attempts` from 2 to 30; `on` default `['capacity', 'interruption', 'internal']`; `pause` default `'1 minute'`. State is
   * kept, `maxRun` and `maxWait` hold for all attempts together, and a later run goes on counting when its program was killed.
   * `retries` is SageMaker's own: it repeats within one job, and only after internal errors.
   *
   * @example task.retry({ attempts: 4, on: ['capacity', 'interruption'], pause: '5 minutes' })
   */
  retry<const Pause extends SomeTime>(options: RetryOptions<Pause> & CheckedPause<Pause>): Self
}

/** Several types of machines, the best one first. */
export type TypesInOrder = readonly [InstanceType, ...InstanceType[]]

/** Of values that can be JSON nothing is said; what cannot is answered with a sentence. */
export type AsJson<Value> = [Extract<Value, NoData>] extends [never]
  ? unknown
  : Explain<'a hyperparameter is a text, a number, true, false, null, or JSON made of these; a secret goes to .envVariable()'>

type NoData = ((...given: never) => unknown) | symbol | bigint | Secret
