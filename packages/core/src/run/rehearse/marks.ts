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
 * before a save, and took its time for it. Starts of which that does not tell are left out. Pure.
 */
export function goingOn({ starts, lines = [] }: InterruptedRun, marks: ReadonlyMap<string, number>): readonly boolean[] {
  return starts.flatMap((start, index) => {
    if (start.givenFiles === 0) return []
    // Of all starts before: one that began anew may have been taken away with hardly anything in its new state.
    const printed = starts.slice(0, index).flatMap((each) => printedUntilSave(each, lines, marks))
    const known = new Set(printed.map(({ mark }) => mark))
    if (known.size < fewMarks) return []
    const again = marksIn(start, lines, marks)
    const repeated = again.filter(({ mark }) => known.has(mark))
    if (repeated.length >= known.size) return isShown(repeated) ? [] : [false]
    const last = Math.max(...known)
    return again.some(({ mark }) => mark > last) ? [true] : []
  })
}

// Silent work after some lines of preparing looks like this: the part of the time until the save that lines have to reach to.
const leastCovered = 0.75

/** What this start printed until it last saved, where that tells how far its work was then. */
function printedUntilSave(
  start: ProgramStart,
  lines: readonly PrintedLine[],
  marks: ReadonlyMap<string, number>,
): readonly SeenMark[] {
  const { startedAtMs, savedAtMs = startedAtMs } = start
  const printed = marksIn(start, lines, marks).filter(({ atMs }) => atMs <= savedAtMs)
  const lastMs = Math.max(...printed.map(({ atMs }) => atMs))
  return lastMs - startedAtMs >= leastCovered * (savedAtMs - startedAtMs) ? printed : []
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
