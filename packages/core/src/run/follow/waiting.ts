import type { JobState } from '../../platform/jobs.ts'

/**
 * Phases in which a job has no machines yet, or none any more. Where a job restarts, SageMaker looks for machines anew. The last two are older
 * names, which SageMaker still has.
 */
const waitingPhases: ReadonlySet<string> = new Set([
  'Starting',
  'Pending',
  'Interrupted',
  'Restarting',
  'LaunchingMLInstances',
  'PreparingTrainingStack',
])

/** Phases in which machines are there, and the program has not begun. */
const downloadingPhases: ReadonlySet<string> = new Set(['Downloading', 'DownloadingTrainingImage'])

/** Phases of a job that comes to its end, with machines or without. */
const endingPhases: ReadonlySet<string> = new Set(['Stopping', 'Stopped', 'Failed', 'MaxWaitTimeExceeded', 'MaxRuntimeExceeded'])

type Phases = Pick<JobState, 'phase' | 'phases'>

/** The last phase before a job came to its end; what is known of no phase has not begun. */
const lastPhase = ({ phase, phases }: Phases): string =>
  phases.findLast(({ name }) => !endingPhases.has(name))?.name ?? (endingPhases.has(phase) ? 'Starting' : phase)

/** Whether a job waits for machines now, or waited for them when it was ended. Pure. */
export const isWithoutMachines = (state: Phases): boolean => waitingPhases.has(lastPhase(state))

/** Whether no program ran when a job was ended: machines that just came may have begun to download. Pure. */
export const isWithoutProgram = (state: Phases): boolean => isWithoutMachines(state) || downloadingPhases.has(lastPhase(state))

type Times = Pick<JobState, 'phase' | 'phases' | 'createdAtMs' | 'startedAtMs' | 'endedAtMs'>

/** How long a job has waited for machines in all, in milliseconds: up to now, or to its end. Pure. */
export function waitedMs(state: Times, nowMs: number): number {
  const { phases, createdAtMs, startedAtMs, endedAtMs = nowMs } = state
  // Of a job whose phases nobody knows only the first wait is known.
  if (phases.length === 0) return Math.max(0, (startedAtMs ?? endedAtMs) - createdAtMs)
  return phases
    .filter(({ name }) => waitingPhases.has(name))
    .reduce((sum, phase) => sum + Math.max(0, (phase.endedAtMs ?? endedAtMs) - phase.startedAtMs), 0)
}

/** How long a job waited for machines after it had run, in milliseconds. Pure. */
export function waitedAgainMs(state: Times): number {
  const { phases, startedAtMs, endedAtMs } = state
  if (startedAtMs === undefined || endedAtMs === undefined) return 0
  return waitedMs(
    { ...state, phases: phases.filter((phase) => phase.startedAtMs > startedAtMs), createdAtMs: startedAtMs },
    endedAtMs,
  )
}
