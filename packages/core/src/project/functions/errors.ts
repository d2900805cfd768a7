import { hideFromPrint, nameOnPrototype, SsmError } from '../../errors/ssm-error.ts'

/** One call that threw. */
export interface FailedCall {
  /** Which item of `map`, from 0; 0 for `call`. */
  readonly item: number
  /** The class of the error that it threw: `RangeError`. */
  readonly name: string
  /** What it says. */
  readonly message: string
  /** Its stack on the machine, as text, with those of its causes. */
  readonly remoteStack: string
}

/** How a call ended: what is told of the toolkit's `CallEnd`, whose declarations would come with this file. */
interface EndOfCall {
  readonly call: number
  readonly value?: unknown
  readonly error?: ThrownError
}

interface ThrownError {
  readonly name: string
  readonly message: string
  readonly stack: string
}

/**
 * A function that runs elsewhere threw. After `call`, `name` and `message` are those of the error it threw; after `map`, `failed` has every item that
 * failed and `values` what the others gave.
 */
export class FunctionFailedError extends SsmError {
  /** The calls that threw, in the order of the items. */
  readonly failed: readonly FailedCall[]
  /** What the other calls gave, by the place of their items; `undefined` for those that threw. */
  readonly values: readonly unknown[]
  /** The first error's stack on the machine, as text. */
  readonly remoteStack: string

  static {
    nameOnPrototype(this, 'FunctionFailedError')
  }

  constructor(called: string, job: string, ends: readonly EndOfCall[], isMap: boolean) {
    const failed = ends.flatMap(({ call, error }) => (error === undefined ? [] : [failedCall(call, error)]))
    const [first] = failed
    super('FUNCTION_FAILED', isMap ? listOf(called, failed, ends.length) : (first?.message ?? ''), {
      cause: first === undefined ? undefined : remoteError(first),
      hint: isMap
        ? 'What the other items gave is in error.values, and is kept: the next call of map() repeats only those that failed.'
        : 'Its stack on the machine is in error.remoteStack.',
      facts: { function: called, job, failed: failed.map(({ item, name, message }) => ({ item, name, message })) },
    })
    this.failed = failed
    this.values = ends.map(({ value }) => value)
    this.remoteStack = first?.remoteStack ?? ''
    hideFromPrint(this, 'failed', 'values')
    if (!isMap && first !== undefined)
      Object.defineProperty(this, 'name', { value: first.name, configurable: true, writable: true })
  }
}

const failedCall = (item: number, { name, message, stack }: ThrownError): FailedCall => ({
  item,
  name,
  message,
  remoteStack: stack,
})

const mostShown = 10

function listOf(called: string, failed: readonly FailedCall[], items: number): string {
  const lines = failed.slice(0, mostShown).map(({ item, name, message }) => `  item ${item}: ${name}: ${message}`)
  const more = failed.length > mostShown ? [`  and ${failed.length - mostShown} more`] : []
  return [`${failed.length} of ${items} items failed in ${called}:`, ...lines, ...more].join('\n')
}

function remoteError({ name, message, remoteStack }: FailedCall): Error {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  error.stack = remoteStack
  return error
}
