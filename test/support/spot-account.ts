import { isTerminal, type JobPhase, type JobRef, type JobState } from '../../packages/core/src/platform/jobs.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { deferred } from '../../packages/core/src/lang/deferred.ts'
import { systemClock, type Clock } from '../../packages/core/src/time/clock.ts'
import { memoryObjects, type MemoryObjects } from './memory-objects.ts'
import { mortalPlatform, skippedFromMs, type AccountClient } from './mortal-platform.ts'

/** How a job of the account ends, and how long it takes. */
export interface ScriptedEnd {
  readonly status: 'completed' | 'failed' | 'stopped'
  readonly phase: string
  readonly reason?: string
  /** Until its machines are there; infinite when they never come. */
  readonly waitSeconds: number
  readonly runSeconds: number
  /** After it ran its spot machines are taken away, and none come back. */
  readonly isTakenAway?: boolean
}

const tenMinutes = { waitSeconds: 120, runSeconds: 600 }

/** How jobs of the account may end, by name. */
export const scriptedEnds = {
  completed: { status: 'completed', phase: 'Completed', ...tenMinutes },
  // No machines ever come.
  waits: { status: 'stopped', phase: 'Stopped', waitSeconds: Number.POSITIVE_INFINITY, runSeconds: 0 },
  // SageMaker says so itself.
  refused: { status: 'failed', phase: 'Failed', reason: 'CapacityError: no machines', waitSeconds: 900, runSeconds: 0 },
  'taken away': { status: 'stopped', phase: 'Stopped', ...tenMinutes, isTakenAway: true },
  'exit 75': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 75 on algo-1', ...tenMinutes },
  'exit 1': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 1 on algo-1', ...tenMinutes },
} as const satisfies Record<string, ScriptedEnd>

export type EndName = keyof typeof scriptedEnds

export interface StartedJob extends JobRef {
  readonly end: ScriptedEnd
  readonly maxRunSeconds: number
  readonly maxWaitSeconds: number | undefined
  readonly isSpot: boolean
  readonly instanceTypes: readonly (string | undefined)[]
}

/** An account whose jobs end as a script says, one after the other. Hours pass in it when nothing else is to be done. */
export interface SpotAccount {
  readonly objects: MemoryObjects
  readonly started: readonly StartedJob[]
  /** The most jobs that ran at once. */
  readonly mostAtOnce: number
  /** The job as it is now. */
  stateOf(job: JobRef): JobState | undefined
  /** Stops a job as a person would, beside every client. */
  stop(job: JobRef): Promise<void>
  /** A client; after so many calls nothing that it does or waits for arrives any more. */
  client(callsToLive?: number): AccountClient
}

/** What ends a job: as it is scripted, or by the end of what its client pays for. */
type EndOf = (job: StartedJob) => ScriptedEnd

export function spotAccount(ends: readonly ScriptedEnd[] | EndOf): SpotAccount {
  const objects = memoryObjects()
  const started: StartedJob[] = []
  const jobs = new Map<string, AccountJob>()
  const time = new AccountTime()
  const counts = { mostAtOnce: 0 }
  const endOf: EndOf = typeof ends === 'function' ? ends : () => ends[started.length] ?? (ends.at(-1) as ScriptedEnd)

  const front: Platform['jobs'] = {
    async start({ kind, input }) {
      if (kind !== 'training') throw new Error('Only training jobs are scripted')
      const name = input.TrainingJobName as JobRef['name']
      if (jobs.has(name)) throw new Error(`Job ${name} exists`)
      const { MaxRuntimeInSeconds: maxRunSeconds = 0, MaxWaitTimeInSeconds: maxWaitSeconds } = input.StoppingCondition ?? {}
      const { InstanceType: type, InstancePreferences: list } = input.ResourceConfig ?? {}
      const instanceTypes = list === undefined ? [type] : list.map(({ InstanceType }) => InstanceType)
      const isSpot = input.EnableManagedSpotTraining === true
      const about = { kind, name, maxRunSeconds, maxWaitSeconds, isSpot, instanceTypes } as const
      const job: StartedJob = { ...about, end: endOf({ ...about, end: {} as ScriptedEnd }) }
      started.push(job)
      jobs.set(name, new AccountJob(job, time))
      const running = [...jobs.values()].filter(({ state }) => !isTerminal(state.status))
      counts.mostAtOnce = Math.max(counts.mostAtOnce, running.length)
    },
    describe: async ({ name }) => jobs.get(name)?.state,
    async *watch({ name }, { signal } = {}) {
      const job = jobs.get(name)
      for (let seen = job?.state; job !== undefined && seen !== undefined; seen = job.state) {
        yield seen
        if (isTerminal(seen.status)) return
        while (job.state.phase === seen.phase) await job.changed(signal)
      }
    },
    stop: async ({ name }) => jobs.get(name)?.stop(),
  }
  const platform = platformOf(objects, front)
  return {
    objects,
    started,
    get mostAtOnce() {
      return counts.mostAtOnce
    },
    stateOf: ({ name }) => jobs.get(name)?.state,
    stop: async (job) => front.stop(job),
    client: (callsToLive = Number.POSITIVE_INFINITY) => clientOf(platform, callsToLive, time),
  }
}

/** What happens at one time of the account: the next of it comes as soon as nothing else is to be done. */
class AccountTime {
  #nowMs = Date.UTC(2026, 0, 1)
  readonly #due = new Set<{ readonly atMs: number; readonly act: () => void }>()
  #isTurning = false

  now(): number {
    return this.#nowMs
  }

  /** Short pauses are real ones, and count as what they are meant to take: how fast a machine is makes no difference. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await systemClock.sleep(ms, signal)
    this.#nowMs += ms
  }

  /** Does something later; gives what takes it back. */
  at(atMs: number, act: () => void): () => void {
    if (!Number.isFinite(atMs)) return () => undefined
    const entry = { atMs, act }
    this.#due.add(entry)
    void this.#turn()
    return () => this.#due.delete(entry)
  }

  async #turn(): Promise<void> {
    if (this.#isTurning) return
    this.#isTurning = true
    while (this.#due.size > 0) {
      // All that is under way comes first: everything here is in memory.
      for (let round = 0; round < 20; round += 1) await new Promise((resolve) => void setImmediate(resolve))
      const [next] = [...this.#due].sort((one, other) => one.atMs - other.atMs)
      if (next === undefined) break
      this.#due.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.act()
    }
    this.#isTurning = false
  }
}

class AccountJob {
  readonly #job: StartedJob
  readonly #time: AccountTime
  readonly #createdAtMs: number
  readonly #phases: JobPhase[] = []
  readonly #cancels: (() => void)[] = []
  #end: Pick<JobState, 'status' | 'phase'> | undefined
  #startedAtMs: number | undefined
  #next = deferred<void>()

  constructor(job: StartedJob, time: AccountTime) {
    this.#job = job
    this.#time = time
    this.#createdAtMs = time.now()
    const { waitSeconds, runSeconds, isTakenAway = false, status, phase } = job.end
    const beginsAtMs = this.#createdAtMs + waitSeconds * 1_000
    this.#enter('Starting', this.#createdAtMs)
    if (runSeconds > 0) this.#later(beginsAtMs, () => this.#enter('Training', beginsAtMs))
    const endsAtMs = beginsAtMs + runSeconds * 1_000
    this.#later(endsAtMs, () => (isTakenAway ? this.#enter('Interrupted', endsAtMs) : this.#finish({ status, phase }, endsAtMs)))
    const givesUpAtMs = this.#createdAtMs + (job.maxWaitSeconds ?? Number.POSITIVE_INFINITY) * 1_000
    this.#later(givesUpAtMs, () => this.#finish({ status: 'stopped', phase: 'MaxWaitTimeExceeded' }, givesUpAtMs))
  }

  get state(): JobState {
    const { kind, name, end } = this.#job
    const last = this.#phases.at(-1)
    const { status, phase } = this.#end ?? { status: 'in-progress' as const, phase: last?.name ?? '' }
    return {
      kind,
      name,
      status,
      phase,
      phases: [...this.#phases],
      machines: 1,
      ...(this.#job.instanceTypes[0] === undefined ? {} : { instanceType: this.#job.instanceTypes[0] }),
      finalMetrics: [],
      createdAtMs: this.#createdAtMs,
      ...(this.#startedAtMs === undefined ? {} : { startedAtMs: this.#startedAtMs }),
      ...(this.#end === undefined || last === undefined ? {} : { endedAtMs: last.startedAtMs }),
      ...(this.#end === undefined || end.reason === undefined || status !== 'failed' ? {} : { failureReason: end.reason }),
      interruptions: this.#phases.filter((each) => each.name === 'Interrupted').length,
    }
  }

  /** Resolves when it entered another phase. */
  async changed(signal: AbortSignal | undefined): Promise<void> {
    const over = deferred<never>()
    const abort = (): void => over.reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      signal?.throwIfAborted()
      await Promise.race([this.#next.promise, over.promise])
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  stop(): void {
    if (this.#end === undefined) this.#finish({ status: 'stopped', phase: 'Stopped' }, this.#time.now())
  }

  #later(atMs: number, act: () => void): void {
    this.#cancels.push(this.#time.at(atMs, act))
  }

  #enter(name: string, startedAtMs: number): void {
    const last = this.#phases.pop()
    if (last !== undefined) this.#phases.push({ ...last, endedAtMs: startedAtMs })
    this.#phases.push({ name, startedAtMs })
    if (name === 'Training') this.#startedAtMs ??= startedAtMs
    this.#next.resolve()
    this.#next = deferred()
  }

  #finish(end: Pick<JobState, 'status' | 'phase'>, atMs: number): void {
    for (const cancel of this.#cancels) cancel()
    this.#end = end
    this.#enter(end.phase, atMs)
  }
}

const platformOf = (objects: MemoryObjects, jobs: Platform['jobs']): Platform => ({
  name: 'account',
  region: async () => 'here',
  abilities: { images: true, buildsImages: false, ignores: [], leaseSilenceMs: 60 },
  objects,
  jobs,
  logs: { follow: async function* follow() {} },
  roles: { expected: async () => 'arn:aws:iam::1:role/r', ensure: async () => 'arn:aws:iam::1:role/r' },
  images: { resolve: async () => 'image:1' },
  [Symbol.asyncDispose]: async () => undefined,
})

function clientOf(shared: Platform, callsToLive: number, time: AccountTime): AccountClient {
  const { platform, breath, death } = mortalPlatform(shared, callsToLive)
  const clock: Clock = {
    now: () => time.now(),
    async sleep(ms, signal) {
      await breath()
      if (ms < skippedFromMs) return time.pause(ms, signal)
      const over = deferred<void>()
      const cancel = time.at(time.now() + ms, over.resolve)
      const abort = (): void => over.reject(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      try {
        signal?.throwIfAborted()
        await over.promise
      } finally {
        cancel()
        signal?.removeEventListener('abort', abort)
      }
    },
  }
  return { platform, clock, death }
}
