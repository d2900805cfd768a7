import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Removes the machines' trees. What a program made unremovable stays behind, which is no failure of its job. */
export function removeTrees(machines: string): void {
  for (const prepareAll of [() => undefined, () => unlockFolders(machines)]) {
    try {
      prepareAll()
      rmSync(machines, { recursive: true, force: true, maxRetries: 2 })
      return
    } catch {
      // Once more with the rights that a program took away; then there is nothing to do about it.
    }
  }
}

function unlockFolders(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) unlockFolders(join(folder, entry.name))
}
