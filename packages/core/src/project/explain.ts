/** A type error that is a sentence: where a value is not allowed, this type stands and says what to do. */
export interface Explain<Sentence extends string> {
  readonly explain: Sentence
}
