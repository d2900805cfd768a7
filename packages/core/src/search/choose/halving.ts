/** Successive halving, asynchronous: at certain numbers of reported values a trial goes on only if it is among the best of all that came so far. */
export interface Halving {
  /** After how many values of the metric a trial is compared for the first time. */
  readonly after: number
  /** One of so many goes on; the next comparison comes after so many times as many values. */
  readonly factor: number
}

/** What came of a reported value. */
export interface Comparison {
  /** Whether there is a comparison after so many values. */
  readonly isCompared: boolean
  readonly verdict: 'stop' | 'go on'
}

/** The losses at each comparison, by trial. */
export class Rungs {
  readonly #rule: Halving
  readonly #losses = new Map<number, Map<number, number>>()

  constructor(rule: Halving) {
    this.#rule = rule
  }

  /**
   * A trial reported its loss after so many values. Whether it should be stopped: there is a comparison after this many, and the
   * trial is not among the best of those that came this far, itself included.
   */
  report(trial: number, steps: number, loss: number): Comparison {
    if (!this.#isRung(steps)) return { isCompared: false, verdict: 'go on' }
    const losses = this.#losses.get(steps) ?? new Map<number, number>()
    this.#losses.set(steps, losses)
    losses.set(trial, loss)
    const better = [...losses.values()].filter((other) => other < loss).length
    return { isCompared: true, verdict: better < Math.max(1, Math.floor(losses.size / this.#rule.factor)) ? 'go on' : 'stop' }
  }

  #isRung(steps: number): boolean {
    let rung = this.#rule.after
    while (rung < steps) rung *= this.#rule.factor
    return rung === steps
  }
}
