import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, ownIdentity } from '../process/identity.ts'
import { makeFolders } from './folders.ts'

/** A path for a file or folder that is not yet what it is to become: on the store's own file system, outside what is listed. */
export function temporaryFile(root: string): string {
  const folder = join(root, 'tmp')
  makeFolders(folder)
  return join(folder, `${ownIdentity()}~${randomBytes(6).toString('hex')}`)
}

/** Removes what killed processes left unfinished. */
export function sweepTemporaryFiles(root: string): void {
  const folder = join(root, 'tmp')
  for (const name of namesIn(folder)) {
    if (!isAlive(name.split('~')[0] ?? '')) rmSync(join(folder, name), { force: true, recursive: true })
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
