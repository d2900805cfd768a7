import type { PolicyDocument, Statement } from '@simple-sagemaker/core/aws'

/** One thing that IAM is asked about. */
export interface IamRequest {
  readonly action: string
  readonly resource: string
  /** Condition keys of this request: `s3:prefix`, `iam:PassedToService`, … */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

/** Whether identity policies allow a request, as IAM decides: a denial wins, an allowance is needed. */
export function isAllowed(policies: readonly PolicyDocument[], request: IamRequest): boolean {
  const matching = policies.flatMap(({ Statement }) => Statement).filter((statement) => matches(statement, request))
  return matching.every(({ Effect }) => Effect === 'Allow') && matching.length > 0
}

function matches(statement: Statement, { action, resource, context = {} }: IamRequest): boolean {
  // Others may have written `NotAction`: that is not ours.
  if (!('Action' in statement) || !('Resource' in statement)) return false
  return (
    statement.Action.some((pattern) => glob(pattern.toLowerCase()).test(action.toLowerCase())) &&
    statement.Resource.some((pattern) => glob(pattern).test(resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, [context[key] ?? []].flat(), [wanted].flat())),
    )
  )
}

function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'ForAnyValue:StringEquals':
      return values.some((value) => wanted.some((pattern) => unescaped(pattern) === value))
    case 'StringLike':
      return values.some((value) => wanted.some((pattern) => glob(pattern).test(value)))
    case 'BoolIfExists':
      return values.length === 0 || values.some((value) => wanted.includes(value))
    case 'Bool':
      return values.some((value) => wanted.includes(value))
    default:
      throw new Error(`The simulator does not know the condition operator ${operator}`)
  }
}

/** IAM's pattern: `*` for any text, `?` for one character, `${*}`, `${?}` and `${$}` for these signs themselves. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(/\$\{([*?$])\}|[*?]|[^*?]/g, (found, escaped?: string) => {
    if (escaped !== undefined) return `\\${escaped}`
    if (found === '*') return '[^]*'
    return found === '?' ? '[^]' : found.replace(/[\\^$.|+()[\]{}/]/g, '\\$&')
  })
  return new RegExp(`^${source}$`)
}

const unescaped = (pattern: string): string => pattern.replace(/\$\{([*?$])\}/g, '$1')

/** Every way of leaving one action out of a policy: what is left, and which line is missing. */
export function* withoutOneAction(policy: PolicyDocument): Generator<{ readonly line: string; readonly rest: PolicyDocument }> {
  for (const [at, statement] of policy.Statement.entries()) {
    for (const action of statement.Action) {
      const Action = statement.Action.filter((other) => other !== action)
      const Statement = policy.Statement.map((other, index) => (index === at ? { ...statement, Action } : other))
      yield { line: `${statement.Sid}: ${action}`, rest: { ...policy, Statement } }
    }
  }
}
