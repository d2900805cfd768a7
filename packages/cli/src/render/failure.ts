import { isSsmError } from '@simple-sagemaker/core'
import { exitCodeOf } from '../grammar/exit-codes.ts'
import type { CliContext } from '../terminal/context.ts'
import { coloursFor } from '../terminal/colours.ts'
import { plainText } from '../terminal/text.ts'

/** An error as one JSON document, without what is not plain data. */
export function failureDocument(error: unknown, flags = ''): Readonly<Record<string, unknown>> {
  const shown = isSsmError(error) ? error.forCommandLine(flags) : { code: 'UNEXPECTED', message: messageOf(error), facts: {} }
  return { v: 1, error: { ...shown, exitCode: exitCodeOf(error) } }
}

export interface FailureOptions {
  readonly json: boolean
  readonly verbose: boolean
  /** Flags for the commands that hints name, so that they can be typed as they are. */
  readonly flags: string
}

/** Tells what went wrong and what to do next; the causes and the stack only when asked for, or when nobody foresaw it. */
export function renderFailure(error: unknown, context: CliContext, { json, verbose, flags }: FailureOptions): void {
  if (json) {
    context.stderr.write(`${JSON.stringify(failureDocument(error, flags))}\n`)
    return
  }
  const colours = coloursFor(context.stderr, context)
  const { message } = isSsmError(error) ? error.forCommandLine(flags) : { message: messageOf(error) }
  const hint = isSsmError(error) ? error.hintWith(flags) : undefined
  const [first = '', ...more] = plainText(message).split('\n')
  context.stderr.write(`${colours.red('error:')} ${[colours.bold(first), ...more].join('\n')}\n`)
  if (hint !== undefined) context.stderr.write(`${colours.cyan('hint:')} ${plainText(hint)}\n`)
  if (verbose) for (const line of causesOf(error)) context.stderr.write(`${colours.dim(plainText(line))}\n`)
  if (!isSsmError(error) && !verbose)
    context.stderr.write(
      `${colours.cyan('hint:')} This is unexpected, probably a bug of ssm. Add --verbose to see where it comes from, and please report it.\n`,
    )
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error))

function causesOf(error: unknown): readonly string[] {
  const lines: string[] = []
  let next = error
  for (let depth = 0; next !== undefined && depth < 10; depth++) {
    if (depth > 0) lines.push(`caused by: ${messageOf(next)}`)
    if (isSsmError(next)) lines.push(`code: ${next.code}`)
    if (next instanceof Error && next.stack !== undefined) lines.push(...next.stack.split('\n').slice(1))
    next = next instanceof Error ? next.cause : undefined
  }
  return lines
}
