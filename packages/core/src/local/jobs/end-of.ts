import { endedPhases, type Ending } from './ending.ts'
import type { StoredState } from './records.ts'

/** The state a job ends in. */
export function endedState(
  { ending, idleMs = 0, ...state }: StoredState,
  { status, phase, reason, unstored }: Ending,
  endedAtMs = Date.now() - idleMs,
): StoredState {
  const nowMs = Math.max(endedAtMs, state.phases.at(-1)?.startedAtMs ?? 0)
  return {
    ...state,
    status,
    phase,
    phases: [...endedPhases(state.phases, nowMs), { name: phase, startedAtMs: nowMs, endedAtMs: nowMs }],
    endedAtMs: nowMs,
    processes: [],
    ...(reason === undefined ? {} : { failureReason: reason.slice(0, 1024) }),
    // How it would have ended: its results may be stored later.
    ...(unstored === true ? { unstored, ...(ending === undefined ? {} : { ending }) } : {}),
  }
}
