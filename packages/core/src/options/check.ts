import { terms, wording, type Text } from '../errors/wording.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { hasOwnDisks } from '../spec/instance-types.ts'
import { secondsOf, type Duration } from '../time/duration.ts'
import { nearest, unknownField } from './did-you-mean.ts'
import type { NamedProblem, Option } from './option.ts'
import { optionPlace, optionsOf, optionText, resolvedOptions, taskOptions, type TrainingOptions } from './task-options.ts'

/** Every problem of a task's options: each alone, then those that must agree with each other. */
export function optionProblems(kind: JobKind, options: TrainingOptions): readonly NamedProblem[] {
  const alone = Object.entries(options).flatMap(([name, value]) => problemsOf(kind, name, value))
  return [...alone, ...together(kind, options, alone)].map((problem) => ({ ...problem, place: optionPlace(problem.path) }))
}

function problemsOf(kind: JobKind, name: string, value: unknown): readonly NamedProblem[] {
  if (value === undefined) return []
  const known = optionsOf(kind)
  const option: Option<unknown> | undefined = known.get(name as keyof typeof taskOptions)
  if (option !== undefined) return option.problems(value, name)
  if (Object.hasOwn(taskOptions, name))
    return [{ path: name, value, message: `is no option of a ${kind} task`, hint: onlyTrainingHint(name) }]
  return [unknownField(name, nearest(name, known.keys()))]
}

const onlyTrainingHint = (name: string): Text =>
  name === 'hyperparameters'
    ? wording`Use ${terms.args} in a processing task.`
    : wording`Leave out ${name}, or use ${terms.training} for a training task.`

function together(kind: JobKind, options: TrainingOptions, found: readonly NamedProblem[]): readonly NamedProblem[] {
  const isFine = (name: string): boolean => !found.some((problem) => problem.path === name || problem.path.startsWith(`${name}.`))
  return rules
    .filter((rule) => rule.kinds.includes(kind) && rule.reads.every(isFine))
    .flatMap((rule) => rule.problem(options, kind) ?? [])
}

interface Rule {
  readonly kinds: readonly JobKind[]
  readonly reads: readonly (keyof TrainingOptions)[]
  readonly problem: (options: TrainingOptions, kind: JobKind) => NamedProblem | readonly NamedProblem[] | undefined
}

const seconds = (value: Duration): number => secondsOf(value) ?? 0

const rules: readonly Rule[] = [
  {
    kinds: ['training'],
    reads: ['spot', 'warm'],
    problem: ({ spot, warm }) =>
      spot === true && warm !== undefined
        ? {
            path: 'warm',
            value: warm,
            message: wording`cannot be combined with ${optionText('spot')}`,
            hint: wording`A warm pool keeps on-demand machines: leave out ${terms.spot} or ${terms.warm}.`,
          }
        : undefined,
  },
  {
    kinds: ['training'],
    reads: ['spot', 'maxWait', 'maxRun', 'warm'],
    problem: (options) => {
      const { maxWait } = options
      if (maxWait === undefined || secondsOf(maxWait) === 0) return undefined
      const { spot, maxRun } = resolvedOptions('training', options)
      if (!spot)
        return {
          path: 'maxWait',
          value: maxWait,
          message: wording`applies only with ${optionText('spot')}`,
          hint: wording`Leave out ${terms.maxWait}, or add ${terms.spot}.`,
        }
      return seconds(maxWait) < seconds(maxRun)
        ? {
            path: 'maxWait',
            value: maxWait,
            message: wording`must be no shorter than ${optionText('maxRun')} (${String(seconds(maxRun))} seconds)`,
            hint: wording`${optionText('maxWait')} counts waiting and running together.`,
          }
        : undefined
    },
  },
  {
    kinds: ['training', 'processing'],
    reads: ['fallbackTypes', 'instanceType', 'warm'],
    problem: fallbackProblem,
  },
  {
    kinds: ['training'],
    reads: ['spot', 'warm', 'fallbackTypes', 'spotFallback', 'spotAfter', 'maxRun', 'maxWait'],
    problem: spotWaitProblem,
  },
  {
    kinds: ['training'],
    reads: ['instanceGroups', 'instanceType', 'instanceCount', 'fallbackTypes', 'warm'],
    problem: groupsTogether,
  },
  {
    kinds: ['processing'],
    reads: ['maxRun'],
    problem: ({ maxRun }) =>
      maxRun !== undefined && seconds(maxRun) > 777_600
        ? {
            path: 'maxRun',
            value: maxRun,
            message: "must be at most '9 days' for a processing task",
            hint: wording`Split the work, or use ${terms.training} for a training task.`,
          }
        : undefined,
  },
  {
    kinds: ['processing'],
    reads: ['instanceCount'],
    problem: ({ instanceCount = 1 }) =>
      instanceCount > 100
        ? {
            path: 'instanceCount',
            value: instanceCount,
            message: 'must be at most 100 for a processing task',
            hint: wording`Use larger machines, or ${terms.training} for a training task.`,
          }
        : undefined,
  },
  {
    kinds: ['processing'],
    reads: ['env'],
    problem: ({ env = {} }) =>
      Object.entries(env)
        .filter(([, value]) => value.length > 256)
        .map(([name, value]) => ({
          path: `env.${name}`,
          value,
          message: 'must be at most 256 characters for a processing task',
          hint: 'Put long values into a file and give it as an input.',
        })),
  },
  {
    kinds: ['training', 'processing'],
    reads: ['volumeKmsKey', 'instanceType'],
    problem: ({ volumeKmsKey, instanceType = '' }) =>
      volumeKmsKey !== undefined && hasOwnDisks(instanceType)
        ? {
            path: 'volumeKmsKey',
            value: volumeKmsKey,
            message: `is refused for ${instanceType}, which has disks of its own, encrypted by the machine itself`,
            hint: wording`Leave out ${terms.volumeKmsKey}, or choose a type without NVMe disks, such as ml.m5.xlarge.`,
          }
        : undefined,
  },
  {
    kinds: ['training', 'processing'],
    reads: ['subnets', 'securityGroups'],
    problem: ({ subnets = [], securityGroups = [] }) =>
      (subnets.length === 0) === (securityGroups.length === 0)
        ? undefined
        : {
            path: subnets.length === 0 ? 'subnets' : 'securityGroups',
            value: undefined,
            message: wording`must be given too: ${optionText('subnets')} and ${optionText('securityGroups')} belong together`,
            hint: 'Give both, or neither.',
          },
  },
  {
    kinds: ['training', 'processing'],
    reads: ['image', 'dockerfile'],
    problem: ({ image, dockerfile }) =>
      image !== undefined && dockerfile !== undefined
        ? {
            path: 'image',
            value: image,
            message: wording`cannot be combined with ${optionText('dockerfile')}`,
            hint: 'Choose one: a ready image by its URI, or one to build.',
          }
        : undefined,
  },
  {
    kinds: ['training', 'processing'],
    reads: ['image', 'framework'],
    problem: ({ image, framework, frameworkVersion, pythonVersion }) => {
      const extra = Object.entries({ framework, frameworkVersion, pythonVersion }).find(([, value]) => value !== undefined)
      return image === undefined || extra === undefined
        ? undefined
        : {
            path: extra[0],
            value: extra[1],
            message: wording`cannot be combined with ${optionText('image')}`,
            hint: 'An image URI already decides this: leave this option out.',
          }
    },
  },
]

function groupsTogether({ instanceGroups, instanceType, instanceCount, ...rest }: TrainingOptions): NamedProblem | undefined {
  const { fallbackTypes = [], warm } = rest
  const own = instanceType !== undefined ? 'instanceType' : instanceCount !== undefined ? 'instanceCount' : undefined
  const other = warm !== undefined ? 'warm' : fallbackTypes.length > 0 ? 'fallbackTypes' : own
  if (instanceGroups === undefined || other === undefined) return undefined
  const why =
    other === own ? 'Each group has its own type and number of machines' : 'SageMaker takes neither with groups of machines'
  const hint = `${why}: leave out one of them.`
  return { path: 'instanceGroups', value: instanceGroups, message: wording`cannot be combined with ${optionText(other)}`, hint }
}

function fallbackProblem({ fallbackTypes = [], instanceType, warm }: TrainingOptions): NamedProblem | undefined {
  if (fallbackTypes.length === 0) return undefined
  const of = (message: Text, hint: Text): NamedProblem => ({ path: 'fallbackTypes', value: fallbackTypes, message, hint })
  const types = [instanceType, ...fallbackTypes]
  if (instanceType === undefined || !instanceType.startsWith('ml.'))
    return of(wording`needs an ${optionText('instanceType')} to fall back from`, {
      library: "Write .instances(['ml.g5.xlarge', 'ml.g4dn.xlarge']).",
      commandLine: 'Write --instance_type ml.g5.xlarge --fallback_types ml.g4dn.xlarge.',
    })
  if (new Set(types).size < types.length) return of('names a type twice', 'Name each type once, the best one first.')
  if (warm !== undefined)
    return of(
      wording`cannot be combined with ${optionText('warm')}`,
      wording`A warm pool keeps machines of one type: leave out ${terms.warm} or the other types.`,
    )
  return undefined
}

const shortestShareSeconds = 300

/** What cannot be with a limited wait for spot machines. */
function spotWaitProblem(options: TrainingOptions): NamedProblem | undefined {
  const { spot, fallbackTypes, spotFallback, maxWait } = resolvedOptions('training', options)
  const { spotAfter, warm } = options
  if (warm !== undefined && options.spot !== false && spotFallback === 'on-demand')
    return {
      path: 'spotFallback',
      value: spotFallback,
      message: wording`cannot be combined with ${optionText('warm')}`,
      hint: wording`A warm pool keeps on-demand machines: leave out ${terms.spotFallback} or ${terms.warm}.`,
    }
  if (!spot || spotAfter === undefined) return undefined
  const of = (message: Text, hint: Text): NamedProblem => ({ path: 'spotAfter', value: spotAfter, message, hint })
  const types = fallbackTypes.length + 1
  if (seconds(spotAfter) < types * shortestShareSeconds)
    return of(
      `must leave five minutes for each of ${types} types`,
      'Machines take minutes to start: choose a longer wait, or fewer types.',
    )
  return options.maxWait !== undefined && seconds(maxWait) > 0 && seconds(spotAfter) > seconds(maxWait)
    ? of(
        wording`must be no longer than ${optionText('maxWait')} (${String(seconds(maxWait))} seconds)`,
        wording`${optionText('maxWait')} counts waiting and running together: choose a shorter wait, or leave ${optionText('maxWait')} out.`,
      )
    : undefined
}
