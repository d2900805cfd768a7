import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fsCodeOf, orStorageError } from './fs-errors.ts'

/**
 * Puts a finished folder in the place of another one: `from` becomes `to`, and what was at `to` before is gone. Both lie
 * on one file system; a reader sees the old folder, none, or the new one, never a mixture.
 */
export async function replaceFolder(from: string, to: string): Promise<void> {
  await orStorageError({ act: 'replace the folder', path: to, missing: 'STORAGE_DENIED' }, async () => {
    await mkdir(dirname(to), { recursive: true })
    const old = `${from}.old`
    const moved = await moveAway(to, old)
    await rename(from, to)
    if (moved) await rm(old, { recursive: true, force: true })
  })
}

async function moveAway(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT') return false
    throw cause
  }
}
