import { SsmError } from '@simple-sagemaker/core'
import type { World } from '../world.ts'

/** A signal that aborts when the user wants to leave; disposing it stops listening. */
export interface Leaving extends Disposable {
  readonly signal: AbortSignal
}

/** Listens for Ctrl-C and its kin while something is looked up: leaving is no failure of anything. */
export function signalOf(world: World): Leaving {
  const leave = new AbortController()
  const forget = world.onSignal((name) =>
    leave.abort(new SsmError('RUN_ABORTED', `Ended by ${name}`, { facts: { signal: name } })),
  )
  return { signal: leave.signal, [Symbol.dispose]: forget }
}
