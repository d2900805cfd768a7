import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { markName } from '../../packages/core/src/files/downloads/mark.ts'
import { arrivalOf } from '../../packages/core/src/files/downloads/place.ts'

/** Files by their paths, with their texts; a path that ends in a slash is an empty folder. */
export type Tree = Readonly<Record<string, string>>

/** Makes a folder and what a tree says in it. */
export function write(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true })
  for (const [path, text] of Object.entries(tree)) {
    if (path.endsWith('/')) mkdirSync(join(folder, path), { recursive: true })
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  }
}

/** Downloads a tree into a folder, as an output of a job is. */
export async function download(target: string, tree: Tree, of?: string): Promise<void> {
  await using arrival = await arrivalOf(target, of)
  write(arrival.path, tree)
  await arrival.commit()
}

/** Everything below a folder but marks: text of files, `→ target` of links, and `folder`. */
export function everything(folder: string, prefix = ''): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name of readdirSync(join(folder, prefix))) {
    const path = join(prefix, name)
    const stats = lstatSync(join(folder, path))
    if (name === markName) continue
    if (stats.isSymbolicLink()) all[path] = `→ ${readlinkSync(join(folder, path))}`
    else if (stats.isFile()) all[path] = readFileSync(join(folder, path), 'utf8')
    else Object.assign(all, { [path]: 'folder' }, everything(folder, path))
  }
  return all
}
