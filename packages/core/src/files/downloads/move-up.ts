import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Moves what is in one folder into another one of the same file system, and removes the first. Folders are merged, files replaced. */
export function moveUp(from: string, into: string): void {
  mkdirSync(into, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(into, entry.name)]
    const there = lstatSync(target, { throwIfNoEntry: false })
    if (there?.isDirectory() === true && entry.isDirectory()) moveUp(source, target)
    else {
      if (there !== undefined) rmSync(target, { recursive: true })
      renameSync(source, target)
    }
  }
  rmdirSync(from)
}
