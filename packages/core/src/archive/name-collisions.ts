import { randomBytes } from 'node:crypto'
import { existsSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unsafeName } from './safe-path.ts'

/**
 * Whether a file system takes names for one and the same that differ by letter case or Unicode form, by trying it in a folder.
 * `exists` is the file system's answer, for tests of systems that are not there.
 */
export function foldsNames(folder: string, exists: (path: string) => boolean = existsSync): boolean {
  const name = (letter: string): string => join(folder, `.ssm-probe-${letter}-${mark}`)
  const mark = randomBytes(6).toString('hex')
  writeFileSync(name('\u00c9'), '', { flag: 'wx' })
  try {
    return ['\u00e9', 'E\u0301'].some((letter) => exists(name(letter)))
  } finally {
    unlinkSync(name('\u00c9'))
  }
}

/** Notices names that such a file system takes for one and the same, and those that are file and folder. */
export interface NameCollisions {
  /**
   * Notes a file, and the folders above it.
   * @throws {SsmError} `ARCHIVE_UNSAFE` when a name noted before collides with it.
   */
  file(name: string): void
  /** The same for a folder. */
  folder(name: string): void
}

export function nameCollisions(): NameCollisions {
  const spelled = new Map<string, { readonly name: string; readonly kind: 'file' | 'folder' }>()
  const folders = new Set<string>()
  const note = (name: string, kind: 'file' | 'folder'): void => {
    const folded = foldedName(name)
    const known = spelled.get(folded)
    if (known === undefined) spelled.set(folded, { name, kind })
    else if (known.name !== name) throw unsafeName(name, `it collides with "${known.name}"`)
    else if (known.kind !== kind) throw unsafeName(name, 'it is both a file and a folder')
  }
  const noteFolder = (name: string): void => {
    if (folders.has(name)) return
    const slash = name.lastIndexOf('/')
    if (slash > 0) noteFolder(name.slice(0, slash))
    note(name, 'folder')
    folders.add(name)
  }
  return {
    folder: noteFolder,
    file(name) {
      const slash = name.lastIndexOf('/')
      if (slash > 0) noteFolder(name.slice(0, slash))
      note(name, 'file')
    },
  }
}

// Both ways of folding, since systems differ: "ß" meets "SS" only in upper case, and "ẞ" meets "ß" only in lower.
function foldedName(name: string): string {
  return name.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD')
}
