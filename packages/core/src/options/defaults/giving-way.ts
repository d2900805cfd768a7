import { secondsOf } from '../../time/duration.ts'
import { imagesReplacedBy, machinesReplacedBy, type TaskOptionName, type TrainingOptions } from '../task-options.ts'

/**
 * The options without those that nearer ones exclude: a default gives way to what a task says, the file of a user to that of a project.
 * Two options of one level that exclude each other stay, and are told as a problem.
 *
 * @param near names of the options that stand nearer than the rest
 */
export function givingWay(options: TrainingOptions, near: readonly string[]): TrainingOptions {
  const isNear = ([name]: readonly [string, unknown]): boolean => near.includes(name)
  const excluded: readonly string[] = excludedBy(Object.fromEntries(Object.entries(options).filter(isNear)), options)
  if (excluded.length === 0) return options
  return Object.fromEntries(Object.entries(options).filter((entry) => isNear(entry) || !excluded.includes(entry[0])))
}

/** What these rule out of all options: the same pairs that `options/check.ts` and the check of launchers refuse. */
function excludedBy(near: TrainingOptions, all: TrainingOptions): readonly TaskOptionName[] {
  const { spot, warm, maxRun, fallbackTypes, instanceGroups, spotFallback, launch, distribution } = near
  const { maxWait } = all
  const isLonger = maxRun !== undefined && maxWait !== undefined && (secondsOf(maxRun) ?? 0) > (secondsOf(maxWait) ?? 0)
  const takesSpot = spot === true || (spotFallback === 'on-demand' && spot !== false)
  const takesOthers = instanceGroups !== undefined || (Array.isArray(fallbackTypes) && fallbackTypes.length > 0)
  return [
    ...imagesReplacedBy(near),
    ...machinesReplacedBy(near),
    ...(takesSpot || takesOthers ? (['warm'] as const) : []),
    ...(spot === false || isLonger ? (['maxWait'] as const) : []),
    ...(warm === undefined ? [] : (['spot', 'maxWait', 'spotFallback', 'fallbackTypes', 'instanceGroups'] as const)),
    ...(launch === undefined || launch === 'toolkit' ? [] : (['distribution'] as const)),
    // The toolkit of the image starts the processes of a distribution itself.
    ...(distribution === undefined || all.launch === 'toolkit' ? [] : (['launch'] as const)),
  ]
}
