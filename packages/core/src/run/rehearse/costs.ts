import type { ProgramStart } from '../../platform/jobs.ts'
import type { InterruptedRun } from './marks.ts'
import type { ExpectedCost, Rehearsal } from './verdict.ts'

/**
 * The work that an interrupted start had done and must be done again, in seconds: since its last save, or since it went on with what
 * it was given. `undefined` when it saved after SIGTERM: how much of its work such a save holds, nobody sees. Pure.
 * @param readSeconds how long the program usually takes until it has read its state; before that it does no work
 */
export function workLostIn(start: ProgramStart, readSeconds = 0): number | undefined {
  const { startedAtMs, takenAtMs = startedAtMs, savedAtMs = startedAtMs, isSavedAfterSignal } = start
  if (isSavedAfterSignal === true) return undefined
  return Math.max(0, takenAtMs - Math.max(workBeganMs(start, readSeconds), savedAtMs)) / 1_000
}

/** A program that has not read the state that it was given has not begun. */
const workBeganMs = ({ startedAtMs, takenAtMs, isStateRead, stateReadAtMs }: ProgramStart, readSeconds: number): number =>
  stateReadAtMs ?? (isStateRead === false && takenAtMs !== undefined ? takenAtMs : startedAtMs + readSeconds * 1_000)

/** How long the program worked in one start, in seconds: what it does after SIGTERM is no work of the job. */
export const programSeconds = ({ startedAtMs, takenAtMs, endedAtMs }: ProgramStart): number =>
  ((takenAtMs ?? endedAtMs) - startedAtMs) / 1_000

/** How the program works when nobody interrupts it. */
export interface Undisturbed {
  /** From its start to its end. */
  readonly seconds: number
  /** Lines that it prints once → how long after its start. */
  readonly marks: ReadonlyMap<string, number>
}

/** The part of a run between two marks. */
interface Stretch {
  /** Both marks are lines: how long the program took to begin and to end is in no way part of it. */
  readonly isInner: boolean
  /** How much longer the program worked than between these marks without interruptions. */
  readonly extraSeconds: number
  /** Work lost in each interruption of this part; `undefined` where it is not seen. */
  readonly lost: readonly (number | undefined)[]
}

/**
 * The means over all interrupted starts: what they lost, and what else another start costs. Pure.
 *
 * Where a save was made before SIGTERM, the work since then is lost. Where the program saves at SIGTERM, what is lost is what it works
 * longer than without interruptions, between the last mark before and the next one after: lines that it prints, or its start and end.
 */
export function costsOf(
  undisturbed: Undisturbed,
  runs: readonly InterruptedRun[],
): Pick<Rehearsal, 'workLost' | 'startSeconds' | 'interruptions'> {
  const readSeconds = readSecondsOf(runs)
  const lost = runs.map(({ starts }) => starts.filter(isTaken).map((start) => workLostIn(start, readSeconds)))
  const seen = lost.flat().flatMap((seconds) => seconds ?? [])
  const whole = runs.filter(({ failure }) => failure === undefined)
  const unseen = unseenLosses(whole.flatMap((run) => stretchesOf(run, undisturbed, readSeconds)))
  const interruptions = lost.flat().length
  const unseenSeconds = (interruptions - seen.length) * unseen.meanSeconds
  return {
    interruptions,
    workLost: {
      meanSeconds: interruptions === 0 ? 0 : (sumOf(seen, (value) => value) + unseenSeconds) / interruptions,
      maxSeconds: [...seen, unseen.maxSeconds].reduce(greater, 0),
    },
    startSeconds: startSecondsOf(undisturbed, whole, readSeconds),
  }
}

/** What is lost, per interruption, where it is not seen. */
function unseenLosses(stretches: readonly Stretch[]): { readonly meanSeconds: number; readonly maxSeconds: number } {
  const unseenIn = ({ lost }: Stretch): number => lost.filter((seconds) => seconds === undefined).length
  const all = stretches.filter((stretch) => unseenIn(stretch) > 0)
  const inner = all.filter(({ isInner }) => isInner)
  // How long beginning and ending takes differs most on a busy computer.
  const some = 2 * sumOf(inner, unseenIn) >= sumOf(all, unseenIn) ? inner : all
  const lossOf = ({ extraSeconds, lost }: Stretch): number => extraSeconds - sumOf(lost, (seconds = 0) => seconds)
  return {
    meanSeconds: Math.max(0, sumOf(some, lossOf) / Math.max(1, sumOf(some, unseenIn))),
    maxSeconds: some.map((stretch) => lossOf(stretch) / unseenIn(stretch)).reduce(greater, 0),
  }
}

const greater = (one: number, other: number): number => Math.max(one, other)

/** A run, parted by the lines that a run without interruptions prints, too. What a start takes until it goes on is no work. */
function stretchesOf(
  { starts, lines = [] }: InterruptedRun,
  { seconds, marks }: Undisturbed,
  readSeconds: number,
): readonly Stretch[] {
  const stretches: Stretch[] = []
  let [since, worked, lost] = [0, 0, [] as (number | undefined)[]]
  const close = (mark: number, isLine: boolean): void => {
    stretches.push({ isInner: isLine && since > 0, extraSeconds: worked - (mark - since), lost })
    ;[since, worked, lost] = [mark, 0, []]
  }
  for (const [index, start] of starts.entries()) {
    const endMs = start.takenAtMs ?? start.endedAtMs
    let atMs = index === 0 ? start.startedAtMs : Math.min(endMs, workBeganMs(start, readSeconds))
    for (const line of lines) {
      const mark = marks.get(line.text)
      // A line again is what is done again, or what every start prints.
      if (mark === undefined || mark <= since || line.atMs < start.startedAtMs || line.atMs > endMs) continue
      worked += Math.max(0, line.atMs - atMs) / 1_000
      atMs = Math.max(atMs, line.atMs)
      close(mark, true)
    }
    worked += (endMs - atMs) / 1_000
    if (isTaken(start)) lost = [...lost, workLostIn(start, readSeconds)]
  }
  close(seconds, false)
  return stretches
}

/** What starting again costs: what runs take longer beside lost work. Where most of that is not seen, the time until the state is read. */
function startSecondsOf({ seconds }: Undisturbed, runs: readonly InterruptedRun[], readSeconds: number): number {
  const lostIn = ({ starts }: InterruptedRun) => starts.filter(isTaken).map((start) => workLostIn(start, readSeconds))
  const plain = runs.filter((run) => !lostIn(run).includes(undefined))
  const count = (some: readonly InterruptedRun[]): number => sumOf(some, (run) => lostIn(run).length)
  if (2 * count(plain) < count(runs)) return readSeconds
  const extra = sumOf(plain, (run) => sumOf(run.starts, programSeconds) - seconds - sumOf(lostIn(run), (lost = 0) => lost))
  return Math.max(0, extra / Math.max(1, count(plain)))
}

/** How long starts take until they have read their state, in the mean; 0 where nobody sees it. */
function readSecondsOf(runs: readonly InterruptedRun[]): number {
  const reading = runs.flatMap(({ starts }) =>
    starts.flatMap(({ startedAtMs, stateReadAtMs }) =>
      stateReadAtMs === undefined ? [] : [(stateReadAtMs - startedAtMs) / 1_000],
    ),
  )
  return Math.max(0, sumOf(reading, (seconds) => seconds) / Math.max(1, reading.length))
}

/** Whether the machines of a start were taken away. */
export const isTaken = ({ takenAtMs }: ProgramStart): boolean => takenAtMs !== undefined

const sumOf = <T>(values: readonly T[], of: (value: T) => number): number => values.reduce((sum, value) => sum + of(value), 0)

const rates = [0.05, 0.25, 1] as const

/** What interruptions cost at some rates, from what one costs. Pure. */
export function expectedAt(lostSeconds: number, startSeconds: number, machineSeconds: number): readonly ExpectedCost[] {
  return rates.map((perHour) => {
    const perSecond = perHour / 3_600
    const share = perSecond * (lostSeconds + startSeconds + machineSeconds)
    if (share >= 1) return { perHour }
    const timeFactor = 1 / (1 - share)
    // Waiting for machines is not billed; work that is done twice and starting again are.
    return { perHour, timeFactor, costFactor: timeFactor * (1 - perSecond * machineSeconds) }
  })
}
