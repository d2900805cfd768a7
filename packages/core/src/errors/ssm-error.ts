import { redact, redactAll } from '../secrets/redact.ts'
import type { ErrorCode } from './codes.ts'
import { factsFor, textFor, type Reader, type Text } from './wording.ts'

const brand = Symbol.for('simple-sagemaker.error')
const given = Symbol('given')

/**
 * A next step that is a command line. The command is kept apart from the words around it, so that whoever shows the hint can
 * add the flags that lead to the same platform, region and bucket.
 */
export interface CommandHint {
  /** The words in front of the command: `'Read the whole log with: '`. */
  readonly before: string
  /** The command without those flags: `'ssm logs train-2026-…'`. */
  readonly command: string
  /** The words behind the command. */
  readonly after?: string
  /** The flags to add when whoever shows the hint knows none: `'--platform local'`. */
  readonly flags?: string
}

/** What an error carries beside its code and message. */
export interface SsmErrorOptions {
  /** The next step for whoever reads the message: a text, also with two forms, or a command line with the words around it. */
  readonly hint?: Text | CommandHint
  /** What caused it. */
  readonly cause?: unknown
  /** The facts: plain data, also in `toJSON()`. Never secrets. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/**
 * The base of every error this library throws: a `code` to branch on, `facts` as fields, the `cause`, and a `hint` that
 * says the next step. `instanceof` works across duplicate copies of the package.
 */
export class SsmError extends Error {
  /** Says what happened, for programs: the same in every version. */
  readonly code: ErrorCode
  /** The next step, as a sentence. */
  readonly hint: string | undefined
  /** What is known of the case, by name. */
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: Text, options: SsmErrorOptions = {}) {
    super(redact(textFor(message, 'library')), options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    // Not enumerable: a printed error shows its hint once.
    Object.defineProperty(this, given, { value: { message, hint: options.hint, facts: options.facts } satisfies Given })
    this.hint = textOf(options.hint, 'library')
    this.facts = factsOf(options.facts, 'library')
    hideFromPrint(this, 'facts')
    if (unsaid(this.hint, this.message) === undefined) hideFromPrint(this, 'hint')
    Object.defineProperty(this, brand, { value: lineage(new.target) })
  }

  static {
    nameOnPrototype(this, 'SsmError')
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    const names = (value as { readonly [brand]?: unknown })[brand]
    return Array.isArray(names) && names.includes((this as { prototype: Error }).prototype.name)
  }

  /** What `console.error(error)` prints: the message once, the hint and the code, and the cause. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, _options: object, inspect: (value: unknown) => string): string {
    const lines = [this.stack ?? `${this.name}: ${this.message}`, `  code: ${this.code}`]
    const hint = unsaid(this.hint, this.message)
    if (hint !== undefined) lines.push(`  hint: ${hint}`)
    if (this.cause !== undefined) lines.push(`  cause: ${inspect(this.cause).replaceAll('\n', '\n  ')}`)
    return lines.join('\n')
  }

  /**
   * The hint to show below the message on a command line: it names flags instead of methods, and a command that it names has these flags.
   * `undefined` when there is none, and when the message has all of it already, as that of a task with problems.
   */
  hintWith(flags: string): string | undefined {
    const { message, hint } = this.forCommandLine(flags)
    return unsaid(hint, message)
  }

  /** The error as plain data. */
  toJSON(): ErrorDocument {
    return documentOf(this.code, this.message, this.hint, this.facts)
  }

  /** The error as `ssm` shows it: hints name flags instead of methods, and a command that they name has these flags. */
  forCommandLine(flags: string): ErrorDocument {
    // The field is defined without being declared, so that no other reader sees it.
    const { message, hint, facts } = (this as unknown as { readonly [given]: Given })[given]
    return documentOf(
      this.code,
      redact(textFor(message, 'commandLine')),
      textOf(hint, 'commandLine', flags),
      factsOf(facts, 'commandLine'),
    )
  }
}

/** An error as plain data. */
export interface ErrorDocument {
  /** The error's code. */
  readonly code: ErrorCode
  /** What happened. */
  readonly message: string
  /** What to do next. */
  readonly hint?: string
  /** What is known of the case, by name. */
  readonly facts: Readonly<Record<string, unknown>>
}

interface Given {
  readonly message: Text
  readonly hint: SsmErrorOptions['hint'] | undefined
  readonly facts: SsmErrorOptions['facts'] | undefined
}

const documentOf = (
  code: ErrorCode,
  message: string,
  hint: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): ErrorDocument => ({ code, message, ...(hint === undefined ? {} : { hint }), facts })

const factsOf = (facts: Given['facts'], reader: Reader): Readonly<Record<string, unknown>> =>
  redactAll(factsFor(facts ?? {}, reader) as Readonly<Record<string, unknown>>)

function textOf(hint: Given['hint'], reader: Reader, flags?: string): string | undefined {
  if (hint === undefined) return undefined
  if (typeof hint === 'string' || 'library' in hint) return redact(textFor(hint, reader))
  const added = flags ?? hint.flags ?? ''
  return redact(`${hint.before}${hint.command}${added === '' ? '' : ` ${added}`}${hint.after ?? ''}`)
}

/** A hint, unless each of its sentences stands in the message: nobody reads the same advice twice. */
function unsaid(hint: string | undefined, message: string): string | undefined {
  return hint?.split(/(?<=[.?!]) /).every((sentence) => message.includes(sentence)) === true ? undefined : hint
}

/** Puts the name where it survives minification and does not show up as a field. Call it in a `static {}` block. */
export function nameOnPrototype(errorClass: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true })
}

/**
 * Hides fields that repeat the message from whoever prints the error: Node prints an uncaught error with all its enumerable fields, and
 * asks no method of it.
 */
export function hideFromPrint<E extends SsmError>(error: E, ...fields: readonly (keyof E)[]): void {
  for (const field of fields) Object.defineProperty(error, field, { enumerable: false })
}

/** Whether a value is an error of this library, and, when given, one with this code. */
export function isSsmError(value: unknown, code?: ErrorCode): value is SsmError {
  return value instanceof SsmError && (code === undefined || value.code === code)
}

function lineage(errorClass: { readonly prototype: Error }): readonly string[] {
  const names: string[] = []
  for (
    let proto: Error | null = errorClass.prototype;
    proto !== null && proto !== Error.prototype;
    proto = Object.getPrototypeOf(proto) as Error | null
  ) {
    names.push(proto.name)
  }
  return names
}
