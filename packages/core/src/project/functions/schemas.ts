import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { CallEnd } from '@simple-sagemaker/worker-toolkit/functions'
import { InvalidTaskError } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import { issuePath } from '../../run/resolve/declared/hyperparameters.ts'
import { ResultInvalidError } from '../../run/results/errors.ts'
import type { FunctionSource } from './function-file.ts'

interface Arguments {
  readonly calls: readonly (readonly unknown[])[]
  readonly rest: readonly unknown[]
}

/**
 * The arguments as the function's schema gives them; those of a function without one as they are.
 * @throws {InvalidTaskError} with every issue of every call, before anything starts.
 */
export async function checkedArguments(
  task: string,
  { python }: FunctionSource,
  given: Arguments & { readonly isMap: boolean },
): Promise<Arguments> {
  if (python === undefined) return given
  const { isMap, rest } = given
  const checked = await Promise.all(given.calls.map(async (args) => await python.args['~standard'].validate([...args, ...rest])))
  const problems = checked.flatMap(({ issues = [] }, call) =>
    issues.map((issue) => problemOf(issue, isMap ? `item ${call}: args` : 'args')),
  )
  if (problems.length > 0) throw new InvalidTaskError(task, problems.slice(0, mostShown))
  const lists = checked.map((outcome) => listIn(task, outcome))
  // Behind the item all calls have the same.
  return isMap ? { calls: lists.map((list) => list.slice(0, 1)), rest: lists[0]?.slice(1) ?? [] } : { calls: lists, rest: [] }
}

const mostShown = 20

const problemOf = (issue: StandardSchemaV1.Issue, place: string): FoundProblem => ({
  path: `${place}${issuePath(issue)}`,
  value: undefined,
  message: issue.message,
})

function listIn(task: string, outcome: StandardSchemaV1.Result<unknown>): readonly unknown[] {
  const value: unknown = outcome.issues === undefined ? outcome.value : undefined
  if (Array.isArray(value)) return value
  throw new InvalidTaskError(task, [{ path: 'args', value, message: 'must be a list by its schema, too', hint: 'Use a tuple.' }])
}

/**
 * What the calls gave, as the function's schema gives it.
 * @throws {ResultInvalidError} for a value of another shape, with its place.
 */
export async function checkedValues(
  { python }: FunctionSource,
  ends: readonly CallEnd[],
  job: string,
  isMap: boolean,
): Promise<readonly unknown[]> {
  if (python === undefined) return ends.map(({ value }) => value)
  const checked = await Promise.all(ends.map(async ({ value }) => await python.result['~standard'].validate(value)))
  const issues = checked.flatMap((outcome, item) =>
    (outcome.issues ?? []).map((issue) => ({ path: `${isMap ? `[${item}]` : ''}${issuePath(issue)}`, message: issue.message })),
  )
  if (issues.length > 0) throw new ResultInvalidError(job, issues.slice(0, mostShown), { document: 'the value' })
  return checked.map((outcome) => (outcome.issues === undefined ? outcome.value : undefined))
}
