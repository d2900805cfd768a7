import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { SsmError } from '../errors/ssm-error.ts'

/**
 * Where a name from outside (an archive's entry, an object's key) lies below a target folder. Names that would lie
 * elsewhere, or that mean different things on different systems, are refused and never repaired.
 * @throws {SsmError} `ARCHIVE_UNSAFE`, with the name and the reason in its facts.
 */
export function safeJoin(target: string, relativeName: string): string {
  const reason = unsafeReason(relativeName)
  if (reason !== undefined) throw unsafeName(relativeName, reason)
  const root = resolve(target)
  const path = join(root, ...relativeName.split('/'))
  const inside = relative(root, path)
  if (inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) {
    throw unsafeName(relativeName, 'it lies outside its target folder')
  }
  return path
}

/** Why a name is refused, or `undefined` for one that is safe on this system. */
export function unsafeReason(relativeName: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (relativeName === '') return 'it is empty'
  if (relativeName.includes('\0')) return 'it contains a NUL'
  if (relativeName.includes('\\')) return 'it contains a backslash'
  if (relativeName.startsWith('/')) return 'it is absolute'
  if (/^[a-z]:/i.test(relativeName)) return 'it names a drive'
  if (bidirectional.test(relativeName)) return 'it contains characters that reverse how it is displayed'
  for (const segment of relativeName.split('/')) {
    if (segment === '') return 'it has an empty part'
    if (segment === '.' || segment === '..') return `it contains "${segment}"`
    if (platform === 'win32' && windowsMagic.test(segment)) return `Windows treats "${segment}" specially`
  }
  return undefined
}

const bidirectional = /[\u202A-\u202E\u2066-\u2069]/
// Devices, names whose end Windows drops, alternate streams, and what it does not allow at all.
const windowsMagic = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|[. ]$|[<>:"|?*\x00-\x1f]/i

/** Notices names that some file system takes for one and the same: by letter case, by Unicode form, or as file and folder. */
export interface NameBook {
  /**
   * Notes a file, and the folders above it.
   * @throws {SsmError} `ARCHIVE_UNSAFE` when a name noted before collides with it.
   */
  file(name: string): void
  /** The same for a folder. */
  folder(name: string): void
}

export function nameBook(): NameBook {
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

/** An archive's entry or an object's key that is refused. */
export function unsafeName(name: string, reason: string): SsmError {
  return new SsmError('ARCHIVE_UNSAFE', `${JSON.stringify(name)} is refused: ${reason}`, {
    hint: 'Nothing was written. Have the job write plain files under plain names, or read the object by hand.',
    facts: { name, reason },
  })
}

// Both ways of folding, since systems differ: "ß" meets "SS" only in upper case, and "K" (Kelvin) meets "k" only in lower.
function foldedName(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD')
}
