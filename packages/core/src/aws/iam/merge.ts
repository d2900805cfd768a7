import type { PolicyDocument, Statement } from './policy.ts'

/** Both documents as one: statements of the same kind hold the resources of both, and what a wider one covers is left out. */
export function mergePolicies(held: PolicyDocument, needed: PolicyDocument): PolicyDocument {
  const merged = new Map<string, Statement>()
  for (const statement of [...held.Statement, ...needed.Statement]) {
    const key = JSON.stringify([[...statement.Action].sort(), statement.Condition ?? null])
    const before = merged.get(key)
    merged.set(
      key,
      before === undefined ? statement : { ...before, Resource: widest([...before.Resource, ...statement.Resource]) },
    )
  }
  return { Version: '2012-10-17', Statement: [...merged.values()] }
}

/** Whether everything needed is held already. */
export function covers(held: PolicyDocument, needed: PolicyDocument): boolean {
  return sizeOf(mergePolicies(held, needed)) === sizeOf(mergePolicies(held, { Version: '2012-10-17', Statement: [] }))
}

/** A policy document as IAM keeps it (text, percent-encoded), as ours; a single action or resource becomes a list of one. */
export function parsePolicy(text: string): PolicyDocument {
  const read = JSON.parse(decodeURIComponent(text)) as { readonly Statement?: unknown } // IAM gives valid JSON
  const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
    value === undefined ? [] : Array.isArray(value) ? value : [value as T]
  const statements = list(read.Statement as Statement | readonly Statement[] | undefined)
  return {
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({
      ...statement,
      Action: list<string>(statement.Action),
      Resource: list<string>(statement.Resource),
    })),
  }
}

const sizeOf = (policy: PolicyDocument): string =>
  JSON.stringify(policy.Statement.map(({ Action, Resource, Condition }) => [Action, [...Resource].sort(), Condition]))

/** Without those that another one, ending in `*`, covers. */
function widest(resources: readonly string[]): readonly string[] {
  const all = [...new Set(resources)]
  return all.filter((one) => !all.some((other) => other !== one && other.endsWith('*') && one.startsWith(other.slice(0, -1))))
}
