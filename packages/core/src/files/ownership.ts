import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { SsmError } from '../errors/ssm-error.ts'

/** Why a file or folder says nothing that may be believed: whose it is, or that others may change it. */
export type Distrust =
  | {
      readonly because: 'owner'
      /** The user that owns it. */
      readonly uid: number
    }
  | { readonly because: 'writable' }

/** Whose a file is, and what others may do with it: what `stat` tells. */
export interface Ownership {
  /** The user that owns it. */
  readonly uid: number
  /** The group that owns it. */
  readonly gid: number
  /** Its rights. */
  readonly mode: number
}

/**
 * Whether somebody else than this user and the superuser decides about what lies at a path: as its owner, as the owner of a link that
 * leads there, or by the rights of others to write. `undefined` when nobody does, and on systems without owners.
 *
 * @param stats of what lies there, behind all links
 */
export function distrustOf(path: string, stats: Ownership): Distrust | undefined {
  const me = process.getuid?.()
  if (me === undefined) return undefined
  const link = lstatSync(path, { throwIfNoEntry: false })
  const uid = [stats.uid, link?.uid ?? stats.uid].find((owner) => !isMine(owner, me))
  if (uid !== undefined) return { because: 'owner', uid }
  // A group of one's own, as many systems give to every user, is nobody else.
  const byGroup = (stats.mode & 0o020) !== 0 && stats.gid !== process.getgid?.() && stats.gid !== 0
  return byGroup || (stats.mode & 0o002) !== 0 ? { because: 'writable' } : undefined
}

/** As root under sudo, the files of the one who called it are trusted, too. */
const isMine = (owner: number, me: number): boolean =>
  owner === me || owner === 0 || (me === 0 && owner === Number(process.env['SUDO_UID'] ?? Number.NaN))

/** Whether nobody else decides about a file that is found by its place: neither about it nor about its folder. What cannot be looked at is not. */
export function isOwnFile(path: string): boolean {
  return [dirname(path), path].every((each) => {
    try {
      const stats = statSync(each, { throwIfNoEntry: false })
      return stats === undefined || distrustOf(each, stats) === undefined
    } catch {
      return false
    }
  })
}

/**
 * Takes a folder that was found at its place for this user alone. Folders that others could write lose these rights, and what others
 * may have put there is not believed.
 *
 * @throws {SsmError} `STORAGE_DENIED` when it, or something that others could have put into it, belongs to another user.
 */
export function takeOwnFolder(path: string, hint: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  const me = process.getuid?.()
  if (stats === undefined || me === undefined || !stats.isDirectory()) return
  refuseForeign(path, stats, hint)
  if (stats.uid !== me || (stats.mode & 0o077) === 0) return
  chmodSync(path, 0o700)
  if ((stats.mode & 0o022) === 0) return
  // Only where others could write can there be something of theirs.
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) takeOwnFolder(below, hint)
    else refuseForeign(below, lstatSync(below), hint)
  }
}

function refuseForeign(path: string, stats: Ownership, hint: string): void {
  const distrust = distrustOf(path, stats)
  if (distrust?.because !== 'owner') return
  throw new SsmError('STORAGE_DENIED', `${path} belongs to another user (user id ${distrust.uid}), so it is not trusted`, {
    hint,
    facts: { path, owner: distrust.uid },
  })
}
