declare const sentence: unique symbol

/** A type error as a sentence: it stands where a value is not allowed, and says what to do instead. */
export interface Explain<Sentence extends string> {
  readonly [sentence]: Sentence
}

/**
 * A method that is ruled out: calling it shows the sentence. It is there, and takes and gives anything, so that tasks in
 * different states stay assignable to each other.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- anything else would make states incompatible.
export type Refused<Sentence extends string> = (this: Explain<Sentence>, ...args: any[]) => any

export type WarmOrSpot = 'a warm pool keeps on-demand machines: leave out .warm(), or .spot() and .spotFallback()'

export type WarmOrTypes = 'a warm pool keeps machines of one type: give one type, or leave out .warm()'
