import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { takeOwnFolder } from '../../files/ownership.ts'

/**
 * Makes a folder and those above it, for their owner alone. Unlike Node's own way it tells the file system's true reason:
 * for a read-only one that says that nothing is there.
 */
export function makeFolders(path: string): void {
  if (made(path)) return
  makeFolders(dirname(path))
  // What cannot be made even now, cannot be made: `/proc` says so for ever.
  mkdirUnlessThere(path)
}

/**
 * Takes the default folder of a store for this user alone, when it is there: it is found by its place, where anybody may have made it.
 * A folder of another name was chosen by the user, who then answers for it.
 *
 * @throws {SsmError} `STORAGE_DENIED` when it belongs to another user.
 */
export function takeStore(root: string): void {
  if (basename(root) === '.ssm')
    takeOwnFolder(root, `Remove it, run: sudo chown -R "$(id -u)" ${root}, or set SSM_LOCAL_DIR to a folder of your own.`)
}

/** Makes a store's folder, if there is none, with a file in it that keeps it out of Git. */
export function makeStore(root: string): void {
  if (statSync(root, { throwIfNoEntry: false }) === undefined) {
    makeFolders(root)
    // Somebody may have been quicker.
    takeStore(root)
  } else if (basename(root) !== '.ssm') return
  try {
    writeFileSync(join(root, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 })
  } catch {
    // There already, or whatever else is wrong is told by what comes next.
  }
}

/** `false`: the folder above is missing. */
function made(path: string): boolean {
  try {
    mkdirUnlessThere(path)
    return true
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' && dirname(path) !== path) return false
    throw cause
  }
}

function mkdirUnlessThere(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (cause) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw cause
  }
}

/** The names of what is in a folder; none when there is no such folder. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (fsCodeOf(cause) === 'ENOENT' || fsCodeOf(cause) === 'ENOTDIR') return []
    throw cause
  }
}
