import { unknownFields, type Fields } from '../../options/did-you-mean.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import type { Abortable } from '../../platform/abortable.ts'

/*
 * What a caller without types may have given to a function of `@simple-sagemaker/core/jobs`: it would stumble over it at once, or change nothing.
 */

const abortableFields: Fields<Abortable> = { signal: true }

const asObject = (value: unknown): object | undefined => (typeof value === 'object' && value !== null ? value : undefined)

/** @throws {InvalidTaskError} with everything that is wrong with what a function was given. */
export function assertGiven(called: string, problems: readonly FoundProblem[]): void {
  if (problems.length === 0) return
  throw new InvalidTaskError(called, problems, { title: `${called}() cannot be called like this:` })
}

/** What is wrong with options. */
export function optionProblemsOf(
  value: unknown,
  known: Readonly<Record<string, true>> = abortableFields,
): readonly FoundProblem[] {
  const object = asObject(value)
  return object === undefined
    ? [{ path: 'options', value, message: 'must be an object of options', hint: 'Write it as { … }, or leave it out.' }]
    : unknownFields(object, known)
}

/** What is wrong with a place. It may be more than one: whoever lists several things has one object for all of them. */
export function placeProblemsOf(value: unknown): readonly FoundProblem[] {
  const object = asObject(value)
  if (object === undefined)
    return [{ path: 'place', value, message: 'must be an object', hint: `Write it as { platform: local() }. ${whereOpened}` }]
  const { platform, bucket, prefix } = object as Readonly<Record<string, unknown>>
  return [...platformProblemsOf(platform), ...textProblem('bucket', bucket), ...textProblem('prefix', prefix)]
}

const whereOpened = 'A platform is opened with local() of @simple-sagemaker/core/local or aws() of @simple-sagemaker/core/aws.'

/** What is no opened platform. */
export function platformProblemsOf(value: unknown): readonly FoundProblem[] {
  const { jobs, objects } = Object(value) as { readonly jobs?: unknown; readonly objects?: unknown }
  if ([jobs, objects].every((part) => asObject(part) !== undefined)) return []
  // A platform of one's own may hold keys: only a text is shown.
  return [
    {
      path: 'platform',
      value: typeof value === 'string' ? value : undefined,
      message: 'must be an opened platform',
      hint: whereOpened,
    },
  ]
}

/** What is no job, as the platform lists them. */
export function jobProblemsOf(value: unknown): readonly FoundProblem[] {
  const { name, kind } = Object(value) as { readonly name?: unknown; readonly kind?: unknown }
  if (typeof name === 'string' && typeof kind === 'string') return []
  return [
    {
      path: 'job',
      value: typeof value === 'string' ? value : undefined,
      message: 'must be a job: its name and its kind',
      hint: 'jobNamed(name, platform) finds one by its name.',
    },
  ]
}

const textProblem = (path: string, value: unknown): readonly FoundProblem[] =>
  value === undefined || typeof value === 'string' ? [] : [{ path, value, message: 'must be a text' }]
