import { InvalidTaskError } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import type { MapOptions } from '../grammar/functions.ts'

/** @throws {InvalidTaskError} for items that are no list, and for numbers that are none: a caller without types may have given anything. */
export function assertMap(task: string, items: unknown, options: MapOptions & { readonly rest?: unknown }): void {
  const { machines, perMachine, rest } = options
  const problems: readonly FoundProblem[] = [
    ...(Array.isArray(items) ? [] : [notAList('map', items, 'Write it as .map([one, other]); .call() makes one call.')]),
    ...(rest === undefined || Array.isArray(rest) ? [] : [notAList('rest', rest, 'Write it as { rest: [argument] }.')]),
    ...countProblems('machines', machines),
    ...countProblems('perMachine', perMachine),
  ]
  if (problems.length > 0) throw new InvalidTaskError(task, problems)
}

const notAList = (path: string, value: unknown, hint: string): FoundProblem => ({ path, value, message: 'must be a list', hint })

function countProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 1)) return []
  return [{ path, value, message: 'must be a whole number of 1 or more', hint: `Write it as { ${path}: 4 }, or leave it out.` }]
}
