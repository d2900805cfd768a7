import { spawn } from 'node:child_process'
import { signal as send } from '../process/identity.ts'

/** How a program ended, and the last lines that it printed. */
export interface ProgramEnd {
  readonly code: number
  readonly stdout: string
  readonly lastLines: readonly string[]
}

export interface ProgramCall {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly onLine?: (line: string) => void
}

const keptLines = 200

/** Runs a program to its end; an abort kills it with all that it started, and rejects. */
export async function runProgram({ argv, cwd, environment, signal, onLine }: ProgramCall): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const [program = '', ...args] = argv
  const child = spawn(program, args, { cwd, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lastLines: string[] = []
  const stdout: string[] = []
  const take = (line: string): void => {
    if (lastLines.push(line) > keptLines) lastLines.shift()
    onLine?.(line)
  }
  const kill = (): void => void (child.pid !== undefined && send(child.pid, 'SIGKILL', 'group'))
  signal.addEventListener('abort', kill, { once: true })
  try {
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
    eachLine(child.stdout, take)
    eachLine(child.stderr.setEncoding('utf8'), take)
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exit) => resolve(exit ?? 1))
    })
    signal.throwIfAborted()
    return { code, stdout: stdout.join(''), lastLines }
  } finally {
    signal.removeEventListener('abort', kill)
    kill()
  }
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(line)
  })
  stream.on('end', () => void (rest !== '' && take(rest)))
}
