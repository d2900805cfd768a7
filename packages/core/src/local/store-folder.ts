import { realpathSync, statSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { storageError } from '../files/fs-errors.ts'
import { PlatformError } from '../platform/errors.ts'

/**
 * The whole path of a store's folder.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` for what can be none: a file, the home folder itself, a folder of the system.
 */
export function storeFolder(path: string): string {
  if (path.trim() === '' || path.includes('\0')) throw unfit(JSON.stringify(path), 'it is blank or has a NUL character', path)
  const root = whole(path)
  const there = statOf(root)
  if (there?.isDirectory() === false) throw unfit(root, 'it is no folder', path)
  const real = there === undefined ? root : realpathSync(root)
  if (real === homeFolder()) throw unfit(root, 'it is your home folder, where a store would lie among your files', path)
  if (dirname(real) === real || systemFolders.has(real)) throw unfit(root, 'it belongs to the system', path)
  return root
}

/** Nothing that cannot be looked at: whatever is wrong with it is told when something is to be made there. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

const systemFolders = new Set(
  (
    '/bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /opt /proc /root /run /sbin /sys /usr /usr/bin /usr/lib /usr/local /usr/sbin /var ' +
    '/Applications /Library /System /Users /private /private/etc /private/var'
  ).split(' '),
)

function homeFolder(): string | undefined {
  try {
    return realpathSync(homedir())
  } catch {
    return undefined
  }
}

const unfit = (name: string, because: string, path: string): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `The folder of the local platform cannot be ${name}: ${because}`, {
    hint: 'Name a folder for it alone, in the option root or in SSM_LOCAL_DIR; it is made when it is not there. The default is .ssm.',
    facts: { path },
  })

function whole(path: string): string {
  try {
    return resolve(path)
  } catch (cause) {
    // A relative path counts from the working folder, which somebody removed.
    const hint = 'Go to a folder that exists, or set SSM_LOCAL_DIR to an absolute path.'
    throw storageError({ act: 'find the working folder for', path, missing: 'STORAGE_DENIED', hint }, cause)
  }
}

/** What to do about a folder of the local platform that cannot be written. */
export const storeHint = {
  library: 'Set SSM_LOCAL_DIR, or root in local({ root }), to a folder that can be written.',
  commandLine: 'Set SSM_LOCAL_DIR to a folder that can be written.',
}
