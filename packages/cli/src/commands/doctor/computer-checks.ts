import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, openSync, readSync, closeSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import type { Call } from '../../settings/call.ts'
import { localRoot } from '../../settings/open-platform.ts'
import type { CliContext } from '../../terminal/context.ts'
import type { Check } from './check.ts'

const oldestNode = [20, 19] as const
const longestMs = 10_000

/** What this computer has: Node, Python, a shell, container engines, a folder that can be written, the right `ssm`. */
export async function computerChecks({ context, settings }: Call, signal: AbortSignal): Promise<readonly Check[]> {
  const [python, engines] = await Promise.all([pythonCheck(context, signal), engineCheck(context, signal)])
  return [
    nodeCheck(),
    python,
    shellCheck(context),
    engines,
    ...(settings.platform === 'local' ? [folderCheck(context)] : []),
    pathCheck(context),
  ]
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])
  if (!isOld) return { name: 'node', status: 'ok', detail: process.versions.node }
  return {
    name: 'node',
    status: 'missing',
    detail: `${process.versions.node} is too old`,
    fix: `Install Node ${oldestNode.join('.')} or newer: https://nodejs.org`,
  }
}

async function pythonCheck(context: CliContext, signal: AbortSignal): Promise<Check> {
  const version = await answerOf(context, 'python3', ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], signal)
  if (version === undefined)
    return {
      name: 'python',
      status: 'warning',
      detail: 'python3 was not found: Python programs cannot run on the local platform',
      fix: 'Install Python 3.6 or newer as python3.',
    }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 3 || (major === 3 && minor >= 6)) return { name: 'python', status: 'ok', detail: version }
  return {
    name: 'python',
    status: 'warning',
    detail: `${version} is too old for the worker toolkit`,
    fix: 'Install Python 3.6 or newer as python3.',
  }
}

function shellCheck(context: CliContext): Check {
  const bash = whereIs(context, 'bash')
  if (bash !== undefined) return { name: 'shell', status: 'ok', detail: bash }
  const sh = whereIs(context, 'sh')
  if (sh !== undefined)
    return {
      name: 'shell',
      status: 'warning',
      detail: `${sh}, but no bash: shell tasks run with sh here`,
      fix: 'Install bash: the machines of AWS have it.',
    }
  return { name: 'shell', status: 'missing', detail: 'neither bash nor sh was found', fix: 'Install bash.' }
}

async function engineCheck(context: CliContext, signal: AbortSignal): Promise<Check> {
  for (const engine of ['docker', 'podman']) {
    if (whereIs(context, engine) === undefined) continue
    const version = await answerOf(context, engine, ['version', '--format', '{{.Server.Version}}'], signal)
    if (version !== undefined && version !== '') return { name: 'containers', status: 'ok', detail: `${engine} ${version}` }
    return {
      name: 'containers',
      status: 'warning',
      detail: `${engine} is installed, but does not answer`,
      fix: `Start it, and check that you may use it: ${engine} version`,
    }
  }
  return {
    name: 'containers',
    status: 'note',
    detail: 'neither docker nor podman was found: needed only to build images (--df)',
    fix: 'To build images, install Docker or Podman.',
  }
}

function folderCheck(context: CliContext): Check {
  const root = localRoot(context)
  let folder = root
  while (!existsSync(folder)) folder = dirname(folder)
  try {
    accessSync(folder, constants.W_OK)
    return { name: 'local folder', status: 'ok', detail: root }
  } catch {
    return {
      name: 'local folder',
      status: 'missing',
      detail: `${root} cannot be written`,
      fix: 'Set SSM_LOCAL_DIR to a folder that can.',
      code: 'STORAGE_DENIED',
    }
  }
}

/** The Python original installs a program of the same name. */
function pathCheck(context: CliContext): Check {
  const first = whereIs(context, 'ssm')
  if (first === undefined)
    return { name: 'ssm on PATH', status: 'note', detail: 'not found: start it as npx ssm, or by its path' }
  if (!/python/i.test(firstLine(first))) return { name: 'ssm on PATH', status: 'ok', detail: first }
  return {
    name: 'ssm on PATH',
    status: 'warning',
    detail: `${first} is the Python program of the same name, and comes first`,
    fix: 'Use simple-sagemaker instead of ssm, or put the folder of this ssm first in PATH.',
  }
}

function whereIs(context: CliContext, program: string): string | undefined {
  for (const folder of (context.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not here.
    }
  }
  return undefined
}

function firstLine(path: string): string {
  try {
    const file = openSync(realpathSync(path), 'r')
    try {
      const bytes = Buffer.alloc(200)
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0)).split('\n')[0] ?? ''
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

/** What a program says, trimmed; `undefined` when it cannot be started or fails. */
function answerOf(
  { env }: CliContext,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env: { ...env }, timeout: longestMs, signal }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    )
  })
}
