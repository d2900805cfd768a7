import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { PlatformError } from '../../platform/errors.ts'

/** A TensorBoard that runs until this is disposed, or its client is gone. */
export interface TensorboardServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/`. */
  readonly url: string
  /** Rejects when it ended by itself. */
  readonly ended: Promise<never>
}

export interface TensorboardCall {
  /** The program that starts it. */
  readonly program: readonly string[]
  /** The folder that it shows. */
  readonly folder: string
  /** A folder for what it notes of itself. */
  readonly scratch: string
  /** 0 for any that is free. */
  readonly port: number
  readonly signal: AbortSignal
}

// It ends when its input ends: also when this process is killed. In a group of its own, Ctrl-C on the terminal reaches this process alone.
const keeper = `exec 3<&0
"$0" "$@" </dev/null 3<&- & pid=$!
{ cat <&3 >/dev/null; kill "$pid"; } >/dev/null 2>&1 &
exec 3<&-
wait "$pid"`

const keptLines = 20
const graceMs = 10_000

/**
 * Starts TensorBoard for this computer alone, and waits until it serves.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` with its last lines when it does not.
 */
export async function startTensorboard({ program, folder, scratch, port, signal }: TensorboardCall): Promise<TensorboardServer> {
  signal.throwIfAborted()
  const served = ['--logdir', folder, '--host', '127.0.0.1', '--port', String(port)]
  // One process, which reads what is appended to any file.
  const reading = ['--load_fast', 'false', '--reload_interval', '3', '--reload_multifile', 'true']
  const child = spawn('/bin/sh', ['-c', keeper, ...program, ...served, ...reading], {
    cwd: scratch,
    env: { ...environment(), TMPDIR: scratch },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  const lines: string[] = []
  const ended = endOf(child, lines)
  const isUp = new AbortController()
  try {
    const url = await Promise.race([addressIn(child, lines), ended, aborted(signal, isUp.signal)])
    return { url, ended, [Symbol.asyncDispose]: () => end(child) }
  } catch (cause) {
    await end(child)
    throw cause
  } finally {
    isUp.abort()
  }
}

const kept = /^(?:PATH|HOME|LANG|LC_\w+|TZ|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|PYENV_\w+|CONDA_\w+)$/

/** What it needs of this process's environment: no credentials. */
const environment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)))

/** The address that it prints when it serves. */
function addressIn(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = ''
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n')
        rest = parts.pop() ?? ''
        lines.push(...parts.filter((line) => line.trim() !== ''))
        lines.splice(0, lines.length - keptLines)
        const url = /TensorBoard \S+ at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(parts.join('\n'))?.[1]
        if (url !== undefined) resolve(url)
      })
    }
  })
}

function endOf(child: ChildProcess, lines: readonly string[]): Promise<never> {
  const ended = once(child, 'close').then(([code]): never => {
    const shown = lines.slice(-5).map((line) => `\n  ${line}`)
    throw new PlatformError('PLATFORM_UNSUPPORTED', `TensorBoard ended with exit code ${String(code)}${shown.join('')}`, {
      hint: lines.some((line) => line.includes('already in use'))
        ? 'Choose another port, or none for one that is free.'
        : 'Its own lines say why. Another TensorBoard is used when its program is on the PATH.',
      facts: { lines },
    })
  })
  ended.catch(() => undefined)
  return ended
}

function aborted(signal: AbortSignal, forget: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: forget }),
  )
}

/** Asks it to end, and kills what is left of its group. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit')
  child.stdin?.end()
  const late = setTimeout(() => kill(pid), graceMs)
  try {
    await gone
  } finally {
    clearTimeout(late)
    kill(pid)
  }
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}
