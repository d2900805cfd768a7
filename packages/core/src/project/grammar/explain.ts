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

export type OnlySpotWaits = 'only spot machines are waited for: leave out .maxWait(), or .onDemand(), .spot(false) and .warm()'

export type OneImage = 'a task has one image: leave out .image() or .dockerfile()'

export type ImageDecides =
  'the URI of an image decides this: leave out .image(), or .framework(), .frameworkVersion() and .pythonVersion()'

export type OneLauncher = 'a distribution is a launcher, too: leave out .launch() or .distribution()'
