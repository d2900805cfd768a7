import { SsmError } from '../errors/ssm-error.ts'
import { engineTrouble } from './troubles.ts'

export interface EngineCall {
  /** Written to its standard input, which is then closed: where passwords go. */
  readonly input?: string
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onLine?: (line: string) => void
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

export interface EngineAnswer {
  readonly stdout: string
  /** What was printed to both streams, the last lines of it. */
  readonly lastLines: readonly string[]
}

const keptLines = 30
const keptCharacters = 1_000_000
/** What an engine may take to end after it was asked to. */
const endingMs = 5_000

/**
 * Runs an engine to its end. Nothing goes through a shell. An abort ends the engine and rejects with `signal.reason`.
 * @throws {EngineFailure} for another exit code than 0, with the last lines that were printed.
 */
export async function callEngine(program: string, args: readonly string[], call: EngineCall = {}): Promise<EngineAnswer> {
  const { signal, onLine } = call
  signal?.throwIfAborted()
  const { execa } = await import('execa')
  const running = execa(program, args, {
    stdin: call.input === undefined ? 'ignore' : 'pipe',
    ...(call.input === undefined ? {} : { input: call.input }),
    ...(call.env === undefined ? {} : { env: call.env }),
    ...(call.timeoutMs === undefined ? {} : { timeout: call.timeoutMs }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    all: true,
    buffer: false,
    reject: false,
    forceKillAfterDelay: endingMs,
  })
  const lastLines: string[] = []
  let stdout = ''
  const printed = async (): Promise<void> => {
    for await (const line of running.iterable({ from: 'all' })) {
      lastLines.push(line)
      if (lastLines.length > keptLines) lastLines.shift()
      onLine?.(line)
    }
  }
  const answered = async (): Promise<void> => {
    for await (const line of running.iterable({ from: 'stdout' })) if (stdout.length < keptCharacters) stdout += `${line}\n`
  }
  const [result] = await Promise.all([running, printed().catch(() => undefined), answered().catch(() => undefined)])
  signal?.throwIfAborted()
  if (!result.failed) return { stdout, lastLines }
  throw new EngineFailure(program, args, result.exitCode, lastLines, result)
}

/** An engine that did not do what it was asked. */
export class EngineFailure extends Error {
  readonly exitCode: number | undefined
  readonly lastLines: readonly string[]
  /** Whether there is no such program. */
  readonly isMissing: boolean

  constructor(
    program: string,
    args: readonly string[],
    exitCode: number | undefined,
    lastLines: readonly string[],
    cause: { readonly message?: string | undefined; readonly code?: string | undefined },
  ) {
    super(
      exitCode === undefined
        ? `${program} could not be run: ${cause.message ?? ''}`
        : `${program} ${args[0] ?? ''} ended with exit code ${exitCode}`,
    )
    this.name = 'EngineFailure'
    this.exitCode = exitCode
    this.lastLines = lastLines
    this.isMissing = cause.code === 'ENOENT'
  }
}

/** A failure of an engine as one of ours: what was being done, and the last lines it printed. */
export function imageError(what: string, cause: unknown, options: { readonly hint: string; readonly facts?: object }): unknown {
  if (!(cause instanceof EngineFailure)) return cause
  const lines = cause.lastLines.filter((line) => line.trim() !== '').slice(-12)
  return new SsmError('IMAGE_FAILED', `${what}: ${lines.length === 0 ? cause.message : `\n${lines.join('\n')}`}`, {
    cause,
    hint: engineTrouble(cause.lastLines.join('\n'))?.next ?? options.hint,
    facts: { ...options.facts, exitCode: cause.exitCode, lastLines: cause.lastLines },
  })
}
