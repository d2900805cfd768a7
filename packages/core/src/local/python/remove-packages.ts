import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readTextNow } from '../../files/read.ts'
import { withFolderLock } from '../../files/downloads/lock.ts'
import { heartbeats, placeIn } from '../jobs/records.ts'
import { namesIn } from '../objects/folders.ts'
import { temporaryFile } from '../objects/temporary-file.ts'
import { environmentsFolder } from './packages.ts'

/** Removes the installed packages that no running job uses, and gives how many environments there were. */
export async function removePackages(root: string, signal: AbortSignal | undefined): Promise<number> {
  const scratch = temporaryFile(root)
  mkdirSync(scratch, { mode: 0o700 })
  let removed = 0
  try {
    for (const key of namesIn(environmentsFolder(root))) {
      // A folder of this name may have been there before the store.
      if (!/^[0-9a-f]{32}$/.test(key)) continue
      const place = join(environmentsFolder(root), key)
      if (namesIn(place).length === 0) continue
      // A job takes its environment under the same lock, and the folder stays: somebody may be waiting for the lock in it.
      await withFolderLock(place, scratch, signal, async () => {
        if (keysInUse(root).has(key)) return
        const names = namesIn(place).filter((name) => !name.endsWith('.lock'))
        for (const name of names) rmSync(join(place, name), { recursive: true, force: true })
        if (names.length > 0) removed += 1
      })
    }
    return removed
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function keysInUse(root: string): ReadonlySet<string> {
  return new Set(namesIn(heartbeats(root)).flatMap((job) => keyOf(placeIn(join(root, 'jobs', job)).environment)))
}

function keyOf(path: string): readonly string[] {
  try {
    return [readTextNow(path)]
  } catch {
    // The job uses none.
    return []
  }
}
