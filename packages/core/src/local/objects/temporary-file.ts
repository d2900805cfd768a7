import { randomBytes } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { removeTrees } from '../machine/remove-trees.ts'
import { livenessOf, ownIdentity } from '../process/identity.ts'
import { makeFolders, makeStore, namesIn } from './folders.ts'

/** A path for a file or folder that is not yet what it is to become: on the store's own file system, outside what is listed. */
export function temporaryFile(root: string): string {
  const folder = join(root, 'tmp')
  makeStore(root)
  makeFolders(folder)
  return join(folder, `${ownIdentity()}~${randomBytes(6).toString('hex')}`)
}

const ownName = /^(\d+\.[^@~]*@[0-9a-zA-Z]+)~[0-9a-f]{12}$/

// Of a process on another computer nothing can be seen; nobody writes one file for so long without touching it.
const longestSilenceMs = 24 * 3_600_000

/** Removes what killed processes left unfinished. What cannot be removed, such as an immutable file, stays and is no failure. */
export function sweepTemporaryFiles(root: string): void {
  const folder = join(root, 'tmp')
  for (const name of namesIn(folder)) {
    // A folder that was chosen for a store may have held a `tmp` before.
    const maker = ownName.exec(name)?.[1]
    if (maker === undefined) continue
    const liveness = livenessOf(maker)
    const path = join(folder, name)
    if (liveness === 'gone' || (liveness === 'unknown' && isOld(path))) removeTrees(path)
  }
}

function isOld(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && Date.now() - stats.mtimeMs > longestSilenceMs
}
