/** One statement of an IAM policy, in the service's own words. */
export interface Statement {
  /** The statement's name. */
  readonly Sid?: string
  /** Whether it allows or denies. */
  readonly Effect: 'Allow' | 'Deny'
  /** The actions it is about. */
  readonly Action: readonly string[]
  /** The resources it is about, as ARNs. */
  readonly Resource: readonly string[]
  /** When it holds. */
  readonly Condition?: Condition
}

/** The conditions of a statement: operator → key → values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** A policy of IAM, as JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  /** The statements. */
  readonly Statement: readonly Statement[]
}

/** Where a policy is to hold. */
export interface PolicyPlace {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** A statement that allows these actions; none when there is no resource. */
export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Condition,
): Statement | undefined {
  return Resource.length === 0
    ? undefined
    : { Sid, Effect: 'Allow', Action, Resource: [...new Set(Resource)], ...(Condition === undefined ? {} : { Condition }) }
}

export const policyDocument = (statements: readonly (Statement | undefined)[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.filter((statement) => statement !== undefined),
})

/** A text that IAM reads literally: `*`, `?` and `$` in a key are no wildcards and no variables. */
export const literal = (text: string): string => text.replace(/[*?$]/g, (sign) => `\${${sign}}`)

/** A policy document as IAM keeps it (text, percent-encoded), as ours; a single action or resource becomes a list of one. */
export function parsePolicy(text: string): PolicyDocument {
  const read = JSON.parse(decodeURIComponent(text)) as { readonly Statement?: unknown } // IAM gives valid JSON
  return {
    Version: '2012-10-17',
    Statement: listOf<Partial<Statement>>(read.Statement).map((statement) => ({
      ...statement,
      Effect: statement.Effect ?? 'Allow',
      ...(statement.Action === undefined ? {} : { Action: listOf<string>(statement.Action) }),
      ...(statement.Resource === undefined ? {} : { Resource: listOf<string>(statement.Resource) }),
    })) as readonly Statement[], // a statement of someone else's may have NotAction in their place: it is only passed on
  }
}

export const listOf = <T>(value: unknown): readonly T[] =>
  value === undefined ? [] : ((Array.isArray(value) ? value : [value]) as readonly T[]) // IAM writes one where there is only one
