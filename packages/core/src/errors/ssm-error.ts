import { redact, redactAll } from '../secrets/redact.ts'
import type { ErrorCode } from './codes.ts'

const brand = Symbol.for('simple-sagemaker.error')
const commandHint = Symbol('hint')

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

export interface SsmErrorOptions {
  /** The next step for whoever reads the message: a text, or a command line with the words around it. */
  readonly hint?: string | CommandHint
  readonly cause?: unknown
  /** The facts: plain data, also in `toJSON()`. Never secrets. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/**
 * The base of every error this library throws: a `code` to branch on, `facts` as fields, the `cause`, and a `hint` that
 * says the next step. `instanceof` works across duplicate copies of the package.
 */
export class SsmError extends Error {
  readonly code: ErrorCode
  /** The next step, as a sentence. */
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: SsmErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    // Not enumerable: a printed error shows its hint once.
    Object.defineProperty(this, commandHint, { value: options.hint })
    this.hint = textOf(options.hint, undefined)
    this.facts = redactAll(options.facts ?? {})
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

  /** What `console.error(error)` and an uncaught error print: the message once, the hint and the code, and the cause. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, _options: object, inspect: (value: unknown) => string): string {
    const lines = [this.stack ?? `${this.name}: ${this.message}`, `  code: ${this.code}`]
    if (this.hint !== undefined) lines.push(`  hint: ${this.hint}`)
    if (this.cause !== undefined) lines.push(`  cause: ${inspect(this.cause).replaceAll('\n', '\n  ')}`)
    return lines.join('\n')
  }

  /** The hint with these flags in the command that it names, so that the command can be typed as it is. */
  hintWith(flags: string): string | undefined {
    return textOf((this as { readonly [commandHint]?: string | CommandHint })[commandHint], flags)
  }

  /** The error as plain data, as `--json` prints it. */
  toJSON(): {
    readonly code: ErrorCode
    readonly message: string
    readonly hint?: string
    readonly facts: Readonly<Record<string, unknown>>
  } {
    return { code: this.code, message: this.message, ...(this.hint === undefined ? {} : { hint: this.hint }), facts: this.facts }
  }
}

function textOf(hint: string | CommandHint | undefined, flags: string | undefined): string | undefined {
  if (hint === undefined || typeof hint === 'string') return hint === undefined ? undefined : redact(hint)
  const added = flags ?? hint.flags ?? ''
  return redact(`${hint.before}${hint.command}${added === '' ? '' : ` ${added}`}${hint.after ?? ''}`)
}

/** Puts the name where it survives minification and does not show up as a field. Call it in a `static {}` block. */
export function nameOnPrototype(errorClass: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true })
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
