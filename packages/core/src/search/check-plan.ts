import { nearest } from '../options/did-you-mean.ts'
import { InvalidTaskError } from '../options/errors.ts'
import type { FoundProblem } from '../options/option.ts'
import { strategies } from './choose/sampling.ts'
import { edgesOf, someValues, type SearchPlan } from './plan.ts'
import { tunerProblems } from './tuner/tunable.ts'
import { spaceProblems, valuesKey } from './space.ts'

/** Everything that is wrong with a plan, in one error. @throws {InvalidTaskError} */
export async function checkPlan(plan: SearchPlan): Promise<void> {
  const own = [...overProblems(plan), ...goalProblems(plan), ...numberProblems(plan), ...choiceProblems(plan)]
  const found = own.length === 0 && plan.on === 'sagemaker' ? tunerProblems(plan) : own
  const problems = found.length > 0 ? found : await schemaProblems(plan)
  if (problems.length > 0) throw new InvalidTaskError(plan.task.task, problems)
}

function overProblems({ over }: SearchPlan): readonly FoundProblem[] {
  if (over.kind === 'space') return spaceProblems(over.space)
  const { list } = over
  if (!isListOfObjects(list))
    return [
      {
        path: 'variants',
        value: list,
        message: 'must be a list of hyperparameters',
        hint: { library: 'Write it as .variants([{ lr: 0.1 }, { lr: 0.01 }]).', commandLine: 'Give some values.' },
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

// Whoever has no types may have given anything.
const isListOfObjects = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'object' && each !== null)

function goalProblems({ goal, task, over, halving }: SearchPlan): readonly FoundProblem[] {
  const hint = {
    library: "Write it as .minimize('loss') or .maximize('accuracy').",
    commandLine: 'Add --minimize METRIC or --maximize METRIC.',
  }
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
      hint: {
        library: `Set it with .metric('${goal.metric}', /${goal.metric}=([-+.0-9eE]+)/).`,
        commandLine: `Add --md ${goal.metric} '${goal.metric}=([-+.0-9eE]+)'.`,
      },
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
            hint: `Write a number such as ${Math.max(least, 4)}.`,
          },
        ]
  return [
    ...whole('trials', trials, 1),
    ...whole('parallel', parallel, 1),
    ...whole('tolerate', tolerate, 0),
    ...whole('seed', seed, 0),
    ...(Number.isSafeInteger(parallel) && Number.isSafeInteger(trials) && parallel > trials
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
      ? [{ path: 'within', value: withinSeconds, message: 'must be a duration above 0', hint: "Write it as '6 hours'." }]
      : []),
    ...(halving === undefined
      ? []
      : [...whole('stopEarly.after', halving.after, 1), ...whole('stopEarly.factor', halving.factor, 2)]),
  ]
}

/** Whoever has no types may have named anything. */
function choiceProblems({ by, on }: SearchPlan): readonly FoundProblem[] {
  const oneOf = (path: string, value: unknown, known: readonly string[]): readonly FoundProblem[] => {
    if (value === undefined || known.includes(value as string)) return []
    const near = typeof value === 'string' ? nearest(value, known) : undefined
    const first = known[0] ?? ''
    const write = {
      library: `Write .${path}('${first}'), or leave it out.`,
      commandLine: `Write --${path} ${first}, or leave it out.`,
    }
    const hint = near === undefined ? write : `Did you mean ${near}?`
    return [{ path, value, message: `must be one of ${known.join(', ')}`, hint }]
  }
  return [...oneOf('by', by, strategies), ...oneOf('on', on, ['sagemaker'])]
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
