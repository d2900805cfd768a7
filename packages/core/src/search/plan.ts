import { createHash } from 'node:crypto'
import { upstreamByName } from './upstream.ts'
import { taskName, longestTaskName, type TaskName } from '../names/task-name.ts'
import { optionProblems } from '../options/check.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { FoundProblem } from '../options/option.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Halving } from './halving.ts'
import type { Strategy } from './sampling.ts'
import { spaceProblems, valueAt, valuesKey, type Domain, type Space, type Values } from './space.ts'

/** What makes a trial good: a metric, and where it should go. */
export interface Goal {
  readonly metric: string
  readonly direction: 'minimize' | 'maximize'
}

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
}

const digestLetters = 10

/**
 * The name of the task of a trial: the same for the same values, whichever search comes to them, and within the limits of a task's name.
 */
export function trialTask(task: string, values: Values): TaskName {
  const digest = createHash('sha256')
    .update(`${task}\n${valuesKey(values)}`)
    .digest('hex')
  const letters = BigInt(`0x${digest}`).toString(36).slice(0, digestLetters)
  const room = longestTaskName - digestLetters - 1
  return taskName(`${task.slice(0, room).replace(/-+$/, '')}-${letters}`)
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

const edgesOf = (domain: Domain): readonly Values[string][] =>
  domain.kind === 'choice' ? domain.values : [valueAt(domain, 0), valueAt(domain, 1)]

/** Everything that is wrong with a plan, in one error. @throws {InvalidTaskError} */
export async function checkPlan(plan: SearchPlan): Promise<void> {
  const found = [...overProblems(plan), ...goalProblems(plan), ...numberProblems(plan)]
  const problems = found.length > 0 ? found : await schemaProblems(plan)
  if (problems.length > 0) throw new InvalidTaskError(plan.task.task, problems)
}

function overProblems({ over }: SearchPlan): readonly FoundProblem[] {
  if (over.kind === 'space') return spaceProblems(over.space)
  const { list } = over
  if (!Array.isArray(list) || list.length === 0 || list.some((each) => typeof each !== 'object' || each === null))
    return [
      {
        path: 'variants',
        value: list,
        message: 'must be a list of hyperparameters',
        hint: 'Write it as .variants([{ lr: 0.1 }, { lr: 0.01 }]).',
      },
    ]
  const keys = list.map(valuesKey)
  return list.flatMap((values, index) =>
    keys.indexOf(keys[index] ?? '') < index
      ? [
          {
            path: `variants[${index}]`,
            value: values,
            message: 'is the same as an earlier variant',
            hint: 'Leave one of them out.',
          },
        ]
      : [],
  )
}

function goalProblems({ goal, task, over, halving }: SearchPlan): readonly FoundProblem[] {
  const hint = "Write it as .minimize('loss') or .maximize('accuracy')."
  if (goal === undefined)
    return over.kind === 'space' || halving !== undefined
      ? [{ path: 'minimize', value: undefined, message: 'is missing: nothing says which metric is to be small or large', hint }]
      : []
  // An algorithm of an image has metrics of its own.
  if (Object.hasOwn(task.metrics, goal.metric) || task.program.kind === 'algorithm') return []
  const known = Object.keys(task.metrics)
  const message =
    known.length === 0 ? 'is no metric: the task has none' : `is no metric of the task, which has ${known.join(', ')}`
  return [
    {
      path: goal.direction,
      value: goal.metric,
      message,
      hint: `Set it with .metric('${goal.metric}', /${goal.metric}=([0-9.]+)/).`,
    },
  ]
}

function numberProblems({ trials, parallel, tolerate, seed, withinSeconds, halving }: SearchPlan): readonly FoundProblem[] {
  const whole = (path: string, value: number, least: number): readonly FoundProblem[] =>
    Number.isSafeInteger(value) && value >= least
      ? []
      : [
          {
            path,
            value,
            message: `must be a whole number of ${least} or more`,
            hint: `Write it as .${path}(${Math.max(least, 4)}).`,
          },
        ]
  return [
    ...whole('trials', trials, 1),
    ...whole('parallel', parallel, 1),
    ...whole('tolerate', tolerate, 0),
    ...whole('seed', seed, 0),
    ...(parallel > trials
      ? [
          {
            path: 'parallel',
            value: parallel,
            message: `is more than there are trials, ${trials}`,
            hint: 'Run at most as many at once as there are.',
          },
        ]
      : []),
    ...(withinSeconds !== undefined && !(withinSeconds > 0)
      ? [{ path: 'within', value: withinSeconds, message: 'must be a duration above 0', hint: "Write it as .within('6 hours')." }]
      : []),
    ...(halving === undefined
      ? []
      : [...whole('stopEarly.after', halving.after, 1), ...whole('stopEarly.factor', halving.factor, 2)]),
  ]
}

/** What the task's schema says to the ends of each range, to each choice, and to each variant. */
async function schemaProblems(plan: SearchPlan): Promise<readonly FoundProblem[]> {
  const { task, over } = plan
  const schema = task.hyperparameterSchema
  if (schema === undefined) return []
  const some = someValues(plan)
  const tries =
    over.kind === 'list'
      ? over.list.flatMap((values, index) =>
          Object.keys(values).map((name) => ({ name, values, path: `variants[${index}].${name}` })),
        )
      : Object.entries(over.space).flatMap(([name, domain]) =>
          edgesOf(domain).map((value) => ({ name, values: { ...some, [name]: value }, path: `search.${name}` })),
        )
  const problems: FoundProblem[] = []
  for (const { name, values, path } of tries) {
    const outcome = await schema['~standard'].validate({ ...task.hyperparameters, ...values })
    for (const { message, path: at } of outcome.issues ?? []) {
      const [first] = at ?? []
      if ((typeof first === 'object' ? first.key : first) !== name) continue
      problems.push({ path, value: values[name], message: `is refused by the schema of the hyperparameters: ${message}` })
    }
  }
  return problems
}
