import { isTerminal, type JobRef, type JobState } from '../../packages/core/src/platform/jobs.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { systemClock, type Clock } from '../../packages/core/src/time/clock.ts'
import { memoryObjects, type MemoryObjects } from './memory-objects.ts'
import { mortalPlatform, skippedFromMs, type AccountClient } from './mortal-platform.ts'

/** How a job of the account ends, and how long it takes. */
export interface ScriptedEnd {
  readonly status: 'completed' | 'failed' | 'stopped'
  readonly phase: string
  readonly reason?: string
  readonly waitSeconds: number
  readonly runSeconds: number
}

export interface StartedJob extends JobRef {
  readonly end: ScriptedEnd
  readonly maxRunSeconds: number
  readonly isSpot: boolean
  readonly instanceType: string | undefined
}

/** An account whose jobs end as a script says, one after the other. A job runs until somebody looks how it is doing. */
export interface CapacityAccount {
  readonly objects: MemoryObjects
  readonly started: readonly StartedJob[]
  /** The most jobs that ran at once. */
  readonly mostAtOnce: number
  /** A client; after so many calls nothing that it does or waits for arrives any more. */
  client(callsToLive?: number): AccountClient
}

export function capacityAccount(ends: readonly ScriptedEnd[]): CapacityAccount {
  const objects = memoryObjects()
  const started: StartedJob[] = []
  const states = new Map<string, JobState>()
  const account = { nowMs: Date.UTC(2026, 0, 1), mostAtOnce: 0 }

  const jobs: Platform['jobs'] = {
    async start({ kind, input }) {
      if (kind !== 'training') throw new Error('Only training jobs are scripted')
      const name = input.TrainingJobName as JobRef['name']
      const end = ends[started.length] ?? ends.at(-1)
      if (end === undefined || states.has(name)) throw new Error(`Job ${name} is not in the script`)
      const { MaxRuntimeInSeconds: maxRunSeconds = 0 } = input.StoppingCondition ?? {}
      const isSpot = input.EnableManagedSpotTraining === true
      started.push({ kind, name, end, maxRunSeconds, isSpot, instanceType: input.ResourceConfig?.InstanceType })
      const plain = { phases: [], machines: 1, interruptions: 0, finalMetrics: [] }
      states.set(name, { kind, name, status: 'in-progress', phase: 'Starting', createdAtMs: account.nowMs, ...plain })
      account.mostAtOnce = Math.max(account.mostAtOnce, [...states.values()].filter(({ status }) => !isTerminal(status)).length)
    },
    describe: async ({ name }) => states.get(name),
    async *watch({ name }) {
      const state = states.get(name)
      if (state === undefined) return
      yield state
      const job = started.find((each) => each.name === name)
      if (!isTerminal(states.get(name)?.status ?? 'failed') && job !== undefined)
        states.set(name, endedState(state, job.end, account))
      yield states.get(name) ?? state
    },
    stop: async () => undefined,
  }
  const platform: Platform = {
    name: 'account',
    region: async () => 'here',
    abilities: { images: true, buildsImages: false, ignores: [], leaseSilenceMs: 60 },
    objects,
    jobs,
    logs: { follow: async function* follow() {} },
    roles: { expected: async () => 'arn:aws:iam::1:role/r', ensure: async () => 'arn:aws:iam::1:role/r' },
    images: { resolve: async () => 'image:1' },
    [Symbol.asyncDispose]: async () => undefined,
  }
  return {
    objects,
    started,
    get mostAtOnce() {
      return account.mostAtOnce
    },
    client: (callsToLive = Number.POSITIVE_INFINITY) => mortalClient(platform, callsToLive, account),
  }
}

function endedState(state: JobState, end: ScriptedEnd, account: { nowMs: number }): JobState {
  const startedAtMs = state.createdAtMs + end.waitSeconds * 1_000
  const endedAtMs = startedAtMs + end.runSeconds * 1_000
  account.nowMs = Math.max(account.nowMs, endedAtMs)
  const { status, phase, reason } = end
  const began = end.runSeconds > 0 ? { startedAtMs } : {}
  return { ...state, status, phase, endedAtMs, ...began, ...(reason === undefined ? {} : { failureReason: reason }) }
}

/** A client of a platform that dies after so many calls. */
export function mortalClient(shared: Platform, callsToLive: number, account: { nowMs: number }): AccountClient {
  const { platform, breath, death } = mortalPlatform(shared, callsToLive)
  const clock: Clock = {
    now: () => Date.now(),
    async sleep(ms, signal) {
      await breath()
      if (ms < skippedFromMs) return systemClock.sleep(ms, signal)
      signal?.throwIfAborted()
      account.nowMs += ms
    },
  }
  return { platform, clock, death }
}
