import { inspect } from 'node:util'
import { asJson, type Json } from '../json-file.ts'
import type { CrossedError } from './protocol.ts'

/** The function that is called: an export of the user's module. */
export type Callee = (...args: readonly Json[]) => unknown

/** How a call ended, without which call it was. */
export type Ended = { readonly value?: Json } | { readonly error: CrossedError }

/** Calls the function once. Never throws: what it throws, and a value that JSON cannot represent, are an end like any other. */
export async function oneCall(callee: Callee, args: readonly Json[]): Promise<Ended> {
  try {
    const value = await callee(...args)
    return value === undefined ? {} : { value: asJson(value, 'the value that the function gives') }
  } catch (cause) {
    return { error: crossed(cause) }
  }
}

/** An error as text, with the stacks of its causes. */
export function crossed(cause: unknown): CrossedError {
  if (!(cause instanceof Error)) return { name: 'Error', message: `${inspect(cause)} was thrown`, stack: '' }
  const causes: string[] = []
  for (let at = cause.cause; at instanceof Error && causes.length < 10; at = at.cause)
    causes.push(`caused by: ${at.stack ?? String(at)}`)
  return { name: cause.name, message: cause.message, stack: [cause.stack ?? String(cause), ...causes].join('\n') }
}
