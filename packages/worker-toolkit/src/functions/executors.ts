import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { Json } from '../json-file.ts'
import { crossed, oneCall, type Callee, type Ended } from './one-call.ts'

/** One place where calls are made, one after the other. */
export interface Executor {
  run(args: readonly Json[]): Promise<Ended>
  close(): Promise<void>
}

/** Whether this thread was started by an executor. */
export const isExecutorThread = (): boolean => !isMainThread

/** Calls in this thread. */
export const inlineExecutor = (callee: Callee): Executor => ({
  run: (args) => oneCall(callee, args),
  close: () => Promise.resolve(),
})

/**
 * Calls in a thread of its own, which runs the same program. When the thread ends in the middle of a call (`process.exit`, no memory), that is
 * how the call ended, and the next one gets a new thread.
 */
export function threadExecutor(program: URL): Executor {
  let thread: Worker | undefined
  return {
    run(args) {
      const started = (thread ??= new Worker(program))
      return new Promise((resolve) => {
        const give = (ended: Ended): void => {
          started.off('message', give).off('error', lost).off('exit', left)
          resolve(ended)
        }
        const lost = (cause: unknown): void => {
          thread = undefined
          give({ error: crossed(cause) })
        }
        const left = (code: number): void => lost(new Error(`The thread of the call ended with exit code ${code}`))
        started.on('message', give).on('error', lost).on('exit', left)
        started.postMessage(args)
      })
    },
    async close() {
      await thread?.terminate()
    },
  }
}

/** The other side of an executor: answers each message with how the call ended. */
export function answerCalls(callee: Callee): void {
  const port = parentPort
  port?.on('message', (args: readonly Json[]) => {
    // A port that is listened to keeps the thread alive: it would wait for ever for a call that nothing can settle.
    port.unref()
    void oneCall(callee, args).then((ended) => {
      port.ref()
      port.postMessage(ended)
    })
  })
}
