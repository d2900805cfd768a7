import { availableParallelism } from 'node:os'

/**
 * Lets a few supervisors start at a time: each takes a processor for a moment, and two hundred at once would leave none for
 * whoever started them.
 */
export class StartGate {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #open = 0

  constructor(most = Math.max(2, availableParallelism())) {
    this.#most = most
  }

  /** Waits for a turn; `leave` ends it, and may be called twice. An abort rejects with `signal.reason`. */
  async enter(signal?: AbortSignal): Promise<{ readonly leave: () => void }> {
    signal?.throwIfAborted()
    if (this.#open >= this.#most) await this.#turn(signal)
    this.#open += 1
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      this.#open -= 1
      this.#waiting.shift()?.()
    }
    return { leave }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(signal?.reason as Error)
      }
      this.#waiting.push(go)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }
}
