import { terminalText } from '../../../packages/cli/src/terminal/text.ts'
import type { Sink, CliContext } from '../../../packages/cli/src/terminal/context.ts'

/** A stream that remembers. */
export interface Recorded extends Sink {
  readonly text: () => string
}

/** A context of a test's own: nothing of the real one gets in or out but files. */
export function testContext(
  given: {
    readonly cwd?: string
    readonly env?: Readonly<Record<string, string>>
    readonly isTTY?: boolean
    readonly columns?: number
    /** What is typed when a question is asked; nobody is there to ask when absent. */
    readonly answer?: string
  } = {},
): CliContext & { readonly stdout: Recorded; readonly stderr: Recorded } {
  const stderr = recorded(given)
  return {
    env: given.env ?? {},
    cwd: given.cwd ?? '/nowhere',
    stdout: recorded(given),
    stderr,
    canAsk: given.answer !== undefined,
    ask: async (question) => {
      stderr.write(question)
      return given.answer ?? ''
    },
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onSignal: () => () => undefined,
  }
}

export function recorded({
  isTTY = false,
  columns = 80,
}: { readonly isTTY?: boolean; readonly columns?: number } = {}): Recorded {
  let text = ''
  return {
    write: (more) => (text += isTTY ? terminalText(more) : more),
    control: (sequence) => (text += isTTY ? sequence : ''),
    text: () => text,
    isTTY,
    columns: () => columns,
    onResize: () => () => undefined,
    isBroken: () => false,
    isFull: () => false,
    flushed: () => Promise.resolve(),
  }
}
