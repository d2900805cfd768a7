import { existsSync } from 'node:fs'
import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import { isGone, livenessOf, ownBoot } from '../process/identity.ts'
import { endedState } from './end-of.ts'
import { endedPhases, endLeftIn } from './ending.ts'
import { isBeating, lastBeatMs } from './heartbeat.ts'
import { readState, treesOf, type JobPlace, type StoredState } from './records.ts'

// How long a client that died while it started a job may have left a supervisor on its way.
const handOverMs = 5_000

/**
 * The job as it is: the stored state, unless the process that would end the job is gone. Then the job has failed. Reads
 * only: whoever looks at a job may be on another computer, or in a container that sees no other processes.
 */
export async function currentState(place: JobPlace, kind: JobKind, signal?: AbortSignal): Promise<JobState | undefined> {
  const state = await seenState(place, signal)
  if (state?.unreadable === true) return publicState({ ...state, kind })
  if (state?.kind !== kind) return undefined
  const { unstored, ...rest } = publicState(state)
  return unstored === true && canBeStored(place, state) ? { ...rest, unstored } : rest
}

async function seenState(place: JobPlace, signal?: AbortSignal): Promise<StoredState | undefined> {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status) || !(await isAbandoned(place, state, signal))) return state
  // It may have ended between the two looks.
  const again = readState(place)
  if (again === undefined || isTerminal(again.status) || again.owner !== state.owner) return again
  return withEndLeft(place, again) ?? abandonedEnd(place, again)
}

/**
 * The state of a job whose programs have ended and whose results are only to be stored; `undefined` for any other. When its supervisor
 * did not see them end, their launchers left their exit codes.
 */
export function withEndLeft(place: JobPlace, state: StoredState): StoredState | undefined {
  if (existsSync(place.results) || !existsSync(place.machines)) return undefined
  if (isTerminal(state.status)) return state.ending === undefined ? undefined : state
  // Since then the computer may have lost what the program wrote.
  if (state.boot !== undefined && state.boot !== ownBoot()) return undefined
  if (state.ending !== undefined) return state
  if (state.status !== 'in-progress' || !programPhases.has(state.phase) || existsSync(place.stop)) return undefined
  const left = endLeftIn(treesOf(place, state.machines).map(({ root }) => root))
  if (left === undefined) return undefined
  const startedAtMs = Math.max(left.atMs, state.phases.at(-1)?.startedAtMs ?? 0)
  const phases = [...endedPhases(state.phases, startedAtMs), { name: 'Uploading', startedAtMs }]
  return { ...state, phase: 'Uploading', phases, ending: left.ending }
}

const programPhases = new Set(['Training', 'Processing'])

/** Whether the programs of a job have ended, and their results are only to be stored. */
export const canBeStored = (place: JobPlace, state: StoredState): boolean => withEndLeft(place, state) !== undefined

// The watchers of its machines end what is left of a job, within a few seconds: whoever looks meanwhile must not end them over it.
const watchersEndMs = 15_000

/**
 * Whether a job has not ended, and whoever was to end it surely is no more, and has not been for a while: not one that only hangs, or that
 * another computer looks after.
 */
export async function isLeft(place: JobPlace, signal?: AbortSignal): Promise<boolean> {
  const state = readState(place)
  if (state === undefined || isTerminal(state.status) || !isGone(state.owner)) return false
  const silentMs = Math.abs(Date.now() - (lastBeatMs(place.heartbeat) ?? state.createdAtMs))
  return silentMs > watchersEndMs && (await isAbandoned(place, state, signal))
}

/** Whether nobody will end this job any more. A process of another place is judged by the heartbeat alone. */
export async function isAbandoned(place: JobPlace, state: StoredState, signal?: AbortSignal): Promise<boolean> {
  const owner = livenessOf(state.owner)
  if (owner === 'alive') return hangs(place, state, signal)
  // By the amount: a clock that was set back must not keep a dead job alive.
  if (owner === 'gone') return state.ownerIs === 'supervisor' || Math.abs(Date.now() - state.createdAtMs) > handOverMs
  return !(await isBeating(() => lastBeatMs(place.heartbeat), { signal }))
}

// A supervisor takes its job over within a second or two; on a busy computer it may take longer.
const longestStartMs = 30_000

/**
 * Whether the process that is to look after a job never will: Node can stop for ever while it starts, when the computer has no room for
 * its threads.
 */
async function hangs(place: JobPlace, state: StoredState, signal: AbortSignal | undefined): Promise<boolean> {
  if (state.phase !== 'Starting' || state.ownerIs !== 'supervisor') return false
  if (Math.abs(Date.now() - state.createdAtMs) < longestStartMs) return false
  return !(await isBeating(() => lastBeatMs(place.heartbeat), { signal }))
}

/** How an abandoned job ended. */
export function abandonedEnd(place: JobPlace, state: StoredState): StoredState {
  const isStored = state.ending !== undefined && existsSync(place.results)
  const ending = isStored ? state.ending : ({ status: 'failed', phase: 'Failed', reason: abandonedReason(state) } as const)
  const end = endedState(state, ending, lastBeatMs(place.heartbeat) ?? state.createdAtMs)
  return !isStored && neverBegan(state) ? { ...end, neverBegan: true } : end
}

const neverBegan = ({ phase }: StoredState): boolean => phase === 'Starting'

const abandonedReason = (state: StoredState): string =>
  neverBegan(state)
    ? 'InternalServerError: the supervisor of this local job never began its work: it or its client was killed. Run the task again.'
    : `InternalServerError: the supervisor of this local job was killed while the job was in phase ${state.phase}. Run the task again.`

function publicState({
  owner: _owner,
  ownerIs: _ownerIs,
  processes: _processes,
  metricCounts: _counts,
  ending: _ending,
  boot: _boot,
  idleMs: _idleMs,
  unreadable: _unreadable,
  ...state
}: StoredState): JobState {
  return state
}
