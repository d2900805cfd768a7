import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ArchiveEntry } from '../../archive/tar.ts'
import { joinUri, type ObjectUri } from '../../names/object-uri.ts'
import type { JobPlan } from '../request/job-plan.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { filesIn } from './folder-sync.ts'
import type { MachineTree } from '../machine/tree.ts'

/**
 * Uploads what a training job leaves: `model.tar.gz` with the model folders of all machines (of one name on several, the
 * last machine's), and `output.tar.gz` with the first machine's. An empty folder leaves nothing. A failed job leaves no
 * model: half of one would look whole.
 */
export async function uploadArchives(
  plan: JobPlan,
  trees: readonly MachineTree[],
  objects: DirectoryObjects,
  failed: boolean,
): Promise<void> {
  if (plan.archives === undefined) return
  const model = failed ? [] : trees.map((tree) => join(tree.root, paths.training.model))
  await uploadArchive(model, joinUri(plan.archives, 'model.tar.gz'), objects)
  const output = trees.slice(0, 1).map((tree) => join(tree.root, paths.training.outputData))
  await uploadArchive(output, joinUri(plan.archives, 'output.tar.gz'), objects)
}

async function uploadArchive(folders: readonly string[], uri: ObjectUri, objects: DirectoryObjects): Promise<void> {
  const entries = mergedEntries(folders)
  if (entries.length === 0) return
  const { writeArchive } = await import('../../archive/tar.ts')
  const path = objects.temporaryPath()
  try {
    await writeArchive(entries, path)
    await objects.adopt(uri, path)
  } finally {
    rmSync(path, { force: true })
  }
}

function mergedEntries(folders: readonly string[]): readonly ArchiveEntry[] {
  const entries = new Map<string, ArchiveEntry>()
  for (const folder of folders) {
    for (const [name, { size, mode }] of filesIn(folder)) {
      const content = { kind: 'file', path: join(folder, name), sizeBytes: Number(size) } as const
      entries.set(name, { name, executable: (mode & 0o100n) !== 0n, content })
    }
  }
  return [...entries.values()]
}
