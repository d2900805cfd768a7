import type { CommandSpec } from '../grammar/command.ts'
import type { Parsed } from '../grammar/parsed.ts'
import type { Settings } from './settings.ts'
import type { CliContext } from '../terminal/context.ts'

/** One command line, understood: what a command gets. */
export interface Call {
  readonly command: CommandSpec
  readonly parsed: Parsed
  readonly settings: Settings
  readonly context: CliContext
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** What of the command line could not be honoured. */
  readonly warnings: readonly string[]
  /** `plan` or `why` stood in front, or `--dry-run` was given. */
  readonly instead: 'plan' | 'why' | 'rehearse' | undefined
}

/** Does a command and gives its exit code; whatever it throws is printed by the caller. */
export type Command = (call: Call) => Promise<number>
