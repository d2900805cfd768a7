import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ArchiveEntry } from '../archive/tar.ts'
import { filesBelow } from '../files/walk.ts'

/** The folder of the worker toolkit's package on this machine. */
export function toolkitFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@simple-sagemaker/worker-toolkit/package.json'))
}

/**
 * The Python package `worker_toolkit`, as it goes into a bundle. It is ours and not the user's code: a new release of it
 * does not make a finished task run again.
 * @throws {SsmError} `CODE_MISSING` when the toolkit's package is incomplete.
 */
export async function pythonToolkit(): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  const filter = (path: string, kind: 'file' | 'folder'): boolean =>
    kind === 'folder' ? path !== '__pycache__' : path.endsWith('.py')
  const folder = join(toolkitFolder(), 'python', 'worker_toolkit')
  for (const { path, absolutePath, sizeBytes } of await filesBelow(folder, { filter, missing: 'CODE_MISSING' })) {
    entries.push({ name: `worker_toolkit/${path}`, executable: false, content: { kind: 'file', path: absolutePath, sizeBytes } })
  }
  return entries
}
