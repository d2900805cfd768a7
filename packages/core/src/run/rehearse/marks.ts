import type { RunEvent } from '../../events/run-event.ts'
import type { JobRef, ProgramStart } from '../../platform/jobs.ts'

/** A line that the program printed. */
export interface PrintedLine {
  readonly atMs: number
  readonly text: string
}

/** What came of one run that was interrupted. */
export interface InterruptedRun {
  readonly starts: readonly ProgramStart[]
  /** What it printed, in order; the first of them where there is much of it. */
  readonly lines?: readonly PrintedLine[]
  /** Why it failed; absent when it completed. */
  readonly failure?: string
  /** What of its end differs from the uninterrupted run; empty when nothing does. */
  readonly differs: readonly string[]
}

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

// One or two lines may be what every start prints.
const fewMarks = 3

/**
 * Of each start with saved state whether it went on with it, by what it printed: `false` when it printed again what was printed
 * before the save, and took its time for it. Starts of which that does not tell are left out. Pure.
 */
export function goingOn({ starts, lines = [] }: InterruptedRun, marks: ReadonlyMap<string, number>): readonly boolean[] {
  return starts.flatMap((start, index) => {
    const before = starts.slice(0, index).findLast(({ savedAtMs }) => savedAtMs !== undefined)
    if (before === undefined || start.givenFiles === 0) return []
    const printed = marksIn(before, lines, marks).filter(({ atMs }) => atMs <= (before.savedAtMs ?? 0))
    const last = Math.max(...printed.map(({ mark }) => mark))
    if (printed.length < fewMarks) return []
    const again = marksIn(start, lines, marks)
    const repeated = again.filter(({ mark }) => printed.some((each) => each.mark === mark))
    if (repeated.length >= printed.length) return isShown(repeated) ? [] : [false]
    return again.some(({ mark }) => mark > last) ? [true] : []
  })
}

interface SeenMark {
  readonly atMs: number
  readonly mark: number
}

/** Lines that are printed at once, in a tenth of the time that the work takes, may have been kept with the state. */
function isShown(lines: readonly SeenMark[]): boolean {
  const span = (of: (line: SeenMark) => number): number => Math.max(...lines.map(of)) - Math.min(...lines.map(of))
  return span(({ atMs }) => atMs) < 100 * span(({ mark }) => mark)
}

function marksIn(
  { startedAtMs, endedAtMs }: ProgramStart,
  lines: readonly PrintedLine[],
  marks: ReadonlyMap<string, number>,
): SeenMark[] {
  return lines.flatMap(({ atMs, text }) => {
    const mark = marks.get(text)
    return mark === undefined || atMs < startedAtMs || atMs > endedAtMs ? [] : [{ atMs, mark }]
  })
}
