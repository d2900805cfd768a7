import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { storageError } from '../fs-errors.ts'
import { builtProgram } from '../own-package.ts'
import { digestFile, type FileDigest } from './digest.ts'
import type { ThreadAnswer } from './thread.ts'

/** Computes digests of large files on all processors, and leaves this thread to others. */
export interface DigestThreads extends AsyncDisposable {
  /**
   * As {@link digestFile}; waits for a thread when all are busy.
   * @throws {SsmError} `INPUT_MISSING`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
   */
  readonly digestFile: typeof digestFile
}

/** Starting a thread costs as much as the digest of so many bytes on one processor. */
export const worthThreadsBytes = 64 * 1024 * 1024

export interface DigestThreadsOptions {
  /** As many at once; default: one for each processor, and not more than eight. */
  readonly most?: number
  /** What a thread runs; default: `thread.ts`, as it was built. */
  readonly program?: string
}

/** Threads that are started when they are needed, and end with the scope: `await using threads = digestThreads()`. */
export function digestThreads(options: DigestThreadsOptions = {}): DigestThreads {
  const pool = threadPool(options)
  return {
    async digestFile(path, { signal } = {}) {
      signal?.throwIfAborted()
      const thread = await pool.take()
      const answer = await answerOf(thread, path, signal)
      if (answer !== undefined) {
        pool.giveBack(thread)
        return digestIn(answer, path)
      }
      // It is busy with what nobody wants any more, or could not even start.
      await pool.replace(thread)
      signal?.throwIfAborted()
      return digestFile(path, signal === undefined ? {} : { signal })
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

interface ThreadPool {
  take(): Promise<Worker>
  giveBack(thread: Worker): void
  /** Ends a thread; who waits for one gets another. */
  replace(thread: Worker): Promise<void>
  end(): Promise<void>
}

function threadPool({
  most = Math.min(availableParallelism(), 8),
  program = builtProgram('digest-thread'),
}: DigestThreadsOptions): ThreadPool {
  const all = new Set<Worker>()
  const idle: Worker[] = []
  const waiting: ((thread: Worker) => void)[] = []
  const start = (): Worker => {
    // Nothing of this process goes along: no loader of its own, no environment.
    const thread = new Worker(program, { execArgv: [], env: {} })
    // A failure is seen by whoever waits for it.
    thread.on('error', () => undefined)
    all.add(thread)
    return thread
  }
  return {
    take: async () => idle.pop() ?? (all.size < most ? start() : new Promise((resolve) => waiting.push(resolve))),
    giveBack: (thread) => {
      const next = waiting.shift()
      if (next === undefined) idle.push(thread)
      else next(thread)
    },
    replace: async (thread) => {
      all.delete(thread)
      await thread.terminate()
      const next = waiting.shift()
      if (next !== undefined) next(start())
    },
    end: async () => {
      await Promise.all([...all].map((thread) => thread.terminate()))
    },
  }
}

/** What the thread says about the file; `undefined` when it broke, or was not waited for. */
async function answerOf(thread: Worker, path: string, signal: AbortSignal | undefined): Promise<ThreadAnswer | undefined> {
  const answered = once(thread, 'message', signal === undefined ? {} : { signal })
  thread.postMessage(path)
  try {
    const [answer] = (await answered) as [ThreadAnswer]
    return answer
  } catch {
    return undefined
  }
}

function digestIn(answer: ThreadAnswer, path: string): FileDigest {
  if ('sha256' in answer) return answer
  const cause = Object.assign(new Error(answer.message), { code: answer.code, syscall: 'read' })
  throw storageError({ act: 'read', path }, cause)
}
