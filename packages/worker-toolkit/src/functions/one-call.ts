import { inspect } from 'node:util'
import { asJson, type Json } from '../json-file.ts'
import type { CrossedError } from './protocol.ts'

/** The function that is called: an export of the user's module. */
export type Callee = (...args: readonly Json[]) => unknown

/** How a call ended, without which call it was. */
export type Ended = { readonly value?: Json } | { readonly error: CrossedError }

/** Calls the function once. Never throws: what it throws, and a value that JSON cannot represent, are an end like any other. */
export async function oneCall(callee: Callee, args: readonly Json[]): Promise<Ended> {
  const end = neverSettled()
  try {
    const value = await Promise.race([callee(...args), end.seen])
    return value === undefined ? {} : { value: asJson(value, 'the value that the function gives') }
  } catch (cause) {
    return { error: crossed(cause) }
  } finally {
    end.forget()
  }
}

/** Rejects when the program has nothing left to do: Node would end it with exit code 13, and nobody would know why. */
function neverSettled(): { readonly seen: Promise<never>; forget(): void } {
  let tell = (): void => undefined
  const seen = new Promise<never>((_, reject) => {
    // In a task of its own: the event is not told again unless something was left to do.
    tell = () => void setImmediate(() => reject(new Error(whyNever)))
  })
  process.once('beforeExit', tell)
  return { seen, forget: () => void process.off('beforeExit', tell) }
}

const whyNever =
  "the function's promise was never settled: nothing was left to wait for, and neither resolve() nor reject() had been called"

/** An error as text, with the stacks of its causes. */
export function crossed(cause: unknown): CrossedError {
  if (!(cause instanceof Error)) return { name: 'Error', message: `${inspect(cause)} was thrown`, stack: '' }
  const causes: string[] = []
  for (let at = cause.cause; at instanceof Error && causes.length < 10; at = at.cause)
    causes.push(`caused by: ${at.stack ?? String(at)}`)
  return { name: cause.name, message: cause.message, stack: [cause.stack ?? String(cause), ...causes].join('\n') }
}
