import { fsCodeOf } from '../../files/fs-errors.ts'
import { isTerminal, type JobState } from '../../platform/jobs.ts'
import { isAlive, pidOf, signal } from '../process/identity.ts'
import { forgetEnvironment, readState, writeState, type JobPlace, type StoredState } from './records.ts'
import { removeTrees } from '../machine/remove-trees.ts'
import { withLock } from '../objects/lock.ts'
import { endOf } from '../supervisor/journal.ts'
import { killStrays } from '../machine/process-executor.ts'

// How long a client that died while it started a job may have left a supervisor on its way.
const handOverMs = 5_000

/**
 * The job as it is: the stored state, unless the process that would end the job is gone. Then the job has failed, and that
 * is put on record.
 */
export async function currentState(place: JobPlace): Promise<JobState | undefined> {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status) || !isAbandoned(state))
    return state === undefined ? undefined : publicState(state)
  const failed = await giveUpOnce(place, state)
  if (failed !== undefined && isTerminal(failed.status)) {
    forgetEnvironment(place)
    removeTrees(place.machines)
  }
  return publicState(failed ?? state)
}

function isAbandoned(state: StoredState): boolean {
  if (isAlive(state.owner)) return false
  return state.ownerIs === 'supervisor' || Date.now() - state.createdAtMs > handOverMs
}

async function giveUpOnce(place: JobPlace, state: StoredState): Promise<StoredState | undefined> {
  try {
    return await withLock(place.lock, () => giveUp(place))
  } catch (cause) {
    // Nothing can be put on record where nothing can be written, and yet the job has failed.
    if (fsCodeOf(cause) === undefined) throw cause
    return endOf(state, 'failed', 'Failed', abandonedReason(state))
  }
}

function giveUp(place: JobPlace): StoredState | undefined {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status) || !isAbandoned(state)) return state
  for (const identity of state.processes) if (isAlive(identity)) signal(pidOf(identity), 'SIGKILL', 'group')
  killStraysOf(place, state)
  const failed = endOf(state, 'failed', 'Failed', abandonedReason(state))
  try {
    writeState(place, failed)
  } catch {
    // Read-only or full: whoever asks next comes to the same result.
  }
  return failed
}

function killStraysOf(place: JobPlace, state: StoredState): void {
  for (let machine = 1; machine <= state.machines; machine += 1) killStrays(`${place.machines}/algo-${machine}`)
}

const abandonedReason = (state: StoredState): string =>
  state.phase === 'Starting'
    ? 'InternalServerError: the supervisor of this local job never began its work: it or its client was killed. Run the task again.'
    : `InternalServerError: the supervisor of this local job was killed while the job was in phase ${state.phase}. Run the task again.`

/** Without what only this room is to know. */
function publicState({
  owner: _owner,
  ownerIs: _ownerIs,
  processes: _processes,
  metricCounts: _counts,
  ...state
}: StoredState): JobState {
  return state
}
