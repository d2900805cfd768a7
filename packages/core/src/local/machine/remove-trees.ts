import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, readdirSync, rmSync, type Dirent } from 'node:fs'
import { join } from 'node:path'

/** Removes the machines' trees. What a program made unremovable stays behind, which is no failure of its job. */
export function removeTrees(machines: string): void {
  try {
    removeFolder(machines)
  } catch {
    // Told by whoever removes the job's record.
  }
}

/** Removes a folder that a program wrote into: also what it took the rights of, and folders too deep to be named. */
export function removeFolder(folder: string): void {
  for (const prepare of [() => undefined, () => openToOwner(folder)]) {
    try {
      prepare()
      return rmSync(folder, { recursive: true, force: true, maxRetries: 2 })
    } catch {
      // Once more with the rights that a program took away, and then by a program that needs no whole paths.
    }
  }
  const quiet = { stdio: 'ignore' } as const
  spawnSync('chmod', ['-R', 'u+rwX', '--', folder], quiet)
  execFileSync('rm', ['-rf', '--', folder], quiet)
}

/**
 * Lets the owner into all folders below a folder, itself included, and read their files. Links are not followed; what cannot be
 * changed stays as it is.
 */
export function openToOwner(folder: string): void {
  addRights(folder, 0o700)
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToOwner(path)
    else if (entry.isFile()) addRights(path, 0o400)
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function addRights(path: string, rights: number): void {
  try {
    const { mode } = lstatSync(path)
    if ((mode & rights) !== rights) chmodSync(path, (mode & 0o777) | rights)
  } catch {
    // Somebody else's, immutable, or too deep to be named.
  }
}
