import { renameSync, rmSync } from 'node:fs'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal } from '../../platform/jobs.ts'
import { isAlive, livenessOf, pidOf, signal } from '../process/identity.ts'
import { isolationNamed } from '../isolation/isolations.ts'
import type { Isolation } from '../machine/isolation.ts'
import { killStrays } from '../machine/strays.ts'
import { removeFolder, removeTrees } from '../machine/remove-trees.ts'
import { temporaryFile } from '../objects/temporary-file.ts'
import { namesIn } from '../objects/folders.ts'
import { sweepLocks, withLock } from '../objects/lock.ts'
import { endedState } from './end-of.ts'
import { systemClock } from '../../time/clock.ts'
import { endHeartbeat, lastBeatMs } from './heartbeat.ts'
import { abandonedEnd, canBeStored, isAbandoned } from './liveness.ts'
import { resumeStoring } from './resume.ts'
import { heartbeats, jobPlace, readRecord, readState, treesOf, writeState, type JobPlace, type StoredState } from './records.ts'
import { jobName } from '../../names/job-name.ts'

// A job of another computer or container may only sleep: what it left is kept for so long.
const foreignSilenceMs = 24 * 3_600_000

/** Puts on record how the jobs of this store ended whose supervisors were killed, and removes what they left. */
export async function settleAbandoned(root: string): Promise<void> {
  await sweepLocks(root)
  for (const name of namesIn(heartbeats(root))) {
    await settleSeen(root, jobPlace(root, jobName(name)))
  }
}

/** The same for one job, as far as it can be done now: a full or read-only disk, or an engine that does not answer, is left to the next who looks. */
export async function settleSeen(root: string, place: JobPlace): Promise<void> {
  try {
    await settleJob(root, place)
  } catch (cause) {
    if (fsCodeOf(cause) === undefined && !(cause instanceof PlatformError)) throw cause
  }
}

/**
 * The same for one job; does nothing to a job that somebody looks after. Of one whose program has ended by itself the results are stored:
 * resolves when a new supervisor is at that.
 * @throws {PlatformError} `PLATFORM_UNREACHABLE` when its containers cannot be ended now: its record is as before.
 */
export async function settleJob(root: string, place: JobPlace): Promise<void> {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status)) {
    if (state?.unstored !== true) removeTrees(place.machines)
    return endHeartbeat(place.heartbeat)
  }
  if (!(await isSurelyAbandoned(place, state))) return
  if (canBeStored(place, state)) return void (await resumeStoring(root, place))
  await killLeft(place, state)
  const settled = await withLock(place.lock, () => {
    const now = readState(place)
    if (now === undefined || isTerminal(now.status) || now.owner !== state.owner || canBeStored(place, now)) return false
    killAll(place, now)
    // One that hangs at its start.
    if (now.ownerIs === 'supervisor' && isAlive(now.owner)) signal(pidOf(now.owner), 'SIGKILL')
    rmSync(place.reserve, { force: true })
    writeState(place, abandonedEnd(place, now))
    return true
  })
  if (!settled) return
  removeTrees(place.machines)
  endHeartbeat(place.heartbeat)
}

/**
 * Removes the record of a job that has ended and whose results are stored; its folder disappears in one act.
 * @throws {PlatformError} `STORAGE_DENIED` when something in it cannot be removed.
 */
export async function forget(root: string, place: JobPlace): Promise<void> {
  await settleJob(root, place)
  const state = readState(place)
  if (state === undefined || !isTerminal(state.status) || state.unstored === true) return
  const path = temporaryFile(root)
  renameSync(place.folder, path)
  try {
    removeFolder(path)
  } catch (cause) {
    const hint =
      'The program of the job made something that you may not remove: a file of another user, or an immutable one (lsattr -R).'
    throw new PlatformError('STORAGE_DENIED', `What job ${state.name} left in ${path} could not be removed`, {
      cause,
      hint,
      facts: { job: state.name, path },
    })
  }
}

/** Ends a job whose supervisor does not answer: kills it and the machines, and puts the job on record as stopped. */
export async function endByForce(place: JobPlace): Promise<void> {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status)) return
  // A client that is still starting the job is not ours to kill: the supervisor it starts sees that the job has ended.
  if (state.ownerIs === 'supervisor' && isAlive(state.owner)) signal(pidOf(state.owner), 'SIGKILL')
  for (let waits = 0; waits < 100 && state.ownerIs === 'supervisor' && isAlive(state.owner); waits += 1)
    await systemClock.sleep(20)
  await killLeft(place, state)
  await withLock(place.lock, () => {
    const now = readState(place)
    if (now === undefined || isTerminal(now.status)) return
    killAll(place, now)
    rmSync(place.reserve, { force: true })
    const reason = 'The supervisor of this local job did not answer and was killed'
    writeState(place, endedState(now, { status: 'stopped', phase: 'Stopped', reason }))
  })
  removeTrees(place.machines)
  endHeartbeat(place.heartbeat)
}

async function isSurelyAbandoned(place: JobPlace, state: StoredState): Promise<boolean> {
  if (livenessOf(state.owner) !== 'unknown') return isAbandoned(place, state)
  return Date.now() - (lastBeatMs(place.heartbeat) ?? state.createdAtMs) > foreignSilenceMs
}

function killAll(place: JobPlace, state: StoredState): void {
  for (const identity of state.processes) if (isAlive(identity)) signal(pidOf(identity), 'SIGKILL', 'group')
  for (const tree of treesOf(place, state.machines)) killStrays(tree.root)
}

/**
 * Before the job is put on record as ended, and outside of its lock: it may take a while. The processes first: one of them may just be
 * starting a container.
 */
async function killLeft(place: JobPlace, state: StoredState): Promise<void> {
  killAll(place, state)
  await isolationOf(place).killLeft(treesOf(place, state.machines))
}

function isolationOf(place: JobPlace): Isolation {
  try {
    const { isolation, settings } = readRecord(place)
    return isolationNamed(isolation, settings)
  } catch {
    return isolationNamed()
  }
}
