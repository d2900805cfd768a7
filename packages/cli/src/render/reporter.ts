import type { RunEvent, Wording } from '@simple-sagemaker/core'
import type { SummaryLine } from './lines.ts'

/** What a command prints: data on stdout, everything else on stderr. */
export interface Reporter {
  /** Something worth knowing; nothing when it shall be quiet. */
  note(text: string): void
  /** Something the user should know, in one line. */
  warn(text: string): void
  /** Several tasks are to come: each line of the log tells from the first one on whose it is. */
  expectSeveral(): void
  /** Something that happened in a run. */
  onEvent(event: RunEvent): void
  /** The end of a task of several, in one line. */
  ended(how: 'done' | 'failed', text: string): void
  /** The end of a run, in a few lines. */
  summary(lines: readonly SummaryLine[]): void
  /** Ends what moves. */
  close(): void
  /** Warnings so far, for the JSON document. */
  readonly warnings: readonly string[]
}

export interface ReporterOptions {
  readonly json: boolean
  readonly quiet: boolean
  /** With several machines every line of the log says whose it is. `undefined` when it is not known how many there are. */
  readonly machines: number | undefined
  /** Whose words hints use. Default `commandLine`. */
  readonly reader?: keyof Wording
  /** Flags for the commands that lines name, so that they can be typed as they are. */
  readonly flags?: string
}
