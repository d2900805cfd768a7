import { EventEmitter, once } from 'node:events'
import { folderUri, joinUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import { isTerminal, type JobRef, type JobRequest, type JobState } from '../../packages/core/src/platform/jobs.ts'
import type { Objects } from '../../packages/core/src/platform/objects.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { systemClock, type Clock } from '../../packages/core/src/time/clock.ts'
import { memoryObjects, type MemoryObjects } from './memory-objects.ts'

/** Where a client can be held up. */
export type Point = 'image' | 'start' | 'describe' | 'result'

/** A platform in memory whose jobs do what a test says, and the clients that use it. */
export interface ScriptedPlatform {
  readonly objects: MemoryObjects
  readonly jobs: ReadonlyMap<string, JobState>
  /** A client of its own: it can be killed without a word. */
  client(): ScriptedClient
  /** Whoever comes to this point from now on waits there, until it is released or gives up. */
  hold(point: Point): void
  release(point: Point): void
  /** Resolves once somebody waits at this point. */
  reached(point: Point): Promise<void>
  /** The job begins to run, and says a line. */
  begin(job: string): void
  /** The job completes, and leaves its result. */
  complete(job: string): Promise<void>
}

export interface ScriptedClient {
  readonly platform: Platform
  readonly clock: Clock
  /** Nothing that it does or waits for arrives any more. */
  kill(): void
}

const leaseSilenceMs = 200

export function scriptedPlatform(): ScriptedPlatform {
  const objects = memoryObjects()
  const jobs = new Map<string, JobState>()
  const outputs = new Map<string, ObjectUri>()
  const news = new EventEmitter().setMaxListeners(0)
  const held = new Map<Point, { waiting: number }>()

  const change = (name: string, changes: Partial<JobState>): void => {
    const state = jobs.get(name)
    if (state === undefined || isTerminal(state.status)) return
    const phases = [...state.phases, { name: changes.phase ?? state.phase, startedAtMs: 1 }]
    jobs.set(name, { ...state, phases, ...changes })
    news.emit('job')
  }
  const pass = async (point: Point, signal?: AbortSignal): Promise<void> => {
    const gate = held.get(point)
    if (gate === undefined) return
    gate.waiting += 1
    news.emit('waiting')
    while (held.get(point) === gate) await once(news, 'released', signal === undefined ? {} : { signal }).catch(asReason(signal))
  }
  async function* watch(job: JobRef, signal?: AbortSignal): AsyncGenerator<JobState> {
    for (let seen: JobState | undefined; ;) {
      const now = jobs.get(job.name)
      if (now === undefined) throw new Error(`${job.name} is gone`)
      if (now !== seen) yield (seen = now)
      else await once(news, 'job', signal === undefined ? {} : { signal }).catch(asReason(signal))
      if (isTerminal(seen.status)) return
    }
  }
  async function* follow(job: JobRef, signal?: AbortSignal): AsyncGenerator<{ machine: string; text: string; atMs: number }> {
    let isPrinted = false
    for await (const state of watch(job, signal)) {
      if (state.phase !== 'Starting' && !isPrinted) yield { machine: 'algo-1', text: 'running', atMs: 1 }
      isPrinted ||= state.phase !== 'Starting'
    }
  }
  const platform: Omit<Platform, 'objects'> = {
    name: 'scripted',
    region: async () => 'here',
    abilities: { images: true, buildsImages: false, ignores: [], leaseSilenceMs },
    jobs: {
      async start(request) {
        const { job, output } = partsOf(request)
        const state = { status: 'in-progress', phase: 'Starting', machines: 1, createdAtMs: 0, interruptions: 0 } as const
        jobs.set(job.name, { ...job, ...state, phases: [{ name: 'Starting', startedAtMs: 0 }], finalMetrics: [] })
        outputs.set(job.name, output)
        await pass('start')
      },
      async describe({ name }, { signal } = {}) {
        await pass('describe', signal)
        return jobs.get(name)
      },
      watch: (job, { signal } = {}) => watch(job, signal),
      stop: async ({ name }) => change(name, { status: 'stopped', phase: 'Stopped' }),
    },
    logs: { follow: (job, { signal } = {}) => follow(job, signal) },
    roles: { expected: async () => 'arn:aws:iam::1:role/r', ensure: async () => 'arn:aws:iam::1:role/r' },
    images: {
      async resolve(_need, { signal } = {}) {
        await pass('image', signal)
        return 'image:1'
      },
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  return {
    objects,
    jobs,
    hold: (point) => void held.set(point, { waiting: 0 }),
    release: (point) => {
      held.delete(point)
      news.emit('released')
    },
    reached: async (point) => {
      while ((held.get(point)?.waiting ?? 0) === 0) await once(news, 'waiting')
    },
    begin: (job) => change(job, { phase: 'Processing' }),
    complete: async (job) => {
      const output = outputs.get(job)
      if (output === undefined) throw new Error(`There is no job ${job}`)
      await objects.write(joinUri(folderUri(output), 'result.json'), { kind: 'bytes', bytes: Buffer.from('{}') })
      change(job, { status: 'completed', phase: 'Completed' })
    },
    client: () => clientOf(platform, withResultPoint(objects, pass)),
  }
}

/** A result that is read passes its point. */
const withResultPoint = (objects: Objects, pass: (point: Point, signal?: AbortSignal) => Promise<void>): Objects => ({
  ...objects,
  async *read(uri, options = {}) {
    if (uri.endsWith('/result.json')) await pass('result', options.signal)
    yield* objects.read(uri, options)
  },
})

function clientOf(shared: Omit<Platform, 'objects'>, objects: Objects): ScriptedClient {
  const life = { isOver: false }
  const mortal = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? mortalCall(value.bind(target) as (...args: unknown[]) => unknown, life) : value
      },
    })
  const { jobs, logs, roles, images } = shared
  return {
    platform: {
      ...shared,
      objects: mortal(objects),
      jobs: mortal(jobs),
      logs: mortal(logs),
      roles: mortal(roles),
      images: mortal(images),
    },
    clock: {
      now: () => Date.now(),
      sleep: mortalCall(systemClock.sleep.bind(systemClock) as (...args: unknown[]) => unknown, life) as Clock['sleep'],
    },
    kill: () => void (life.isOver = true),
  }
}

/** A call whose answer, or each part of it, arrives only while the client lives. */
function mortalCall(call: (...args: unknown[]) => unknown, life: { readonly isOver: boolean }) {
  const never = new Promise<never>(() => undefined)
  const alive = async (answer: Promise<unknown>): Promise<unknown> => {
    const settled = await Promise.allSettled([answer])
    if (life.isOver) return never
    const [end] = settled
    if (end.status === 'rejected') throw end.reason
    return end.value
  }
  return (...args: unknown[]): unknown => {
    if (life.isOver) return isStream(call) ? streamOf(never, alive) : never
    const answer = call(...args)
    if (answer instanceof Promise) return alive(answer)
    return Symbol.asyncIterator in Object(answer) ? streamOf(answer as AsyncIterable<unknown>, alive) : answer
  }
}

const isStream = (call: (...args: unknown[]) => unknown): boolean => /list|folders|children|read|watch|follow/.test(call.name)

async function* streamOf(
  source: AsyncIterable<unknown> | Promise<never>,
  alive: (answer: Promise<unknown>) => Promise<unknown>,
): AsyncGenerator {
  const parts = source instanceof Promise ? await source : source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = (await alive(parts.next())) as IteratorResult<unknown>
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await parts.return?.()
  }
}

function partsOf(request: JobRequest): { readonly job: JobRef; readonly output: ObjectUri } {
  if (request.kind === 'training') throw new Error('Only processing jobs are scripted')
  const { ProcessingJobName: name, ProcessingOutputConfig: config } = request.input
  const output = config?.Outputs?.find(({ OutputName }) => OutputName === 'output')?.S3Output?.S3Uri
  return { job: { kind: 'processing', name: name as JobRef['name'] }, output: output as ObjectUri } // as the library made them
}

/** An abort rejects with its reason, as every platform's does. */
const asReason =
  (signal: AbortSignal | undefined) =>
  (cause: unknown): never => {
    throw signal?.aborted === true ? signal.reason : cause
  }
