import type { TaskSpec } from '../task-spec.ts'

/** One way to get a job's machines. */
export interface Placement {
  /** The type of machine; of several SageMaker itself chooses, in this order. */
  readonly instanceTypes: readonly [string, ...string[]]
  /** Whether they are spare machines. */
  readonly spot: boolean
}

type Machines = Pick<TaskSpec, 'instanceType' | 'fallbackTypes' | 'spot' | 'spotWait'>

/**
 * The ways to get a task's machines, in the order in which they are tried. On demand SageMaker itself chooses among types, so
 * that is one way; with spot each type is one, tried by whoever waits for the run.
 */
export function placementsOf({
  instanceType,
  fallbackTypes = [],
  spot,
  spotWait,
}: Machines): readonly [Placement, ...Placement[]] {
  const onDemand: Placement = { instanceTypes: [instanceType, ...fallbackTypes], spot: false }
  if (!spot) return [onDemand]
  const others = fallbackTypes.map((type): Placement => ({ instanceTypes: [type], spot: true }))
  return [{ instanceTypes: [instanceType], spot: true }, ...others, ...(spotWait?.fallback === 'on-demand' ? [onDemand] : [])]
}

/** The task with the machines of one placement. */
export function placedOn(spec: TaskSpec, { instanceTypes: [instanceType, ...others], spot }: Placement): TaskSpec {
  const { fallbackTypes: _types, maxWaitSeconds, ...rest } = spec
  return {
    ...rest,
    instanceType,
    spot,
    ...(others.length === 0 ? {} : { fallbackTypes: others }),
    ...(spot && maxWaitSeconds !== undefined ? { maxWaitSeconds } : {}),
  }
}
