import { isTerminal } from '../../platform/jobs.ts'
import { withLock } from '../objects/lock.ts'
import { ownIdentity } from '../process/identity.ts'
import { spawnSupervisor, startGate } from '../process/spawn-supervisor.ts'
import { beginHeartbeat, lastBeatMs } from './heartbeat.ts'
import { canBeStored, isAbandoned, withEndLeft } from './liveness.ts'
import { readState, writeState, type JobPlace, type StoredState } from './records.ts'
import { handOver } from './start.ts'

/**
 * Stores the results of a job whose programs have ended, when its supervisor was killed before it could, or found no room for
 * them. Does nothing to any other job. Resolves when a new supervisor is at work.
 */
export async function resumeStoring(root: string, place: JobPlace, signal?: AbortSignal): Promise<boolean> {
  const state = readState(place)
  if (state === undefined || !(await isToBeStored(place, state, signal))) return false
  // Entered before the claim: from then on nobody else looks after the job.
  const { leave } = await startGate.enter(signal)
  try {
    if (!(await withLock(place.lock, () => claim(place, state), signal))) {
      leave()
      return false
    }
  } catch (cause) {
    leave()
    throw cause
  }
  try {
    beginHeartbeat(place.heartbeat)
    await handOver(place, await spawnSupervisor(root, place, { environment: {}, secrets: [], pipes: [], leave }))
  } catch (cause) {
    leave()
    await withLock(place.lock, () => giveBack(place, state))
    throw cause
  }
  return true
}

/** This process goes on living: while the job is its own, nobody would store the results. */
function giveBack(place: JobPlace, before: StoredState): void {
  const now = readState(place)
  if (now?.ownerIs === 'starter' && now.owner === ownIdentity()) writeState(place, before)
}

async function isToBeStored(place: JobPlace, state: StoredState, signal: AbortSignal | undefined): Promise<boolean> {
  if (!canBeStored(place, state)) return false
  return isTerminal(state.status) ? state.unstored === true : isAbandoned(place, state, signal)
}

const unseenEnd = 'the supervisor was killed as the program ended: the last lines of its log can be missing'

/** When somebody last looked after a job: its own times go on from there. */
const lastSignOf = (place: JobPlace, { endedAtMs, phases, createdAtMs }: StoredState): number =>
  endedAtMs ?? Math.max(lastBeatMs(place.heartbeat) ?? 0, phases.at(-1)?.startedAtMs ?? createdAtMs)

/** Of several clients that see the same, one goes on. */
function claim(place: JobPlace, seen: StoredState): boolean {
  const now = readState(place)
  if (now?.owner !== seen.owner || now.status !== seen.status) return false
  const state = withEndLeft(place, now)
  if (state === undefined) return false
  const { endedAtMs: _endedAtMs, failureReason: _reason, unstored: _unstored, ...rest } = state
  const begun = rest.phases.filter((phase) => phase.name !== 'Failed' && phase.endedAtMs !== undefined)
  const lastSignMs = lastSignOf(place, state)
  writeState(place, {
    ...rest,
    idleMs: Math.max(0, Date.now() - lastSignMs),
    status: 'in-progress',
    phase: 'Uploading',
    phases: [
      ...begun,
      { name: 'Uploading', startedAtMs: lastSignMs, ...(now.ending === undefined ? { message: unseenEnd } : {}) },
    ],
    owner: ownIdentity(),
    ownerIs: 'starter',
  })
  return true
}
