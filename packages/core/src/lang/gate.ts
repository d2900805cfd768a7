/** Lets a few in at a time, in the order in which they came. */
export class Gate {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #open = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Waits for a turn; `leave` ends it, and may be called twice. An abort rejects with `signal.reason`. */
  async enter(signal?: AbortSignal): Promise<{ readonly leave: () => void }> {
    signal?.throwIfAborted()
    if (this.#open < this.#most) this.#open += 1
    else await this.#turn(signal)
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      // The place goes to whoever waits longest, and to nobody who comes meanwhile.
      const next = this.#waiting.shift()
      if (next === undefined) this.#open -= 1
      else next()
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
