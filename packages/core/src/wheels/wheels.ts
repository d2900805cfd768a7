import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { SsmError } from '../errors/ssm-error.ts'
import { readTextNow } from '../files/read.ts'
import type { PackagesSpec } from '../spec/image.ts'
import { describeFolder, type LocalFolder } from '../sync/folder.ts'
import { packagesLock } from '@simple-sagemaker/worker-toolkit/contract'
import { guardScript } from './guard-script.ts'
import { lockScript } from './lock-script.ts'
import { requirementsOf, type Locked } from './locked.ts'
import { pipSettings, runPython, type PipEnd } from './pip.ts'
import { readNamed, readRequirements } from './requirements.ts'
import { markersOf, type WheelTarget } from './target.ts'

/** Wheels in a folder of this computer, with the lock that a machine installs them by. */
export interface Wheels {
  readonly folder: LocalFolder
  readonly lockSha256: string
  /** Whether they were brought now, and not found. */
  readonly isNew: boolean
}

export interface WheelsNeed {
  readonly packages: PackagesSpec
  /** Absent: the interpreter itself. */
  readonly target?: WheelTarget
  /** Whose pip brings them. */
  readonly python: string
  readonly cacheDir: string
  readonly signal: AbortSignal
  /** Called when they are not in the cache. */
  readonly onBring: () => void
}

/**
 * The wheels of a `requirements.txt` or a lock, brought once for each content and target, and kept in the cache.
 * @throws {SsmError} `CODE_MISSING` when the file is not there, `WHEELS_MISSING` when a package is not available as a wheel.
 */
export async function wheelsFor(need: WheelsNeed): Promise<Wheels> {
  const file = resolve(need.packages.file)
  const place = join(need.cacheDir, 'wheels', await keyOf(file, need))
  const options = { cacheDir: need.cacheDir, signal: need.signal }
  if (existsSync(join(place, packagesLock))) {
    const folder = await describeFolder(place, options)
    const lock = readTextNow(join(place, packagesLock))
    if (isWhole(folder, lock)) return { folder, lockSha256: digestOf(lock), isNew: false }
    rmSync(place, { recursive: true, force: true })
  }
  need.onBring()
  await bring(file, place, need)
  const folder = await describeFolder(place, options)
  return { folder, lockSha256: digestOf(readTextNow(join(place, packagesLock))), isNew: true }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether every wheel is the one that the lock names: a cache may be damaged. */
function isWhole({ listing }: LocalFolder, lock: string): boolean {
  const wheels = listing.files.filter(({ path }) => path.endsWith('.whl'))
  return (
    wheels.length === lock.split('\n').filter((line) => line !== '').length &&
    wheels.every(({ sha256 }) => lock.includes(`sha256:${sha256}`))
  )
}

const sources = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_NO_INDEX', 'PIP_CONFIG_FILE', 'PIP_PRE']

async function keyOf(file: string, need: WheelsNeed): Promise<string> {
  const texts = isLock(file) ? [readNamed(file)] : Object.values(readRequirements(file))
  // Without the credentials of an index: a new token brings no other packages.
  const from = sources.map((name) => (process.env[name] ?? '').replaceAll(/\/\/[^/@\s]*@/g, '//'))
  const target = need.target ?? (await ownTarget(need))
  return digestOf(JSON.stringify({ v: 2, name: basename(file), texts, target, from })).slice(0, 32)
}

const isLock = (file: string): boolean => /\.(lock|toml)$/.test(file)

async function ownTarget({ python, signal }: WheelsNeed): Promise<string> {
  const question = 'import sys, sysconfig; print(sys.version, sysconfig.get_platform())'
  return (await runPython({ python, args: ['-c', question], cwd: '/', signal })).stdout
}

/** Brings the wheels into a folder beside their place, which then appears in one act. */
async function bring(file: string, place: string, need: WheelsNeed): Promise<void> {
  const scratch = `${place}.${randomBytes(6).toString('hex')}`
  mkdirSync(join(scratch, 'wheels'), { recursive: true, mode: 0o700 })
  sweep(dirname(place))
  try {
    await download(file, scratch, need)
    const { listing } = await describeFolder(join(scratch, 'wheels'), { signal: need.signal })
    const lock = requirementsOf(listing.files.map(lockedOf), need.packages.file)
    writeFileSync(join(scratch, 'wheels', packagesLock), lock)
    mkdirSync(dirname(place), { recursive: true })
    renameSync(join(scratch, 'wheels'), place)
  } catch (cause) {
    // Another run was quicker with the same.
    if (!existsSync(join(place, packagesLock))) throw cause
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const longestBringingMs = 24 * 3_600_000

/** Removes what killed runs left unfinished; what cannot be removed stays. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => /\.[0-9a-f]{12}$/.test(each))) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false })
    if (stats === undefined || Date.now() - stats.mtimeMs <= longestBringingMs) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // It is in nobody's way.
    }
  }
}

async function download(file: string, scratch: string, need: WheelsNeed): Promise<void> {
  const { target, python, signal } = need
  const inputs = isLock(file) ? await fromLock(file, scratch, need) : fromRequirements(file, scratch)
  const platforms = (target?.platforms ?? []).flatMap((platform) => ['--platform', platform])
  const tags = target === undefined ? [] : ['--implementation', 'cp', '--python-version', target.python, ...platforms]
  const args = ['-c', guardScript, 'download', '--only-binary=:all:', ...tags, '-d', 'wheels', ...inputs]
  const environment = await pipSettings('download', { python, cwd: scratch, signal })
  const ended = await runPython({ python, args, cwd: scratch, signal, environment })
  if (ended.code !== 0) throw pipFailed(need, ended)
}

/** A wheel as its name says: `six==1.16.0` for `six-1.16.0-py2.py3-none-any.whl`. */
function lockedOf({ path, sha256 }: { readonly path: string; readonly sha256: string }): Locked {
  const [name = '', version] = path.split('-')
  return { name: name.replaceAll('_', '-'), version, files: [path], digests: [`sha256:${sha256}`] }
}

/** pip reads copies of what was checked, and never the files themselves. */
function fromRequirements(file: string, scratch: string): readonly string[] {
  const { requirements, constraints } = readRequirements(file)
  writeFileSync(join(scratch, 'requirements.txt'), requirements, { mode: 0o600 })
  writeFileSync(join(scratch, 'constraints.txt'), constraints, { mode: 0o600 })
  return ['-r', 'requirements.txt', '-c', 'constraints.txt']
}

async function fromLock(file: string, scratch: string, need: WheelsNeed): Promise<readonly string[]> {
  const markers = need.target === undefined ? {} : markersOf(need.target)
  const args = ['-c', lockScript, file, JSON.stringify(markers)]
  const read = await runPython({ python: need.python, args, cwd: scratch, signal: need.signal })
  if (read.code !== 0) throw pipFailed(need, read)
  const found = JSON.parse(read.stdout) as readonly Locked[]
  writeFileSync(join(scratch, 'requirements.txt'), requirementsOf(found, need.packages.file))
  return ['--no-deps', '--require-hashes', '-r', 'requirements.txt']
}

function pipFailed({ packages, target, python }: WheelsNeed, { stderr }: PipEnd): SsmError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const errors = lines.filter((line) => line.startsWith('ERROR'))
  const shown = (errors.length > 0 ? errors : lines)
    .slice(-4)
    .map((line) => `  ${line}`)
    .join('\n')
  const where = target === undefined ? python : `Python ${target.python} on ${target.platforms[0] ?? ''}`
  return new SsmError('WHEELS_MISSING', `The packages of ${packages.file} are not available as wheels for ${where}:\n${shown}`, {
    hint: hintFor(stderr),
    facts: { file: packages.file, target, lines: lines.slice(-20) },
  })
}

function hintFor(stderr: string): string {
  if (/\b(401|403)\b|Unauthorized|Forbidden/.test(stderr))
    return 'The index wants credentials: set them on this computer, in PIP_INDEX_URL, pip.conf or .netrc. They are not sent anywhere.'
  if (/No module named '?pip/.test(stderr))
    return 'pip brings the wheels: install it for this Python, or name another Python with SSM_PYTHON.'
  if (/HASHES|hashes/.test(stderr))
    return 'The index has other files than the lock says: check where packages come from, and make the lock anew.'
  if (/[Cc]onnection|Name or service|timed out/.test(stderr))
    return 'The index could not be reached. Wheels that were brought before are kept and need no network.'
  return 'A package that is published as source only, or not for this Python and platform, cannot be used: choose another version, put a wheel of it into an index of your own, or leave out the option packages so that the machine builds it.'
}
