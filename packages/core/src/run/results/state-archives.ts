import { join } from 'node:path'
import { extractArchive, type Extracted } from '../../archive/untar.ts'
import { moveUp } from '../../files/downloads/move-up.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { Objects, StoredObject } from '../../platform/objects.ts'

const archiveName = /^ssm-state\.[^/]+\.tar\.gz$/

/** The archives that a state is kept as, one for each machine, the oldest first; none for a state that is kept file by file. */
export async function stateArchives(folder: ObjectUri, objects: Objects, signal: AbortSignal): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = []
  for await (const child of objects.children(folder, { signal }))
    if (child.kind === 'object' && archiveName.test(child.object.uri.slice(folder.length))) found.push(child.object)
  return found.sort((one, other) => one.modifiedAtMs - other.modifiedAtMs || (one.uri < other.uri ? -1 : 1))
}

/** Unpacks archives of a state into one folder: of a file in several of them the newest archive's stays. */
export async function unpackState(
  archives: readonly StoredObject[],
  target: string,
  read: (archive: StoredObject) => AsyncIterable<Uint8Array>,
  options: { readonly roots: readonly string[]; readonly signal: AbortSignal },
): Promise<Extracted> {
  const total = { files: 0, bytes: 0, leftOut: [] as Extracted['leftOut'][number][] }
  for (const [index, archive] of archives.entries()) {
    const own = join(target, `.ssm-unpacked-${index}`)
    const { files, bytes, leftOut } = await extractArchive(read(archive), own, options)
    moveUp(own, target)
    total.files += files
    total.bytes += bytes
    total.leftOut.push(...leftOut)
  }
  return total
}
