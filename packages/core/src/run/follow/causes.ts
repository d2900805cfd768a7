import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { EndCause, WaitEnded } from '../../spec/result.ts'
import { readReason } from './errors.ts'

/**
 * Why a job ended, from its status, its phases and the reason that the service or our launcher gives; `undefined` for one that
 * completed or runs. One whose wait for spot machines was ended by us is no stop by somebody. Pure. Of the reason only what stands before the first colon is read, which names whose fault it was, and
 * of the program's fault the exit code: what a program says about itself must not pass for the service's words.
 */
export function causeOf(
  state: Pick<JobState, 'status' | 'phase' | 'phases' | 'interruptions' | 'failureReason'>,
  waitEnded?: WaitEnded,
): EndCause | undefined {
  if (!isTerminal(state.status) || state.status === 'completed') return undefined
  if (waitEnded !== undefined) return state.interruptions > 0 ? 'interruption' : 'capacity'
  if (state.status === 'stopped') return stoppedBy(state)
  const reason = state.failureReason ?? ''
  const fault = /^\s*([A-Za-z0-9]+)\s*:/.exec(reason)?.[1] ?? ''
  if (/capacity/i.test(fault)) return 'capacity'
  if (/^Internal(Server)?(Error|Failure)$/i.test(fault)) return wasTakenAway(state) ? 'interruption' : 'internal'
  const { exitCode } = readReason(reason)
  // A program that is told to stop may end with any code of its own.
  if (wasTakenAway(state)) return 'interruption'
  return exitCode === undefined || exitCode === 0 ? 'failed' : `exit ${exitCode}`
}

function stoppedBy({ phase, interruptions }: Pick<JobState, 'phase' | 'interruptions'>): EndCause {
  if (phase === 'MaxWaitTimeExceeded') return interruptions > 0 ? 'interruption' : 'capacity'
  return phase === 'MaxRuntimeExceeded' ? 'time limit' : 'stopped'
}

/** Whether the machines were taken away when the job ended: nothing ran after the last interruption. A spot job may restart without one. */
function wasTakenAway({ phases, interruptions }: Pick<JobState, 'phases' | 'interruptions'>): boolean {
  const last = phases.findLast(({ name }) => !endings.has(name))
  return last?.name === 'Interrupted' || (last?.name === 'Restarting' && interruptions > 0)
}

const endings = new Set(['Stopping', 'Stopped', 'Failed', 'MaxWaitTimeExceeded', 'MaxRuntimeExceeded', 'Uploading'])
