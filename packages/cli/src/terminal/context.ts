import { homedir } from 'node:os'
import process from 'node:process'
import { isAbsolute, join } from 'node:path'
import { SsmError } from '@simple-sagemaker/core'
import { terminalText } from './text.ts'

/** Where text goes. */
export interface Sink {
  /**
   * Writes text. A terminal gets it harmless: whatever a program, a file name or a service put into it, only colours, line
   * ends and tabs do anything.
   */
  write(text: string): void
  /** Writes to a terminal what moves its cursor; nothing elsewhere. */
  control(sequence: string): void
  readonly isTTY: boolean
  /** The width of the terminal, 80 when there is none. */
  columns(): number
  /** Calls back when the terminal changes its size; gives the way to stop that. */
  onResize(changed: () => void): () => void
  /** Whether the reader has gone away. */
  isBroken(): boolean
  /** Whether so much waits to be read that a writer should wait, too. */
  isFull(): boolean
  /** Resolves when everything written so far was taken, or nobody reads any more; rejects with the signal's reason. */
  flushed(signal?: AbortSignal): Promise<void>
}

/** A signal that a user or a system sends to end a program. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Everything a command may touch besides files: tests put their own in its place. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working folder. Reading it throws when it is gone, so that only what needs it fails. */
  readonly cwd: string
  /** Carries data, and nothing else. */
  readonly stdout: Sink
  /** Carries everything about the data: progress, warnings, errors. */
  readonly stderr: Sink
  /** Whether somebody is there to answer: stdin and stderr are a terminal. */
  readonly canAsk: boolean
  /** Asks on stderr and gives the line that was typed; an empty one when the input ends. Rejects with the signal's reason. */
  ask(question: string, signal: AbortSignal): Promise<string>
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back on signals from now on; gives the way to stop that. */
  onSignal(received: (signal: EndSignal) => void): () => void
}

/** The context of a process that was started from a shell. */
export function processContext(): CliContext {
  return {
    env: process.env,
    get cwd() {
      return workingFolder()
    },
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    // Node opens stdin, and loads what that needs, when it is first looked at.
    get canAsk() {
      return process.stdin.isTTY === true && process.stderr.isTTY === true
    },
    ask: askOnTerminal,
    now: () => Date.now(),
    sleep,
    onSignal,
  }
}

/** @throws {SsmError} `USAGE` when the folder was removed or cannot be reached. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new SsmError('USAGE', 'The working folder does not exist any more, or cannot be read', {
      hint: 'Change to a folder that exists (cd), then run the same again.',
      cause,
    })
  }
}

/**
 * A path as the user wrote it, from the folder the command was given in. A shell expands `~` at the beginning of an argument
 * alone, so that of `--output_path=~/x` arrives here.
 * @throws {SsmError} `USAGE` for the home folder of another user.
 */
export function pathFrom(context: CliContext, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(context.env['HOME'] || homedir(), path.slice(2))
  if (/^~[a-z_][a-z0-9_-]*(?:\/|$)/i.test(path))
    throw new SsmError('USAGE', `${path} begins with the home folder of a user, which only a shell knows`, {
      hint: `Write the whole path, or ./${path} for a folder of this name.`,
      facts: { path },
    })
  return isAbsolute(path) ? path : join(context.cwd, path)
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  let broken = false
  // `ssm logs … | head` closes the pipe: that is no error of anybody.
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    broken = true
    if (cause.code !== 'EPIPE' && cause.code !== 'EIO' && cause.code !== 'ERR_STREAM_DESTROYED') throw cause
  })
  return {
    write: (text) => {
      if (!broken) stream.write(stream.isTTY ? terminalText(text) : text)
    },
    control: (sequence) => {
      if (!broken && stream.isTTY) stream.write(sequence)
    },
    isTTY: stream.isTTY === true,
    columns: () => stream.columns || 80,
    onResize: (changed) => {
      stream.on('resize', changed)
      return () => stream.off('resize', changed)
    },
    isBroken: () => broken,
    isFull: () => !broken && stream.writableNeedDrain,
    flushed: (signal) => (broken || stream.writableLength === 0 ? Promise.resolve() : flushed(stream, signal)),
  }
}

function flushed(stream: NodeJS.WriteStream, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal?.reason)
    const end = (): void => {
      signal?.removeEventListener('abort', leave)
      stream.off('close', end)
      resolve()
    }
    if (signal?.aborted === true) return leave()
    signal?.addEventListener('abort', leave, { once: true })
    stream.once('close', end)
    // Its callback comes after everything before it, and also when the reader has gone.
    stream.write('', end)
  })
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline')
  // Without raw mode the terminal itself sends the signal of Ctrl-C, as it does everywhere else in a command.
  const lines = createInterface({ input: process.stdin, terminal: false })
  process.stderr.write(terminalText(question))
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve).once('close', () => resolve(''))
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  } finally {
    lines.close()
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      if (signal?.aborted === true) reject(signal.reason)
      else resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}

function onSignal(received: (signal: EndSignal) => void): () => void {
  const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const listeners = signals.map((signal) => ({ signal, listener: () => received(signal) }))
  for (const { signal, listener } of listeners) process.on(signal, listener)
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}
