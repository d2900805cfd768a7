import { spawn } from 'node:child_process'
import { isSourceVariable, listSettings, settingsOfFiles } from '../lang/python/pip-settings.ts'

/** How a program ended, and what it printed. */
export interface PipEnd {
  readonly code: number
  readonly stdout: string
  /** Without the credentials that an address may have. */
  readonly stderr: string
}

/** All other settings of pip could change what it runs here. */
const kept = (name: string): boolean => isSourceVariable(name) || name === 'PIP_CONFIG_FILE' || name === 'PIP_PRE'

export function pipEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const taken = Object.entries(env).filter(([name]) => name !== 'PYTHONHOME' && (!/^PIP_/i.test(name) || kept(name)))
  return { ...Object.fromEntries(taken), PIP_ONLY_BINARY: ':all:' }
}

/** A program of Python's to run in a folder. */
export interface PythonCall {
  readonly python: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly signal: AbortSignal
  readonly environment?: Readonly<Record<string, string>>
}

/** The settings of pip's files that a command of its may read, as variables: all others could change what it runs here. */
export async function pipSettings(
  command: string,
  call: Omit<PythonCall, 'args' | 'environment'>,
): Promise<Readonly<Record<string, string>>> {
  const { code, stdout } = await runPython({ ...call, args: ['-m', 'pip', ...listSettings] })
  return settingsOfFiles(code === 0 ? stdout : undefined, command, definedIn(process.env))
}

const definedIn = (env: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

/** Runs a Python of this computer without its own settings of how packages are installed; an abort kills it and rejects. */
export async function runPython({ python, args, cwd, signal, environment }: PythonCall): Promise<PipEnd> {
  signal.throwIfAborted()
  const env = {
    ...pipEnvironment(process.env),
    ...environment,
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_USER: '0',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_PROGRESS_BAR: 'off',
  }
  const child = spawn(python, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text))
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(signal.aborted ? (signal.reason as Error) : cause))
    child.once('close', (exit) => resolve(exit ?? 1))
  })
  signal.throwIfAborted()
  return { code, stdout: texts.stdout, stderr: texts.stderr.replaceAll(/\/\/[^/@\s]*@/g, '//') }
}
