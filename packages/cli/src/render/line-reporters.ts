import type { CliContext } from '../terminal/context.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { logWriter, noticeLine, writeSummary } from './lines.ts'
import { coloursFor } from '../terminal/colours.ts'
import type { Notice } from './lines.ts'
import { warningText } from './run-log.ts'
import { RunLogs } from './run-logs.ts'

/** Says nothing but warnings, as JSON on stderr: stdout is for the one document. */
export function jsonReporter(context: CliContext): Reporter {
  const warnings: string[] = []
  const warn = (text: string): void => {
    warnings.push(text)
    context.stderr.write(`${JSON.stringify({ v: 1, warning: text })}\n`)
  }
  return {
    warnings,
    warn,
    note: () => undefined,
    ended: () => undefined,
    expectSeveral: () => undefined,
    onEvent: (event) => (event.type === 'warned' ? warn(warningText(event)) : undefined),
    summary: () => undefined,
    close: () => undefined,
  }
}

/** Line by line, for pipes, files, CI, and terminals that cannot be drawn over. */
export function lineReporter(context: CliContext, options: ReporterOptions): Reporter {
  const colours = coloursFor(context.stderr, context)
  const logs = logWriter(context, options.machines)
  const runLogs = new RunLogs(options.reader, options.flags)
  const warnings: string[] = []
  const say = (notice: Notice): void => {
    if (notice.kind === 'warning') warnings.push(notice.text)
    if (notice.kind === 'warning' || !options.quiet) context.stderr.write(`${noticeLine(notice, colours)}\n`)
  }
  return {
    warnings,
    note: (text) => say({ kind: 'fact', text }),
    ended: (kind, text) => say({ kind, text }),
    warn: (text) => say({ kind: 'warning', text }),
    expectSeveral: () => runLogs.expectSeveral(),
    onEvent: (event) => {
      const notices = runLogs.tell(event)
      if (event.type === 'logged') {
        const { name, isOneOfSeveral } = runLogs.sourceOf(event)
        logs(name, event.line.text, isOneOfSeveral)
      }
      for (const notice of notices) say(notice)
    },
    summary: (lines) => {
      if (!options.quiet) writeSummary(context, lines, runLogs.metrics(), colours)
    },
    close: () => undefined,
  }
}
