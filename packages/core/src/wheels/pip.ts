import { spawn } from 'node:child_process'

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  /** Without the credentials that an address may have. */
  readonly stderr: string
}

/** The settings of pip that say where packages come from and how it gets there. All others could change what it runs here. */
const kept = new Set(
  'INDEX_URL EXTRA_INDEX_URL FIND_LINKS NO_INDEX CONFIG_FILE PRE TRUSTED_HOST PROXY CERT CLIENT_CERT TIMEOUT DEFAULT_TIMEOUT RETRIES RESUME_RETRIES CACHE_DIR NO_CACHE_DIR KEYRING_PROVIDER USE_FEATURE USE_DEPRECATED'
    .split(' ')
    .map((name) => `PIP_${name}`),
)

export function pipEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const taken = Object.entries(env).filter(([name]) => name !== 'PYTHONHOME' && (!/^PIP_/i.test(name) || kept.has(name)))
  return { ...Object.fromEntries(taken), PIP_ONLY_BINARY: ':all:' }
}

/** Runs a Python of this computer without its own settings of how packages are installed; an abort kills it and rejects. */
export async function runPython(python: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted()
  const env = {
    ...pipEnvironment(process.env),
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
