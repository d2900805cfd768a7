import type { JobState, ProgramStart } from '../../platform/jobs.ts'
import { goingOn, type InterruptedRun } from './marks.ts'

/** What is wrong with a program that is interrupted, by name. */
export type RehearsalFault = 'nothing saved' | 'torn save' | 'save not read' | 'result differs' | 'ignores SIGTERM'

/** One fault, with what was seen. */
export interface FoundFault {
  /** Its name. */
  readonly fault: RehearsalFault
  /** What was seen, as a sentence. */
  readonly seen: string
}

/** How much an interruption costs at some rate. */
export interface ExpectedCost {
  /** Interruptions per hour. */
  readonly perHour: number
  /** How many times as long the job takes; absent when it would never end. */
  readonly timeFactor?: number
  /** How many times as much machine time is billed, without what spot saves; absent when it would never end. */
  readonly costFactor?: number
}

/** What a rehearsal found. */
export interface Rehearsal {
  /** The form of this record. */
  readonly v: 1
  /** The task's name. */
  readonly task: string
  /** The digest of the program and its parameters, without its inputs. */
  readonly program: string
  /** Whether the program came to the same end, however it was interrupted. */
  readonly survives: boolean
  /** What is wrong with it; empty when it survives. */
  readonly faults: readonly FoundFault[]
  /** How often it was interrupted. */
  readonly interruptions: number
  /** What the moments were drawn from. */
  readonly seed: number
  /** How long the uninterrupted program ran, in seconds. */
  readonly seconds: number
  /** Work that was done before SIGTERM and has to be done again, because nothing that was saved holds it, in seconds. */
  readonly workLost: {
    /** In the mean over all interruptions. */
    readonly meanSeconds: number
    /** In the worst of them. Where the program saves at SIGTERM: in the run that lost most, per interruption. */
    readonly maxSeconds: number
  }
  /** What a start costs beside the work that is lost: the program's own start until it goes on, in seconds. */
  readonly startSeconds: number
  /** How long new machines are expected to take on SageMaker, in seconds. It cannot be measured here. */
  readonly machineSeconds: number
  /** What is to be expected at some rates of interruptions. */
  readonly expected: readonly ExpectedCost[]
  /** When it was made, in milliseconds since 1970. */
  readonly atMs: number
}

/**
 * Every fault of these runs. Pure.
 * @param marks lines that an uninterrupted run prints once, by which it is told whether a start goes on where nobody sees it read
 */
export function faultsOf(
  uninterrupted: ProgramStart,
  runs: readonly InterruptedRun[],
  graceSeconds: number,
  marks: ReadonlyMap<string, number> = new Map(),
): readonly FoundFault[] {
  const starts = runs.flatMap((run) => run.starts)
  const taken = starts.filter(({ takenAtMs }) => takenAtMs !== undefined)
  const given = starts.filter(({ givenFiles }) => givenFiles > 0)
  const killed = taken.filter(({ wasKilled }) => wasKilled === true)
  const isSaving = [uninterrupted, ...starts].some(({ savedAtMs }) => savedAtMs !== undefined)
  const torn = runs.find(({ starts, failure }) => failure !== undefined && (starts.at(-1)?.givenFiles ?? 0) > 0)
  const other = runs.find(({ failure, differs }) => failure === undefined && differs.length > 0)
  const known = given.filter(({ isStateRead }) => isStateRead !== undefined)
  const isUnread = known.length > 0 && known.every(({ isStateRead }) => isStateRead === false)
  const going = known.length > 0 ? [] : runs.flatMap((run) => goingOn(run, marks))
  const beganAnew = going.length > 0 && going.every((each) => !each)
  return [
    ...found('ignores SIGTERM', killed.length > 0, `it still ran ${graceSeconds} seconds after SIGTERM and had to be killed`),
    ...found('nothing saved', !isSaving, 'it wrote no file into its state folder, with and without an interruption'),
    ...found('save not read', isSaving && isUnread, `of ${known.length} starts with saved state, none read a file of it`),
    ...found(
      'save not read',
      beganAnew,
      `of ${going.length} starts with saved state, each did again what was done before the save`,
    ),
    ...found('torn save', torn !== undefined, `started again with what it had saved, it failed: ${torn?.failure ?? ''}`),
    ...found(
      'result differs',
      other !== undefined,
      `after an interruption, other than without one: ${other?.differs.join(', ') ?? ''}`,
    ),
  ]
}

const found = (fault: RehearsalFault, isThere: boolean, seen: string): readonly FoundFault[] => (isThere ? [{ fault, seen }] : [])

/** The only start of a job that nobody interrupted. */
export const onlyStart = ({ starts = [] }: JobState): ProgramStart | undefined => starts.at(-1)
