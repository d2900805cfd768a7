import { terms, wording } from '../errors/wording.ts'
import { join, resolve } from 'node:path'
import { SsmError } from '../errors/ssm-error.ts'

/**
 * Where a name from outside (an archive's entry, an object's key) lies below a target folder. Names that would lie
 * elsewhere, or that this system cannot hold, are refused and never repaired.
 * @throws {SsmError} `ARCHIVE_UNSAFE`, with the name and the reason in its facts.
 */
export function safeJoin(target: string, relativeName: string): string {
  const reason = unsafeReason(relativeName)
  if (reason !== undefined) throw unsafeName(relativeName, reason)
  // Each part is a plain name by now, so no join of them leads out.
  return join(resolve(target), ...relativeName.split('/'))
}

/** Why a name is refused, or `undefined` for one that this system can hold. */
export function unsafeReason(relativeName: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (relativeName === '') return 'it is empty'
  if (relativeName.includes('\0')) return 'it contains a NUL'
  if (relativeName.startsWith('/')) return 'it is absolute'
  if (platform === 'win32' && relativeName.includes('\\')) return 'it contains a backslash'
  if (platform === 'win32' && /^[a-z]:/i.test(relativeName)) return 'it names a drive'
  for (const segment of relativeName.split('/')) {
    if (segment === '') return 'it has an empty part'
    if (segment === '.' || segment === '..') return `it contains "${segment}"`
    if (platform === 'win32' && windowsMagic.test(segment)) return `Windows treats "${segment}" specially`
  }
  return undefined
}

// Devices, names whose end Windows drops, alternate streams, and what it does not allow at all.
const windowsMagic = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|[. ]$|[<>:"|?*\x00-\x1f]/i

/** An archive's entry or an object's key that is refused. */
export function unsafeName(name: string, reason: string): SsmError {
  return new SsmError('ARCHIVE_UNSAFE', `${JSON.stringify(name)} is refused: ${reason}`, {
    hint: wording`Nothing was written. Have the job write it under another name, or fetch the archive as it is: ${terms.unpackNot}.`,
    facts: { name, reason },
  })
}
