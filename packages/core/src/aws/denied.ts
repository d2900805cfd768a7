import type { Statement } from './roles/policy-document.ts'

/** What AWS refused, in words one can act on. */
export interface Denial {
  readonly message: string
  readonly hint: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Reads an access-denied message: which action on which resource, and the policy statement that would allow it.
 * What the message does not say is taken from what was asked.
 */
export function denied(action: string, resource: string | undefined, detail: string): Denial {
  const found = /not authorized to perform:?\s+([\w-]+:\w+)(?:\s+on resource:?\s+"?([^"\s]+?)"?(?:\s|$|\.))?/.exec(detail)
  const what = { action: found?.[1] ?? action, resource: found?.[2] ?? resource ?? '*' }
  const principal = /User:\s+(\S+)/.exec(detail)?.[1]
  const deny = /explicit deny in an?\s+([\w -]+?policy)/i.exec(detail)?.[1]
  const statement: Statement = { Effect: 'Allow', Action: [what.action], Resource: [what.resource] }
  const facts = {
    ...what,
    statement,
    ...(principal === undefined ? {} : { principal }),
    ...(deny === undefined ? {} : { deniedBy: deny }),
  }
  const message = `AWS refused ${what.action} on ${what.resource}${detail === '' ? '' : `: ${detail}`}`
  return { message, hint: hintOf(statement, principal, deny), facts }
}

/** Printed as a statement to paste, these would turn a user who may run jobs into one who may do everything. */
const iamWrites = /^iam:(?!Get|List|PassRole)/

function hintOf(statement: Statement, principal: string | undefined, deny: string | undefined): string {
  const who = principal ?? 'the caller'
  if (deny !== undefined)
    return `The ${deny} of ${who} forbids it; whoever keeps that policy must allow ${statement.Action.join(', ')}.`
  if (statement.Action.some((action) => iamWrites.test(action)))
    return `Have an administrator do it: "ssm policies" prints the role's documents. Whoever holds ${statement.Action.join(', ')} can become administrator.`
  return `Add this statement to a policy of ${who}: ${JSON.stringify(statement)}`
}
