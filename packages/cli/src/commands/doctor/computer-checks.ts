import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, openSync, readSync, closeSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { isSsmError } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import type { Settings } from '../../settings/settings.ts'
import { localRoot, pythonOf } from '../../settings/open-platform.ts'
import type { CliContext } from '../../terminal/context.ts'
import type { Check } from './check.ts'
import { engineCheck } from './engine-check.ts'

const oldestNode = [20, 19] as const
const longestMs = 10_000

/** What this computer has: Node, Python, a shell, container engines, a folder that can be written, the right `ssm`. */
export async function computerChecks(call: Call, signal: AbortSignal): Promise<readonly Check[]> {
  const { context, settings } = call
  const [python, engines] = await Promise.all([pythonCheck(call, signal), engineCheck(context, signal)])
  return [
    nodeCheck(),
    python,
    shellCheck(context),
    engines,
    ...(settings.platform === 'local' ? [folderCheck(settings, context), await isolationCheck()] : []),
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

const origins = {
  option: 'as given',
  environment: 'the active VIRTUAL_ENV',
  folder: 'found in this folder',
  path: 'in the PATH',
} as const

/** The Python that a local job started here would run with. */
async function pythonCheck({ context, settings }: Call, signal: AbortSignal): Promise<Check> {
  const { local } = await import('@simple-sagemaker/core/local')
  await using platform = local({ root: localRoot(settings, context), ...pythonOf(settings, context) })
  const need = { folders: [], isNeeded: true, searchPath: context.env['PATH'] ?? '' }
  const found = await platform.jobs.findPython?.(need, { signal }).catch((cause: unknown) => {
    if (isSsmError(cause)) return { message: cause.message, hint: cause.hint ?? '' }
    throw cause
  })
  const name = 'python'
  if (found === undefined || 'message' in found)
    return { name, status: 'warning', detail: found?.message ?? 'not found', fix: found?.hint ?? '' }
  const version = await answerOf(context, found.path, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], signal)
  const where = `${found.path}, ${origins[found.foundBy]}`
  if (version === undefined)
    return { name, status: 'warning', detail: `${where}: does not start`, fix: 'Make a new environment: python3 -m venv .venv' }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 3 || (major === 3 && minor >= 6)) return { name, status: 'ok', detail: `${version} (${where})` }
  const fix = 'Install Python 3.6 or newer, or name one with --python.'
  return { name, status: 'warning', detail: `${version} (${where}) is too old for the worker toolkit`, fix }
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

function folderCheck(settings: Settings, context: CliContext): Check {
  const root = localRoot(settings, context)
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
      fix: 'Set SSM_LOCAL_DIR, or localDir in ssm.config.json, to a folder that can.',
      code: 'STORAGE_DENIED',
    }
  }
}

/** Whether the programs of local jobs find `/opt/ml` at its place. */
async function isolationCheck(): Promise<Check> {
  const { localIsolation } = await import('@simple-sagemaker/core/local')
  const { name, why } = await localIsolation()
  if (name === 'namespace') return { name: 'local paths', status: 'ok', detail: why }
  return {
    name: 'local paths',
    status: 'note',
    detail: `programs find /opt/ml by variables only: ${why}`,
    fix: 'Read SM_MODEL_DIR and the like in programs that name /opt/ml; see docs/guides/paths.md.',
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
