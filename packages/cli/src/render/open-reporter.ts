import { canRedraw } from '../terminal/colours.ts'
import type { CliContext } from '../terminal/context.ts'
import { jsonReporter, lineReporter } from './line-reporters.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { TerminalReporter } from './terminal-reporter.ts'

/** The reporter for these streams: redraws on a terminal, prints line by line in a pipe, prints only JSON with `--json`. */
export function openReporter(context: CliContext, options: ReporterOptions): Reporter {
  if (options.json) return jsonReporter(context)
  return canRedraw(context.stderr, context) && !options.quiet
    ? new TerminalReporter(context, options)
    : lineReporter(context, options)
}
