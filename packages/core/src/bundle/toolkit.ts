import { join } from 'node:path'
import type { ArchiveEntry } from '../archive/tar.ts'
import { toolkitPackage } from '../files/own-package.ts'
import { filesBelow } from '../files/walk.ts'

/**
 * The Python package `worker_toolkit`, as it goes into a bundle. It is ours and not the user's code: a new release of it
 * does not make a finished task run again.
 * @throws {SsmError} `CODE_MISSING` when the toolkit's package is incomplete, `PACKAGE_MISSING`.
 */
export async function pythonToolkit(): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  const filter = (path: string, kind: 'file' | 'folder'): boolean =>
    kind === 'folder' ? path !== '__pycache__' : path.endsWith('.py')
  const folder = join(toolkitPackage(), 'python', 'worker_toolkit')
  for (const { path, absolutePath, sizeBytes } of await filesBelow(folder, { filter, missing: 'CODE_MISSING' })) {
    entries.push({ name: `worker_toolkit/${path}`, executable: false, content: { kind: 'file', path: absolutePath, sizeBytes } })
  }
  return entries
}
