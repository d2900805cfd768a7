import { appendFileSync } from 'node:fs'
import { fsCodeOf } from '../../files/fs-errors.ts'
import type { JobStatus, MetricValue, ProgramStart } from '../../platform/jobs.ts'
import type { ProcessIdentity } from '../process/identity.ts'
import { endedPhases, type Ending } from '../jobs/ending.ts'
import { endedState } from '../jobs/end-of.ts'
import { writeState, writeStateDurably, type JobPlace, type StoredState } from '../jobs/records.ts'

export interface PhaseChange {
  readonly status?: JobStatus
  readonly message?: string
  /** How the job will end once its results are stored. */
  readonly ending?: Ending
}

/** What the supervisor tells of its job, kept in `state.json`. */
export interface Journal {
  state(): StoredState
  /** Ends the phase before and begins one. */
  phase(name: string, change?: PhaseChange): void
  /** What is going on in the phase. */
  message(text: string): void
  processes(identities: readonly ProcessIdentity[]): void
  metrics(machine: string, values: readonly MetricValue[]): void
  interrupted(): void
  programEnded(start: ProgramStart): void
  /** The last word: the only one that must be written. */
  end(ending: Ending): void
}

const metricsApartMs = 500

export function openJournal(place: JobPlace, first: StoredState): Journal {
  let state = first
  let metricsReportedAtMs = 0
  const change = (next: Partial<StoredState>): void => {
    state = { ...state, ...next }
    orLater(() => (next.ending === undefined ? writeState : writeStateDurably)(place, state))
  }
  return {
    state: () => state,
    phase(name, { status, message, ending } = {}) {
      // A clock that is set back makes no phase end before it began.
      const nowMs = Math.max(Date.now(), state.phases.at(-1)?.startedAtMs ?? 0)
      const begun = { name, startedAtMs: nowMs, ...(message === undefined ? {} : { message }) }
      change({
        phase: name,
        phases: [...endedPhases(state.phases, nowMs), begun],
        ...(status === undefined ? {} : { status }),
        ...(ending === undefined ? {} : { ending }),
        ...(state.startedAtMs === undefined ? { startedAtMs: nowMs } : {}),
      })
    },
    message: (message) => change({ phases: withMessage(state.phases, message) }),
    processes: (processes) => change({ processes }),
    metrics(machine, values) {
      if (values.length === 0) return
      const lines = values.map((value) => `${JSON.stringify({ ...value, machine })}\n`)
      orLater(() => appendFileSync(place.metrics, lines.join(''), { mode: 0o600 }))
      state = withMetrics(state, values)
      if (Date.now() - metricsReportedAtMs < metricsApartMs) return
      metricsReportedAtMs = Date.now()
      change({})
    },
    programEnded: (start) => change({ starts: [...(state.starts ?? []), start] }),
    interrupted: () => change({ interruptions: state.interruptions + 1 }),
    end(ending) {
      writeStateDurably(place, (state = endedState(state, ending)))
    },
  }
}

function withMessage(phases: StoredState['phases'], message: string): StoredState['phases'] {
  return phases.map((phase, index) => (index === phases.length - 1 ? { ...phase, message } : phase))
}

/** What is told on the way may go missing when the disk is full: that is no reason to end a job. */
function orLater(write: () => void): void {
  try {
    write()
  } catch (cause) {
    if (fsCodeOf(cause) === undefined) throw cause
  }
}

function withMetrics(state: StoredState, values: readonly MetricValue[]): StoredState {
  const last = new Map(state.finalMetrics.map((value) => [value.name, value]))
  const counts: Record<string, number> = { ...state.metricCounts }
  for (const value of values) {
    last.set(value.name, value)
    counts[value.name] = (counts[value.name] ?? 0) + 1
  }
  return { ...state, finalMetrics: [...last.values()], metricCounts: counts }
}
