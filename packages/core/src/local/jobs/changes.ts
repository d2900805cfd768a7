import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Tells of changes of one file, at once where the system can. */
export interface Changes extends Disposable {
  /** Whether the system tells; otherwise only looking again helps. */
  readonly isWatching: boolean
  /** Waits for a change since the last call, at most `ms` milliseconds. An abort rejects with `signal.reason`. */
  next(ms: number, signal: AbortSignal): Promise<void>
}

/**
 * Changes of a file that is replaced as a whole: what else happens in its folder wakes nobody. Given another folder, whatever
 * happens directly in that counts, too.
 */
export function changesOf(path: string, folder?: string): Changes {
  let changed = false
  let wake = (): void => undefined
  const onChange = (): void => {
    changed = true
    wake()
  }
  const ofFile = watcherOf(path, onChange)
  const ofFolder = folder === undefined ? undefined : watcherOf(join(folder, '*'), onChange)
  return {
    isWatching: ofFile !== undefined && (folder === undefined || ofFolder !== undefined),
    [Symbol.dispose]() {
      ofFile?.close()
      ofFolder?.close()
    },
    async next(ms, signal) {
      if (!changed) await pause(ms, signal, (wakeUp) => (wake = wakeUp))
      changed = false
    },
  }
}

function watcherOf(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    // Some systems do not say which file it was.
    const onEvent = (_event: string, name: string | null): void => {
      if (name === null || basename(path) === '*' || name === basename(path)) onChange()
    }
    return watch(dirname(path), onEvent).on('error', () => undefined)
  } catch {
    // No watches left, or a file system without them.
    return undefined
  }
}

async function pause(ms: number, signal: AbortSignal, onWake: (wakeUp: () => void) => void): Promise<void> {
  signal.throwIfAborted()
  let end = (): void => undefined
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      end = () => reject(signal.reason as Error)
      signal.addEventListener('abort', end, { once: true })
      onWake(resolve)
      timer = setTimeout(resolve, ms)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
