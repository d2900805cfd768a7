import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SsmError } from '../../errors/ssm-error.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { pipSettings, runPython, type PipEnd } from '../pip.ts'

/** How TensorBoard is found. */
export interface TensorboardNeed {
  /** Whose pip installs it. */
  readonly python: string
  readonly cacheDir: string
  /** Whether it may be installed; else it must be on the PATH. */
  readonly install: boolean
  /** Called before it is installed. */
  readonly onInstall: () => void
  readonly signal: AbortSignal
}

// Its older versions import what newer setuptools no longer has.
const packages = ['tensorboard<3', 'setuptools<81']

// -I and -S: of the interpreter's own packages none is loaded, so that TensorFlow, when it is there, is not started.
const start = `import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "tensorboard"
from tensorboard.main import run_main
run_main()`

/**
 * The program that starts TensorBoard, without its arguments: the `tensorboard` of the PATH, else one that is installed from the package index,
 * once for each Python, into a folder of the cache that nothing else uses.
 *
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` without a Python that can be started.
 * @throws {SsmError} `WHEELS_MISSING` when pip cannot install it.
 */
export async function tensorboardProgram(need: TensorboardNeed): Promise<readonly string[]> {
  const inPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'tensorboard'))
    .find(isProgram)
  if (inPath !== undefined) return [inPath]
  if (!need.install)
    throw new PlatformError('PLATFORM_UNSUPPORTED', 'There is no program tensorboard on the PATH', {
      hint: 'Install it (pip install tensorboard), or let it be installed into the cache of this library.',
      facts: { path: process.env['PATH'] },
    })
  const place = join(need.cacheDir, 'tensorboard', await keyOf(need))
  if (!existsSync(place)) await install(place, need)
  return [need.python, '-I', '-S', '-c', start, place]
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The packages of one Python are not those of another. */
async function keyOf({ python, signal }: TensorboardNeed): Promise<string> {
  const question = 'import sys, sysconfig; print(sys.version, sysconfig.get_platform())'
  const ended = await asked(python, () => runPython({ python, args: ['-c', question], cwd: '/', signal }))
  return createHash('sha256')
    .update(JSON.stringify([ended.stdout, packages]))
    .digest('hex')
    .slice(0, 32)
}

async function asked(python: string, ask: () => Promise<PipEnd>): Promise<PipEnd> {
  try {
    const ended = await ask()
    if (ended.code === 0) return ended
    throw noPython(python, new Error(ended.stderr.trim()))
  } catch (cause) {
    throw fsCodeOf(cause) === undefined ? cause : noPython(python, cause)
  }
}

const noPython = (python: string, cause: unknown): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `TensorBoard needs Python, and ${python} cannot be started`, {
    hint: 'Install Python 3, name an interpreter with the variable SSM_PYTHON, or put a program tensorboard on the PATH.',
    facts: { python },
    cause,
  })

/** Installs into a folder beside the place, which then appears in one act. */
async function install(place: string, { python, cacheDir, onInstall, signal }: TensorboardNeed): Promise<void> {
  onInstall()
  await using scratch = await temporaryDirectory('new-', join(cacheDir, 'tensorboard'))
  const target = join(scratch.path, 'packages')
  mkdirSync(target, { mode: 0o700 })
  const call = { python, cwd: scratch.path, signal }
  const options = ['--quiet', '--only-binary=:all:', '--no-compile', '--no-warn-script-location', '--target', target]
  const environment = await pipSettings('install', call)
  const ended = await runPython({ ...call, args: ['-m', 'pip', 'install', ...options, ...packages], environment })
  if (ended.code !== 0) throw notInstalled(python, ended)
  try {
    renameSync(target, place)
  } catch (cause) {
    // Another one was quicker.
    if (!existsSync(place)) throw cause
  }
}

function notInstalled(python: string, { stderr }: PipEnd): SsmError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const shown = lines.slice(-4).map((line) => `  ${line}`)
  return new SsmError('WHEELS_MISSING', `pip of ${python} could not install TensorBoard:\n${shown.join('\n')}`, {
    hint: 'Check where pip gets packages from, name another Python with the variable SSM_PYTHON, or install TensorBoard yourself so that it is on the PATH.',
    facts: { python, lines: lines.slice(-20) },
  })
}
