import { turns } from '../lang/turns.ts'
import type { EventBase, LinesSkippedEvent, RunEvent } from './run-event.ts'

// A reader that comes late or reads slowly is replayed this much of the log; everything else is kept whole.
const keptLogBytes = 8 * 1024 * 1024

/** What an event must have to be told; log lines and values of metrics are known by their types. */
interface AnyEvent extends EventBase {
  readonly type: string
  readonly line?: { readonly text: string }
}

interface Kept<Event> {
  readonly event: Event
  /** 0 for what is never dropped. */
  readonly weight: number
}

/** What a flood can be made of has a weight; everything else is kept for every reader. */
function weightOf(event: AnyEvent): number {
  if (event.type === 'logged' && event.line !== undefined) return event.line.text.length + 64
  return event.type === 'measured' ? 64 : 0
}

/** One writer, many readers: each reader gets every event from the first one on, at its own pace. */
export class Broadcast<Event extends AnyEvent = RunEvent> {
  readonly #kept = new Map<number, Kept<Event>>()
  readonly #lines: number[] = []
  readonly #waiting = new Set<() => void>()
  #next = 0
  #lineBytes = 0
  #ended = false

  /** Tells every reader. Log lines beyond 8 MiB push the oldest ones out. */
  tell(event: Event): void {
    if (this.#ended) return
    const weight = weightOf(event)
    this.#kept.set(this.#next, { event, weight })
    if (weight > 0) this.#keepLine(this.#next, weight)
    this.#next += 1
    this.#wake()
  }

  /** Ends every reader after the last event. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** Every event from the first on. Leaving the loop or an abort of `signal`, which rejects with its reason, ends the reading alone. */
  async *read(signal?: AbortSignal): AsyncGenerator<Event | LinesSkippedEvent, void, undefined> {
    let skipped = 0
    const turn = turns()
    for (let at = 0; ; at++) {
      while (at >= this.#next) {
        if (this.#ended) return
        await this.#change(signal)
      }
      const kept = this.#kept.get(at)
      if (kept === undefined) {
        skipped += 1
        continue
      }
      const due = turn()
      if (due !== undefined) await due
      signal?.throwIfAborted()
      if (skipped > 0) yield { atMs: kept.event.atMs, task: kept.event.task, type: 'lines-skipped', lines: skipped }
      skipped = 0
      yield kept.event
    }
  }

  #keepLine(at: number, weight: number): void {
    this.#lines.push(at)
    this.#lineBytes += weight
    if (this.#lineBytes <= keptLogBytes) return
    // A quarter at a time: shifting one line per line would be slow in a flood.
    let drop = 0
    while (this.#lineBytes > (keptLogBytes * 3) / 4 && drop < this.#lines.length - 1) {
      const oldest = this.#lines[drop++] ?? 0
      this.#lineBytes -= this.#kept.get(oldest)?.weight ?? 0
      this.#kept.delete(oldest)
    }
    this.#lines.splice(0, drop)
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.#waiting.delete(finish)
        signal?.removeEventListener('abort', finish)
        if (signal?.aborted === true) reject(signal.reason as Error)
        else resolve()
      }
      this.#waiting.add(finish)
      signal?.addEventListener('abort', finish, { once: true })
    })
  }

  #wake(): void {
    // Each removes itself from the set, which a loop over a set allows.
    for (const finish of this.#waiting) finish()
  }
}
