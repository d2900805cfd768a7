import { createHash } from 'node:crypto'
import { taskKey } from '../graph/task-key.ts'
import { trialName, type TaskName } from '../names/task-name.ts'
import { optionProblems } from '../options/check.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Halving } from './choose/halving.ts'
import type { Strategy } from './choose/sampling.ts'
import type { Goal } from './found.ts'
import { valueAt, valuesKey, type Domain, type Space, type Values } from './space.ts'

/** Everything that a search is. */
export interface SearchPlan {
  /** The task that is varied. */
  readonly task: TaskSpec
  /** What to search in, or the variants by hand. */
  readonly over: { readonly kind: 'space'; readonly space: Space } | { readonly kind: 'list'; readonly list: readonly Values[] }
  readonly goal?: Goal
  readonly trials: number
  /** How many trials run at once. */
  readonly parallel: number
  /** After that many seconds no trial begins, and those that run are stopped. */
  readonly withinSeconds?: number
  /** How many trials may fail. */
  readonly tolerate: number
  readonly seed: number
  readonly by: Strategy
  readonly halving?: Halving
  /** Who chooses and starts the trials; absent: this library. */
  readonly on?: 'sagemaker'
}

/**
 * The name of the task of a trial: the same for the same values, whichever search comes to them, and within the limits of a task's name.
 */
export function trialTask(task: string, values: Values): TaskName {
  const digest = createHash('sha256')
    .update(`${task}\n${valuesKey(values)}`)
    .digest('hex')
  return trialName(task, BigInt(`0x${digest}`).toString(36))
}

/** The task of a trial. Tasks that it needs ran before, and are read by name. */
export function trialSpec({ task }: Pick<SearchPlan, 'task'>, values: Values): TaskSpec {
  const hyperparameters = { ...task.hyperparameters, ...values }
  const problems = optionProblems('training', { hyperparameters })
  if (problems.length > 0) throw new InvalidTaskError(task.task, problems)
  return { ...upstreamByName(task), task: trialTask(task.task, values), hyperparameters }
}

/** Any values of the plan: with them the task is complete. */
export function someValues({ over }: Pick<SearchPlan, 'over'>): Values {
  if (over.kind === 'list') return over.list[0] ?? {}
  return Object.fromEntries(Object.entries(over.space).map(([name, domain]) => [name, edgesOf(domain)[0] ?? null]))
}

/** The ends of a range, or the choices. */
export const edgesOf = (domain: Domain): readonly Values[string][] =>
  domain.kind === 'choice' ? domain.values : [valueAt(domain, 0), valueAt(domain, 1)]

/** The tasks whose outputs a task reads by value, each once. */
export function upstreamOf(spec: TaskSpec): readonly TaskSpec[] {
  const specs = spec.inputs.flatMap(({ source }) => (source.kind === 'upstream' ? [source.spec] : []))
  return [...new Map(specs.map((each) => [taskKey(each), each])).values()]
}

/** The task with those that it needs known by name, as far as a name tells them: they ran, and need not be looked at again for each trial. */
export function upstreamByName(spec: TaskSpec): TaskSpec {
  const inputs = spec.inputs.map((input) => {
    const { source } = input
    if (source.kind !== 'upstream' || taskKey(source.spec) !== taskKey({ ...spec, task: source.spec.task })) return input
    return { ...input, source: { kind: 'task', task: source.spec.task, output: source.output } as const }
  })
  return { ...spec, inputs }
}
