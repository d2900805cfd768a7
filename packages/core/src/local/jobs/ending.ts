import type { JobPhase } from '../../platform/jobs.ts'

/** How a job ended. */
export interface Ending {
  readonly status: 'completed' | 'failed' | 'stopped'
  readonly phase: string
  readonly reason?: string
  /** The results could not be stored: they are still in the machines' trees. */
  readonly unstored?: boolean
}

/** The phases with an end for the last one. */
export function endedPhases(phases: readonly JobPhase[], nowMs: number): readonly JobPhase[] {
  return phases.map((phase) => (phase.endedAtMs === undefined ? { ...phase, endedAtMs: nowMs } : phase))
}
