import { rememberSecret } from './redact.ts'

const revealed = new WeakMap<Secret, string>()
const shown = '<secret>'

/**
 * A value that refuses to print itself: as text, as JSON and in `console.log` it is `<secret>`, and its text is masked
 * in every event, log line and error of this library. Give it to `.env({ TOKEN: new Secret(token) })`.
 *
 * @example task.env({ TOKEN: new Secret(process.env['TOKEN'] ?? '') })
 */
export class Secret {
  /** Keeps two shapes apart that would otherwise be the same type. */
  readonly kind = 'secret'

  /** The number of characters: what limits are checked by. */
  readonly length: number

  constructor(value: string) {
    this.length = value.length
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
