import { accessSync, constants, lstatSync, statSync } from 'node:fs'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { terms, wording } from '../../errors/wording.ts'
import { messageOf } from '../../lang/json-problem.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { PythonChoice, PythonNeed } from '../../platform/python.ts'

/** Where the client looks for Python. */
export interface PythonSettings {
  /** A file, a virtual environment's folder, or a name in the PATH. */
  readonly python?: string
  /** Folders whose `.venv` is taken when the code's own folders have none. */
  readonly venvFolders: readonly string[]
  /** This process's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const remedy = wording`Make a virtual environment beside the code (python3 -m venv .venv), or name an interpreter with ${terms.python}.`

/**
 * The Python that a task's program runs with: the one that was given, else that of the active `VIRTUAL_ENV`, else of a `.venv`
 * beside the code, else `python3` or `python` of the PATH. `undefined` when none is needed and nothing but the PATH is left.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when one was given that is not there, or none is there and one is needed.
 */
export function findPython(settings: PythonSettings, need: PythonNeed): PythonChoice | undefined {
  const searchPath = need.searchPath ?? settings.environment['PATH'] ?? ''
  if (settings.python !== undefined) return { path: given(settings.python, searchPath), foundBy: 'option' }
  const active = settings.environment['VIRTUAL_ENV']
  const activePython = active === undefined || active === '' ? undefined : pythonIn(active)
  if (activePython !== undefined) return { path: activePython, foundBy: 'environment' }
  const venvs = [...new Set([...need.folders, ...settings.venvFolders].map((folder) => join(resolve(folder), '.venv')))]
  for (const venv of venvs) {
    const path = pythonIn(venv)
    if (path !== undefined) return { path, foundBy: 'folder' }
    if (need.isNeeded && isBroken(venv)) throw broken(venv)
  }
  const inPath = ['python3', 'python'].map((name) => whichIn(searchPath, name)).find((path) => path !== undefined)
  if (inPath !== undefined) return need.isNeeded ? { path: inPath, foundBy: 'path' } : undefined
  if (!need.isNeeded) return undefined
  throw new PlatformError('PLATFORM_UNSUPPORTED', 'No Python was found on this computer, and the task runs a Python file', {
    hint: wording`Looked for: ${[...(active === undefined ? [] : [active]), ...venvs].join(', ')}, and python3 and python in PATH (${searchPath}). Install Python 3. ${remedy}`,
    facts: { venvs, searchPath },
  })
}

/** The interpreter of a virtual environment's folder. */
export function pythonIn(venv: string): string | undefined {
  return ['python', 'python3'].map((name) => join(venv, 'bin', name)).find(isProgram)
}

/** The folder of the virtual environment that an interpreter belongs to; `undefined` for one that belongs to none. */
export function venvOf(python: string): string | undefined {
  const folder = dirname(dirname(python))
  return statSync(join(folder, 'pyvenv.cfg'), { throwIfNoEntry: false }) === undefined ? undefined : folder
}

function given(python: string, searchPath: string): string {
  const path = resolve(python)
  if (isFolder(python, path)) {
    const inside = pythonIn(path)
    if (inside !== undefined) return inside
    throw notThere(python, `${join(path, 'bin', 'python')} is not there`)
  }
  if (isProgram(path)) return path
  const named = python.includes(sep) ? undefined : whichIn(searchPath, python)
  if (named !== undefined) return named
  throw notThere(
    python,
    python.includes(sep) ? `${path} is no program` : `neither ${path} nor a ${python} in PATH (${searchPath}) is a program`,
  )
}

function isFolder(python: string, path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (cause) {
    throw notThere(python, `${path} cannot be looked at (${messageOf(cause)})`)
  }
}

const notThere = (python: string, why: string): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `The Python ${python}, which was asked for, cannot be used: ${why}`, {
    hint: 'Give the path of an interpreter, or of the folder of a virtual environment. This one makes it: python3 -m venv .venv',
    facts: { python },
  })

const broken = (venv: string): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `The virtual environment ${venv} has no Python that can be started`, {
    hint: `The interpreter it was made from is gone. Make it anew: python3 -m venv --clear ${venv}`,
    facts: { venv },
  })

const isBroken = (venv: string): boolean => ['python', 'python3'].some((name) => lstatOf(join(venv, 'bin', name)) !== undefined)

function lstatOf(path: string): unknown {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function whichIn(searchPath: string, name: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
