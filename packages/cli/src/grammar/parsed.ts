/** One time a flag was given. */
export interface Occurrence {
  readonly texts: readonly string[]
  readonly off: boolean
  readonly spelled: string
  /** Its place among the arguments: of two flags that contradict each other the later one counts. */
  readonly at: number
  /** Its value was written with `=`. */
  readonly joined?: true
  /** The value is JSON: `--hp-json`. */
  readonly json?: true
}

/** A command line, understood but not yet read: texts by option. */
export interface Parsed {
  readonly given: ReadonlyMap<string, readonly Occurrence[]>
  readonly positionals: readonly string[]
  /** What stood after `--`, untouched; `undefined` when there was no `--`. */
  readonly rest: readonly string[] | undefined
  /** Names that were no flags and were taken as hyperparameters, as they were typed. */
  readonly taken: readonly string[]
  /** What of the reading the user should know, one sentence each: a name completed, a value that another one replaced. */
  readonly notes: readonly string[]
}
