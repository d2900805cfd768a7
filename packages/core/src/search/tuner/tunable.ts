import type { FoundProblem } from '../../options/option.ts'
import { withoutTuner } from '../errors.ts'
import type { SearchPlan } from '../plan.ts'
import type { Domain } from '../space.ts'

const mostChoices = 30
const mostOfAKind = 30
const mostVariables = 48
const leastSeconds = 120

/** What SageMaker's tuner cannot do of a search. Pure. */
export function tunerProblems(plan: SearchPlan): readonly FoundProblem[] {
  return [...imageProblems(plan), ...optionProblems(plan), ...spaceProblems(plan), ...limitProblems(plan)]
}

const withoutIt = withoutTuner('which can do all of it.')

function imageProblems({ task: { image, launch, program } }: SearchPlan): readonly FoundProblem[] {
  const isFine = image.kind === 'framework' || program.kind === 'algorithm' || launch === 'toolkit'
  if (isFine) return []
  return [
    {
      path: 'on',
      value: 'sagemaker',
      message:
        "needs an image whose own program starts the training: a tuning job cannot name a program, and nothing says that this image has SageMaker's training toolkit",
      hint: {
        library: "Use a framework image, or write .launch('toolkit') when the image has the toolkit. Or leave .on() out.",
        commandLine: 'Use a framework image, or add --launch toolkit when the image has the toolkit. Or leave out --on.',
      },
    },
  ]
}

function optionProblems({ task }: SearchPlan): readonly FoundProblem[] {
  const problem = (path: string, value: unknown, why: string): FoundProblem => ({
    path,
    value,
    message: `is not available with SageMaker's tuner: ${why}`,
    hint: withoutIt,
  })
  return [
    ...(task.keepAliveSeconds === undefined ? [] : [problem('warm', task.keepAliveSeconds, 'it keeps no machines warm')]),
    ...(task.retry === undefined ? [] : [problem('retry', task.retry.attempts, 'it starts the jobs by itself')]),
    ...(task.spotWait === undefined ? [] : [problem('spot', true, 'its jobs have one way to get machines')]),
    ...(task.certifiedOverSeconds === undefined
      ? []
      : [problem('certifiedOver', task.certifiedOverSeconds, 'no certificate is looked for')]),
    ...(task.experiment === undefined ? [] : [problem('experiment', task.experiment.name, 'its jobs belong to no experiment')]),
    ...(task.tensorboard === true ? [problem('tensorboard', true, 'its jobs store nothing for TensorBoard while they run')] : []),
    ...(task.mlflow?.log === true ? [problem('mlflow', task.mlflow.server, 'its jobs are not logged as runs')] : []),
    ...(task.requestOverrides.length === 0
      ? []
      : [problem('request', task.requestOverrides.length, 'its request is another one than that of a training job')]),
    ...(Object.keys(task.env).length > mostVariables - 8
      ? [problem('env', Object.keys(task.env).length, `its jobs have at most ${mostVariables} variables, 8 of them ours`)]
      : []),
  ]
}

function spaceProblems({ over, by }: SearchPlan): readonly FoundProblem[] {
  if (over.kind === 'list')
    return [{ path: 'on', value: 'sagemaker', message: 'is for searches: variants are tried as they are', hint: withoutIt }]
  const all = Object.entries(over.space)
  const kinds = all.map(([, domain]) => kindOf(domain))
  return [
    ...[...new Set(kinds)].flatMap((kind) => {
      const { length } = kinds.filter((each) => each === kind)
      return length > mostOfAKind ? [tooMany('search', length, `has at most ${mostOfAKind} ${kind} with SageMaker's tuner`)] : []
    }),
    ...all.flatMap(([name, domain]) => domainProblems(`search.${name}`, domain, by)),
  ]
}

const kindOf = (domain: Domain): string =>
  domain.kind === 'choice' ? 'choices' : domain.scale === 'int' ? 'ranges of whole numbers' : 'ranges of numbers'

const tooMany = (path: string, value: number, message: string): FoundProblem => ({ path, value, message, hint: withoutIt })

function domainProblems(path: string, domain: Domain, by: SearchPlan['by']): readonly FoundProblem[] {
  if (domain.kind === 'choice')
    return domain.values.length > mostChoices
      ? [tooMany(path, domain.values.length, `has at most ${mostChoices} values with SageMaker's tuner`)]
      : []
  if (by !== 'grid') return []
  return [
    {
      path,
      value: `${domain.min} to ${domain.max}`,
      message: "is a range: a grid of SageMaker's tuner takes choices only",
      hint: 'Write choice(…) with the values to try.',
    },
  ]
}

const limitProblems = ({ withinSeconds }: SearchPlan): readonly FoundProblem[] =>
  withinSeconds !== undefined && withinSeconds < leastSeconds
    ? [
        {
          path: 'within',
          value: withinSeconds,
          message: `is at least ${leastSeconds} seconds with SageMaker's tuner`,
          hint: "Write it as '6 hours'.",
        },
      ]
    : []
