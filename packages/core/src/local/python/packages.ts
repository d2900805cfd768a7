import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listSettings, settingsOfFiles } from '../../lang/python/pip-settings.ts'
import { withFolderLock } from '../../files/downloads/lock.ts'
import { diskFullReason, JobProblem } from '../machine/job-problem.ts'
import { makeFolders } from '../objects/folders.ts'
import { temporaryFile } from '../objects/temporary-file.ts'
import { interpreterOf, type Interpreter } from './interpreter.ts'
import type { Requirements } from './requirements.ts'
import { requirementsFile } from './requirements.ts'
import { runProgram, type ProgramEnd } from './run-program.ts'
import { declareWhole, wholeEnvironment } from './whole.ts'

type Environment = Readonly<Record<string, string>>

export interface PackagesNeed {
  /** The store's folder. */
  readonly root: string
  /** The interpreter that the program would run with. */
  readonly python: string
  readonly requirements: Requirements
  /** The folder with the wheels of a lock. */
  readonly wheels: string
  /** Of the program: where packages come from is in it, too. */
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Called when packages must be installed, and again with what is going on. */
  readonly onInstall: (message: string) => void
  /** Called while nobody else can remove the environment. */
  readonly onFound: (key: string) => void
}

/** Where the installed packages of local jobs lie, a folder for each content. */
export const environmentsFolder = (root: string): string => join(root, 'environments')

/**
 * The folder of a virtual environment with the required packages, installed at most once for each interpreter and content. What
 * the interpreter itself has is there as well, behind them.
 * @throws {JobProblem} when they cannot be installed.
 */
export async function environmentWith(need: PackagesNeed): Promise<string> {
  const environment = pipEnvironment(need.environment)
  const interpreter = await interpreterOf(need.python, environment, need.signal)
  const key = keyOf(interpreter, need.requirements, environment)
  const place = join(environmentsFolder(need.root), key)
  makeFolders(place)
  const scratch = temporaryFile(need.root)
  mkdirSync(scratch, { mode: 0o700 })
  try {
    // Without the lock: one who waits for it says so.
    if (wholeEnvironment(place) === undefined) need.onInstall('')
    return await withFolderLock(place, scratch, need.signal, async () => {
      const found = wholeEnvironment(place) ?? (await make(place, scratch, interpreter, { ...need, environment }))
      need.onFound(key)
      return found
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The settings of pip that are this computer's own stay out; where packages come from is kept. */
function pipEnvironment(given: Environment): Environment {
  const { PYTHONPATH: _path, PYTHONHOME: _home, VIRTUAL_ENV: _venv, ...kept } = given
  return {
    ...kept,
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_USER: '0',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    PIP_PROGRESS_BAR: 'off',
  }
}

const sourcesOfPackages = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_NO_INDEX', 'PIP_CONFIG_FILE', 'PIP_PRE']

function keyOf(
  { executable, version, platform, prefix }: Interpreter,
  { normalised }: Requirements,
  environment: Environment,
): string {
  // Without the credentials of an index: a new token brings no other packages.
  const sources = sourcesOfPackages.map((name) => (environment[name] ?? '').replaceAll(/\/\/[^/@\s]*@/g, '//'))
  const content = JSON.stringify({ v: 1, executable, version, platform, prefix, normalised, sources })
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

/** Makes an environment in a folder of its own, to which nobody is led before it is whole. */
async function make(place: string, scratch: string, interpreter: Interpreter, need: PackagesNeed): Promise<string> {
  // What a killed job left, and what is damaged: nobody else is here.
  for (const name of readdirSync(place).filter((name) => !name.endsWith('.lock')))
    rmSync(join(place, name), { recursive: true, force: true })
  const name = randomBytes(6).toString('hex')
  const folder = join(place, name)
  try {
    await install(folder, scratch, interpreter, need)
    declareWhole(place, name)
    return folder
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw cause
  }
}

async function install(folder: string, scratch: string, interpreter: Interpreter, need: PackagesNeed): Promise<void> {
  const { environment, signal, python } = need
  const call = { cwd: scratch, environment, signal }
  // An interpreter's own pip installs into another environment, too, which saves the time of copying it there.
  const bare = interpreter.pip === undefined ? [] : ['--without-pip']
  const made = await runProgram({ ...call, argv: [python, '-m', 'venv', ...bare, folder] })
  if (made.code !== 0) throw withoutVenv(python, made)
  for (const [path, text] of need.requirements.files) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
  const own = join(folder, 'bin', 'python')
  const pip = interpreter.pip === undefined ? ['-m', 'pip'] : [interpreter.pip]
  const told = await runProgram({ ...call, argv: [own, ...pip, ...listSettings] })
  const settings = settingsOfFiles(told.code === 0 ? told.stdout : undefined, 'install', environment)
  const installed = await runProgram({
    ...call,
    environment: { ...environment, ...settings },
    argv: [own, ...pip, 'install', ...(need.requirements.isLock === true ? fromWheels(need.wheels) : []), '-r', requirementsFile],
    onLine: progressOf(need.onInstall),
  })
  if (installed.code !== 0) throw notInstalled(installed)
  await addParent(own, interpreter, call)
}

const fromWheels = (folder: string): readonly string[] => ['--no-index', '--no-deps', '--find-links', folder, '--require-hashes']

/** What the interpreter has of its own comes behind the installed packages. */
async function addParent(
  own: string,
  { packageFolders }: Interpreter,
  call: Pick<PackagesNeed, 'environment' | 'signal'> & { readonly cwd: string },
): Promise<void> {
  const lines = packageFolders.map((folder) => `import site; site.addsitedir(${JSON.stringify(folder)})`)
  const write = 'import sys, sysconfig\nopen(sysconfig.get_path("purelib") + "/ssm-parent.pth", "w").write(sys.argv[1])'
  const { code, lastLines } = await runProgram({ ...call, argv: [own, '-c', write, `${lines.join('\n')}\n`] })
  if (code !== 0)
    throw new JobProblem(`InternalServerError: the environment could not be finished\n${lastLines.slice(-5).join('\n')}`)
}

const messageApartMs = 200

/** pip's lines, as what is going on: which package it is at, and how many there were. */
function progressOf(onInstall: (message: string) => void): (line: string) => void {
  let packages = 0
  let reportedAtMs = -Infinity
  return (line) => {
    const collecting = /^Collecting (\S+?)(?:[=<>!~;[ ]|$)/.exec(line)?.[1]
    if (collecting !== undefined) packages += 1
    const isLast = line.startsWith('Installing collected packages')
    const message = isLast
      ? `installing ${packages} packages`
      : collecting === undefined
        ? undefined
        : `${collecting} (package ${packages})`
    if (message === undefined || (!isLast && performance.now() - reportedAtMs < messageApartMs)) return
    reportedAtMs = performance.now()
    onInstall(message)
  }
}

/** The failure of pip, with what it printed: the job's log gets that. */
export class NotInstalled extends JobProblem {
  readonly lines: readonly string[]

  constructor(message: string, lines: readonly string[]) {
    super(message)
    this.lines = lines
  }
}

// What Python and pip print for ENOSPC and EDQUOT.
const isDiskFull = (lines: readonly string[]): boolean =>
  lines.some((line) => /No space left on device|Disk quota exceeded|\[Errno (?:28|122)\]/.test(line))

function notInstalled({ code, lastLines }: ProgramEnd): NotInstalled {
  if (isDiskFull(lastLines)) return new NotInstalled(diskFullReason, lastLines)
  const errors = lastLines.filter((line) => line.startsWith('ERROR'))
  const shown = (errors.length > 0 ? errors : lastLines).slice(-5).join('\n')
  return new NotInstalled(
    `AlgorithmError: requirements.txt could not be installed (pip ended with exit code ${code}) on algo-1\n${shown}`,
    lastLines,
  )
}

function withoutVenv(python: string, { lastLines }: ProgramEnd): NotInstalled {
  if (isDiskFull(lastLines)) return new NotInstalled(diskFullReason, lastLines)
  return new NotInstalled(
    `ClientError: ${python} cannot make a virtual environment for requirements.txt. On Debian and Ubuntu install python3-venv.\n${lastLines.slice(-5).join('\n')}`,
    lastLines,
  )
}
