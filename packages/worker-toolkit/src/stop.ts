/**
 * A stop announced by SIGTERM: somebody stopped the job, its time is over, or a spot machine is taken back.
 * `stopGraceSeconds` later the machine is gone; what lies in the state folder by then is kept.
 */

import { constants } from 'node:os'

/** Called once, on the first SIGTERM; may take its time. */
export type StopCallback = () => void | Promise<void>

let callbacks: readonly StopCallback[] = []
let stop: AbortController | undefined
let listening = false

/**
 * Calls back on SIGTERM. When all callbacks are done, in the order they came, the process ends with exit code 143 (128 + SIGTERM)
 * unless one of them ended it before. An error in a callback is printed, and the others still run.
 * Gives a function that takes the callback back; with none left SIGTERM ends the process at once, as ever.
 *
 * @example onStop(async () => worker().state.write('epoch.json', epoch))
 */
export function onStop(callback: StopCallback): () => void {
  const entry: StopCallback = () => callback()
  callbacks = [...callbacks, entry]
  listen()
  return () => {
    callbacks = callbacks.filter((other) => other !== entry)
    if (callbacks.length === 0 && stop === undefined) ignore()
  }
}

/**
 * A signal that aborts on SIGTERM, for everything that takes one (`fetch`, timers, streams).
 * Asking for it means the program ends by itself: without an `onStop` callback the process is not ended for it.
 */
export function stopSignal(): AbortSignal {
  stop ??= new AbortController()
  listen()
  return stop.signal
}

function listen(): void {
  if (listening) return
  process.on('SIGTERM', stopNow)
  listening = true
}

function ignore(): void {
  process.off('SIGTERM', stopNow)
  listening = false
}

let stopping = false

function stopNow(): void {
  if (stopping) return
  stopping = true
  stop?.abort(new DOMException('The job is being stopped', 'AbortError'))
  if (callbacks.length > 0) void runAll().then(() => process.exit(128 + constants.signals.SIGTERM))
}

async function runAll(): Promise<void> {
  for (const callback of callbacks) {
    try {
      await callback()
    } catch (error) {
      console.error('A callback of onStop failed:', error)
    }
  }
}
