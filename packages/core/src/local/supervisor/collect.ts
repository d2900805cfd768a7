import { appendFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ArchiveEntry } from '../../archive/tar.ts'
import { joinUri, type ObjectUri } from '../../names/object-uri.ts'
import type { JobPlan } from '../request/job-plan.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { streamOf } from '../logs/format.ts'
import type { Pushed } from './folder-sync.ts'
import { filesOf, type FolderFiles } from './folder-files.ts'
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
): Promise<Pushed> {
  if (plan.archives === undefined) return { written: [], leftOut: [] }
  const model = failed ? [] : trees
  const models = await uploadArchive(model, paths.training.model, joinUri(plan.archives, 'model.tar.gz'), objects)
  const outputs = await uploadArchive(
    trees.slice(0, 1),
    paths.training.outputData,
    joinUri(plan.archives, 'output.tar.gz'),
    objects,
  )
  return { written: [...models.written, ...outputs.written], leftOut: [...models.leftOut, ...outputs.leftOut] }
}

async function uploadArchive(
  trees: readonly MachineTree[],
  folder: string,
  uri: ObjectUri,
  objects: DirectoryObjects,
): Promise<Pushed> {
  const found = trees.map((tree) => filesOf(join(tree.root, folder), folder))
  const leftOut = found.flatMap((one) => one.leftOut)
  const entries = mergedEntries(found)
  if (entries.length === 0) return { written: [], leftOut }
  const { writeArchive } = await import('../../archive/tar.ts')
  const path = objects.temporaryPath()
  try {
    await writeArchive(entries, path, { listed: false })
    await objects.adopt(uri, path)
    return { written: [uri], leftOut }
  } finally {
    rmSync(path, { force: true })
  }
}

function mergedEntries(found: readonly FolderFiles[]): readonly ArchiveEntry[] {
  const entries = new Map<string, ArchiveEntry>()
  for (const { files } of found) {
    for (const [name, { path, stats }] of files) {
      const content = { kind: 'file', path, sizeBytes: Number(stats.size) } as const
      entries.set(name, { name, executable: (stats.mode & 0o100n) !== 0n, content })
    }
  }
  return [...entries.values()]
}

const mostNamed = 20

/** Says in the job's log what it left that cannot be stored: that is where its user looks for it. */
export function noteLeftOut(logs: string, leftOut: readonly string[]): void {
  const more = leftOut.length > mostNamed ? ` and ${leftOut.length - mostNamed} more` : ''
  noteInLog(logs, `not stored: ${leftOut.slice(0, mostNamed).join(', ')}${more}`)
}

/** Adds a line of ours to the newest log of a job. */
export function noteInLog(logs: string, text: string): void {
  const streams = readdirSync(logs).flatMap((name) => streamOf(logs, name) ?? [])
  const [newest] = streams.toSorted((one, other) => other.startedAtMs - one.startedAtMs)
  if (newest === undefined) return
  try {
    appendFileSync(newest.path, `[ssm] ${text}\n`)
  } catch {
    // A full disk costs this line, not the job.
  }
}
