import { rememberSecret } from './redact.ts'

const revealed = new WeakMap<Secret, string>()
const shown = '<secret>'

/**
 * A value that refuses to print itself: as text, as JSON and in `console.log` it is `<secret>`, and its text is masked
 * in every event, log line and error of this library. Give it to `.env({ TOKEN: new Secret(token) })`, which refuses one that was
 * made of something else than a text.
 *
 * @example task.env({ TOKEN: new Secret(process.env['TOKEN'] ?? '') })
 */
export class Secret {
  /** Keeps two shapes apart that would otherwise be the same type. */
  readonly kind = 'secret'

  /** The number of characters: what limits are checked by. */
  readonly length: number

  constructor(value: string) {
    // Told with all other problems of the task that gets it: here nobody knows for what it is.
    const isText = typeof value === 'string'
    this.length = isText ? value.length : 0
    if (!isText) return
    revealed.set(this, value)
    rememberSecret(value)
  }

  /** The value itself. Called where the request's environment is written, and nowhere else. */
  reveal(): string {
    return revealed.get(this) ?? ''
  }

  /** Gives `<secret>`, never the value. */
  toString(): string {
    return shown
  }

  /** Gives `<secret>`, never the value. */
  toJSON(): string {
    return shown
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown
  }
}

/** Whether a secret was made of a text: a caller without types may have given anything, such as a variable that is not set. */
export const holdsText = (secret: Secret): boolean => revealed.has(secret)
