import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Looks at the JavaScript and TypeScript files of a folder again and again, and resolves when one of them is another than before.
 * Editors replace a file by a new one, which a watch of the operating system on the file itself does not see; so its state is asked for.
 */
export class FolderChanges {
  readonly #folder: string
  readonly #leftOut: string
  #seen: string

  private constructor(folder: string, leftOut: string, seen: string) {
    this.#folder = folder
    this.#leftOut = leftOut
    this.#seen = seen
  }

  /** From the state of now on; the file `leftOut` does not count. */
  static async since(folder: string, leftOut: string): Promise<FolderChanges> {
    return new FolderChanges(folder, leftOut, await stateOf(folder, leftOut))
  }

  /** Resolves with the next change, also one that was made since the last call; rejects when the signal is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    for (;;) {
      const startMs = performance.now()
      const now = await stateOf(this.#folder, this.#leftOut)
      signal.throwIfAborted()
      if (now !== this.#seen) {
        this.#seen = now
        return
      }
      // A folder of very many files is looked at less often.
      await pause(Math.max(200, 10 * (performance.now() - startMs)), undefined, { signal })
    }
  }
}

async function stateOf(folder: string, leftOut: string): Promise<string> {
  const states: string[] = []
  // A folder that is gone, or that nobody may read, has no files.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) states.push(await stateOf(path, leftOut))
    } else if (/\.[cm]?[jt]s$/.test(entry.name) && path !== leftOut) {
      const stats = await stat(path, { bigint: true }).catch(() => undefined)
      states.push(`${path} ${stats?.ino} ${stats?.size} ${stats?.mtimeNs} ${stats?.ctimeNs}`)
    }
  }
  return states.toSorted().join('\n')
}
