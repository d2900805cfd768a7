import type { RunEvent } from '../../events/run-event.ts'
import type { JobRef, ProgramStart } from '../../platform/jobs.ts'
import type { PrintedLine } from './verdict.ts'

// More of them make no figure better, and are kept in memory.
const mostLines = 20_000
const longestLine = 500

/** Keeps what the first machine of a task's job prints, from the run's events. */
export function linesOfJob(task: string): {
  readonly lines: readonly PrintedLine[]
  readonly onEvent: (event: RunEvent) => void
  /** The job, as soon as it was submitted. */
  readonly job: () => JobRef | undefined
} {
  const lines: PrintedLine[] = []
  let job: JobRef | undefined
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'submitted' && event.task === task) job = event.job
    if (event.type !== 'logged' || event.job !== job?.name || event.line.machine !== 'algo-1') return
    const { atMs, text } = event.line
    if (lines.length < mostLines && text.length <= longestLine) lines.push({ atMs, text })
  }
  return { lines, onEvent, job: () => job }
}

/** The lines that the program prints once, and how long after its start, in seconds: the same lines of another run tell how far that is. */
export function marksOf({ startedAtMs }: ProgramStart, lines: readonly PrintedLine[]): ReadonlyMap<string, number> {
  const marks = new Map<string, number>()
  const twice = new Set<string>()
  for (const { text, atMs } of lines) {
    if (marks.has(text)) twice.add(text)
    marks.set(text, (atMs - startedAtMs) / 1_000)
  }
  for (const text of twice) marks.delete(text)
  return marks
}
