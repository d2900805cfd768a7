import { existsSync, writeFileSync } from 'node:fs'
import { storageError } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobState } from '../../platform/jobs.ts'
import { systemClock } from '../../time/clock.ts'
import { isAlive, livenessOf, pidOf, signal as send } from '../process/identity.ts'
import { beatEveryMs } from './heartbeat.ts'
import { readRecord, readState, type JobPlace, type StoredState } from './records.ts'
import { endByForce } from './settle.ts'

// A supervisor of another place looks for the record of a stop with each of its beats.
const acknowledgeMs = 5_000 + beatEveryMs

/**
 * Asks a job to stop: records the request, wakes the supervisor, and waits until it has heard. One that does not hear
 * is killed after the grace its program would have had, and the job is put on record as stopped.
 * @throws {PlatformError} `PLATFORM_UNREACHABLE` when nobody heard it, and the supervisor runs where we cannot reach it.
 */
export async function stopJob(
  place: JobPlace,
  describe: () => Promise<JobState | undefined>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    if (!existsSync(place.stop)) writeFileSync(place.stop, '', { mode: 0o600 })
  } catch (cause) {
    throw storageError({ act: 'ask the job to stop in', path: place.folder, missing: 'JOB_LOST' }, cause)
  }
  if (await wasAcknowledged(place, describe, acknowledgeMs, signal)) return
  const state = readState(place)
  if (state === undefined || isTerminal(state.status)) return
  if (livenessOf(state.owner) === 'unknown') throw unheard(state)
  if (await wasAcknowledged(place, describe, graceMs(place, state), signal)) return
  await endByForce(place)
}

/** Before its programs run, a job has nothing to finish. */
function graceMs(place: JobPlace, state: StoredState): number {
  return state.phase === 'Starting' ? 0 : Math.max(0, readRecord(place).settings.stopGraceSeconds * 1000 - acknowledgeMs)
}

async function wasAcknowledged(
  place: JobPlace,
  describe: () => Promise<JobState | undefined>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const untilMs = performance.now() + ms
  for (let pauseMs = 5; performance.now() < untilMs; pauseMs = Math.min(pauseMs * 2, 50)) {
    const state = readState(place)
    // Before its first phase a supervisor may not listen yet, and would die of the signal; it looks for the record itself.
    if (state !== undefined && state.phase !== 'Starting' && isAlive(state.owner)) send(pidOf(state.owner), 'SIGTERM')
    await systemClock.sleep(pauseMs, signal)
    if ((await describe())?.status !== 'in-progress') return true
  }
  return false
}

const unheard = (state: StoredState): PlatformError =>
  new PlatformError('PLATFORM_UNREACHABLE', `Nobody has heard yet that job ${state.name} is to stop`, {
    hint: 'It runs on another computer or in a container, and stops when that one reads the request. Run the same command there to end it by force.',
    facts: { job: state.name },
  })
