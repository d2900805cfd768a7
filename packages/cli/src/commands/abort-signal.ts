import { SsmError } from '@simple-sagemaker/core'
import type { CliContext } from '../terminal/context.ts'

/** A signal that aborts when the user wants to leave; disposing it stops listening. */
export interface SignalAbort extends Disposable {
  readonly signal: AbortSignal
}

/** Listens for Ctrl-C and its kin while something is looked up: leaving is no failure. */
export function abortOnSignal(context: CliContext): SignalAbort {
  const leave = new AbortController()
  const forget = context.onSignal((name) =>
    leave.abort(new SsmError('RUN_ABORTED', `Ended by ${name}`, { facts: { signal: name } })),
  )
  return { signal: leave.signal, [Symbol.dispose]: forget }
}
