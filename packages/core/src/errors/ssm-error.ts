import { redact, redactAll } from '../secrets/redact.ts'
import type { ErrorCode } from './codes.ts'

const brand = Symbol.for('simple-sagemaker.error')

export interface SsmErrorOptions {
  /** The next step for whoever reads the message. */
  readonly hint?: string
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
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: SsmErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.hint = options.hint === undefined ? undefined : redact(options.hint)
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
