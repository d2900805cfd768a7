import type { AccountClient } from './mortal-platform.ts'
import { EventEmitter, once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { isTerminal, type JobRef, type JobState } from '../../packages/core/src/platform/jobs.ts'
import type { LogLine } from '../../packages/core/src/platform/logs.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { mortalClient } from './capacity-account.ts'
import { memoryObjects, type MemoryObjects } from './memory-objects.ts'

/** What the program of a job prints as its loss, one value after the other; `'fails'` ends it with exit code 1. */
export type Course = (hyperparameters: Readonly<Record<string, string>>) => readonly (number | 'fails')[]

type TrainingRequest = Extract<Parameters<Platform['jobs']['start']>[0], { readonly kind: 'training' }>['input']

export interface TriedJob {
  readonly name: string
  readonly hyperparameters: Readonly<Record<string, string>>
  /** The request that started it. */
  readonly request: TrainingRequest
  /** How many values it printed. */
  printed: number
}

/** An account whose jobs print `loss=…` as a course says. A job goes on while somebody reads its log. */
export interface SearchAccount {
  readonly objects: MemoryObjects
  readonly jobs: readonly TriedJob[]
  readonly states: ReadonlyMap<string, JobState>
  /** The most jobs that ran at once. */
  readonly mostAtOnce: number
  /** A client; after so many calls nothing that it does or waits for arrives any more. */
  client(callsToLive?: number): AccountClient
}

export function searchAccount(course: Course): SearchAccount {
  const objects = memoryObjects()
  const jobs = new Map<string, TriedJob>()
  const states = new Map<string, JobState>()
  const news = new EventEmitter().setMaxListeners(0)
  const account = { nowMs: Date.UTC(2026, 0, 1), mostAtOnce: 0 }

  const end = (name: string, status: JobState['status'], failureReason?: string): void => {
    const state = states.get(name)
    if (state === undefined || isTerminal(state.status)) return
    const phase = status === 'completed' ? 'Completed' : status === 'failed' ? 'Failed' : 'Stopped'
    const reason = failureReason === undefined ? {} : { failureReason }
    states.set(name, {
      ...state,
      status,
      phase,
      startedAtMs: state.createdAtMs,
      endedAtMs: state.createdAtMs + 60_000,
      ...reason,
    })
    news.emit(name)
  }
  async function* watch({ name }: JobRef, signal?: AbortSignal): AsyncGenerator<JobState> {
    for (let seen: JobState | undefined; ;) {
      const now = states.get(name)
      if (now === undefined) throw new Error(`${name} is gone`)
      if (now !== seen) yield (seen = now)
      else await once(news, name, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted())
      if (isTerminal(seen.status)) return
    }
  }
  async function* follow({ name }: JobRef, signal?: AbortSignal): AsyncGenerator<LogLine> {
    const job = jobs.get(name)
    for (const [index, value] of course(job?.hyperparameters ?? {}).entries()) {
      signal?.throwIfAborted()
      const isOver = isTerminal(states.get(name)?.status ?? 'failed')
      if (job === undefined || (isOver && index >= job.printed)) break
      if (value === 'fails') {
        end(name, 'failed', 'exit code 1 on algo-1')
        break
      }
      job.printed = Math.max(job.printed, index + 1)
      yield { machine: 'algo-1', text: `loss=${value}`, atMs: account.nowMs + index }
      // Others have their turns, too.
      await turn()
    }
    end(name, 'completed')
  }
  const platform: Platform = {
    name: 'account',
    region: async () => 'here',
    abilities: { images: true, buildsImages: false, ignores: [], leaseSilenceMs: 60 },
    objects,
    jobs: {
      async start({ kind, input }) {
        if (kind !== 'training') throw new Error('Only training jobs are scripted')
        const name = input.TrainingJobName as JobRef['name']
        if (states.has(name)) throw new Error(`Job ${name} is there`)
        jobs.set(name, { name, hyperparameters: input.HyperParameters ?? {}, request: input, printed: 0 })
        // It is there when the job has ended, and is looked for then.
        objects.bytes.set(`${input.OutputDataConfig?.S3OutputPath}/${name}/output/model.tar.gz`, Buffer.alloc(1))
        const plain = { phases: [], machines: 1, interruptions: 0, finalMetrics: [] }
        states.set(name, { kind, name, status: 'in-progress', phase: 'Training', createdAtMs: account.nowMs, ...plain })
        const running = [...states.values()].filter(({ status }) => !isTerminal(status)).length
        account.mostAtOnce = Math.max(account.mostAtOnce, running)
      },
      describe: async ({ name }) => states.get(name),
      watch: (job, { signal } = {}) => watch(job, signal),
      stop: async ({ name }) => end(name, 'stopped'),
    },
    logs: { follow: (job, { signal } = {}) => follow(job, signal) },
    roles: { expected: async () => 'arn:aws:iam::1:role/r', ensure: async () => 'arn:aws:iam::1:role/r' },
    images: { resolve: async () => 'image:1' },
    [Symbol.asyncDispose]: async () => undefined,
  }
  return {
    objects,
    get jobs() {
      return [...jobs.values()]
    },
    states,
    get mostAtOnce() {
      return account.mostAtOnce
    },
    client: (callsToLive = Number.POSITIVE_INFINITY) => mortalClient(platform, callsToLive, account),
  }
}
