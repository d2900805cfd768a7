import type { Ledger } from '../../packages/core/src/cost/ledger.ts'
import { reservationTimes, ledgerIn, microUsdOf, reservedIn } from '../../packages/core/src/cost/ledger.ts'
import { jobName, type JobName } from '../../packages/core/src/names/job-name.ts'
import { budgetLedger } from '../../packages/core/src/names/layout.ts'
import { projectName, taskName } from '../../packages/core/src/names/task-name.ts'
import { PlatformError } from '../../packages/core/src/platform/errors.ts'
import type { JobRequest, JobState } from '../../packages/core/src/platform/jobs.ts'
import type { Objects } from '../../packages/core/src/platform/objects.ts'
import { recoverIn } from '../../packages/core/src/run/money/budget-book.ts'
import { keepBudget } from '../../packages/core/src/run/money/budget.ts'
import type { JobToPay, MoneyContext } from '../../packages/core/src/run/money/money.ts'
import type { Cost, KnownCeiling } from '../../packages/core/src/spec/money/cost.ts'
import type { TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import { memoryObjects } from './memory-objects.ts'

/*
 * Clients that share a budget, one step at a time: which of them goes on, what fails, whose answer is lost, who is killed, and when
 * the clock moves is drawn from a seed, so that every schedule can be played again.
 */

const budgetUsd = 10
const budgetMicroUsd = budgetUsd * 1_000_000
const times = reservationTimes({ leaseSilenceMs: 200 })
const place = { bucket: 'bucket', prefix: '', project: projectName('p') }
const uri = budgetLedger(place)
const spec = { ...place, task: taskName('t') } as unknown as TaskSpec // no more of it is looked at

/** No request is on its way for longer. */
const longestWayMs = times.submitMs / 2

/** Longer than others wait for a client. */
const longMs = times.submitMs + times.lateMs + 500

interface Step {
  readonly client: number
  readonly sinceMs: number
  readonly go: () => void
}

interface Sleeper {
  readonly client: number
  readonly atMs: number
  readonly wake: () => void
}

interface Job {
  readonly ceilingMicroUsd: number
  readonly warmMicroUsd: number
  readonly actualUsd: number
  isRunning: boolean
}

/** What was seen in one schedule. */
export interface Played {
  /** What must never be, in words; empty when nothing was wrong. */
  readonly problems: readonly string[]
  readonly jobs: number
  readonly refused: number
  readonly killed: number
  readonly lost: number
}

export async function playSchedule(seed: number): Promise<Played> {
  const schedule = new Schedule(seed)
  await schedule.play()
  return schedule.played
}

class Schedule {
  readonly #random: () => number
  readonly #objects = memoryObjects()
  readonly #jobs = new Map<JobName, Job>()
  readonly #killed = new Set<number>()
  readonly #problems: string[] = []
  readonly #count = { refused: 0, lost: 0 }
  #steps: Step[] = []
  #sleepers: Sleeper[] = []
  #nowMs = 1_000_000
  #clients = 0
  #open = 0

  constructor(seed: number) {
    this.#random = generator(seed)
  }

  get played(): Played {
    return { problems: this.#problems, jobs: this.#jobs.size, killed: this.#killed.size, ...this.#count }
  }

  async play(): Promise<void> {
    for (let client = this.#random() < 0.3 ? -1 : 0; client < 2; client++) this.#begin()
    for (let step = 0; step < 3_000 && this.#open > 0; step++) {
      await quiet()
      this.#look()
      if (this.#open > 0) this.#next()
    }
    if (this.#open > 0) this.#problems.push('the clients never ended')
    for (const job of this.#jobs.values()) job.isRunning = false
    this.#nowMs += times.submitMs + times.lateMs + 1
    const left = await recoverIn(uri, (state) => this.#costOf(state), times.lateMs, this.#context(-1))
    if (Object.keys(left.reservations).length > 0) this.#problems.push('something is reserved for ever')
    const spent = [...this.#jobs.values()].reduce((sum, job) => sum + microUsdOf(job.actualUsd) + job.warmMicroUsd, 0)
    if (left.spentMicroUsd !== spent) this.#problems.push(`${left.spentMicroUsd} are counted as spent, and ${spent} were`)
  }

  #begin(): void {
    const client = this.#clients++
    this.#open += 1
    this.#live(client).then(
      () => (this.#open -= 1),
      (cause: unknown) => {
        this.#open -= 1
        this.#problems.push(`client ${client} failed: ${String(cause)}`)
      },
    )
  }

  /** What one client does: job after job, each within the budget. */
  async #live(client: number): Promise<void> {
    const context = this.#context(client)
    const keeper = keepBudget({ usd: budgetUsd }, (state) => this.#costOf(state))
    for (let round = 0; round < 2; round++) {
      const name = jobName(`t-${client}-${round}`)
      const ceiling = this.#ceiling()
      const request = { kind: 'training', input: {} } as unknown as JobRequest // only its kind is looked at
      const job: JobToPay = { spec, bucket: 'bucket', job: name, request, number: { number: 1, of: 1 } }
      try {
        const commitment = await keeper.commit(job, ceiling, context)
        // A computer that slept, and a submission that is tried again for long.
        if (this.#random() < 0.1) await context.clock.sleep(longMs)
        if (this.#random() < 0.1) await commitment.release()
        else await commitment.submit(() => this.#start(client, name, ceiling))
      } catch (cause) {
        if (cause instanceof PlatformError) continue
        this.#count.refused += 1
        continue
      }
      while (this.#jobs.get(name)?.isRunning === true) await context.clock.sleep(100)
      // Some go away without a word.
      const state = await context.platform.jobs.describe({ kind: 'training', name }).catch(() => undefined)
      if (state !== undefined && this.#random() < 0.8)
        await keeper.settle(spec, 'bucket', state, await this.#costOf(state), context)
    }
  }

  #ceiling(): KnownCeiling {
    const ceilingUsd = Math.round(this.#random() * 6_000_000) / 1_000_000
    const warmCeilingUsd = this.#random() < 0.2 ? 0.5 : 0
    const rest = { usdPerHour: 1, instanceType: 'x', machines: 1, maxSeconds: 1, pricesFrom: 'a test', notCounted: [] }
    return { kind: 'known', ceilingUsd, warmCeilingUsd, ...rest }
  }

  async #start(client: number, name: JobName, { ceilingUsd, warmCeilingUsd }: KnownCeiling): Promise<void> {
    if (this.#random() < 0.1) await this.#sleep(client, longMs)
    await this.#operation(client, async () => {
      if (this.#random() < 0.1) throw new PlatformError('PLATFORM_QUOTA', 'no more machines')
      this.#jobs.set(name, {
        ceilingMicroUsd: microUsdOf(ceilingUsd),
        warmMicroUsd: microUsdOf(warmCeilingUsd),
        actualUsd: ceilingUsd * this.#random(),
        isRunning: true,
      })
    })
  }

  async #costOf({ name }: JobState): Promise<Cost> {
    const usd = this.#jobs.get(name)?.actualUsd ?? Number.NaN
    const rest = { savedUsd: 0, warmUsd: 0, isFinal: true, usdPerHour: 1, billedMachineSeconds: 1, pricesFrom: 'a test' }
    return { kind: 'known', usd, ...rest, notCounted: [] }
  }

  /** What the client works with; of nobody (-1), whom nothing happens to. */
  #context(client: number): MoneyContext {
    const read = async (of: Parameters<Objects['read']>): Promise<Uint8Array[]> => {
      const chunks: Uint8Array[] = []
      for await (const chunk of this.#objects.read(...of)) chunks.push(chunk)
      return chunks
    }
    const operation = <T>(effect: () => Promise<T>): Promise<T> => this.#operation(client, effect)
    const objects: Partial<Objects> = {
      find: (...of) => operation(() => this.#objects.find(...of)),
      write: (...of) => operation(() => this.#objects.write(...of)),
      async *read(...of) {
        yield* await operation(() => read(of))
      },
    }
    const describe = async (name: JobName): Promise<JobState | undefined> => {
      const job = this.#jobs.get(name)
      const status = job?.isRunning === true ? 'in-progress' : 'completed'
      return job === undefined ? undefined : ({ kind: 'training', name, status } as unknown as JobState) // no more is looked at
    }
    return {
      platform: {
        abilities: { leaseSilenceMs: 200 },
        objects,
        jobs: { describe: ({ name }: { name: JobName }) => operation(() => describe(name)) },
      } as unknown as MoneyContext['platform'], // no more of it is used
      clock: { now: () => this.#nowMs, sleep: (ms, signal) => this.#sleep(client, ms, signal) },
      tell: () => undefined,
      random: this.#random,
      signal: new AbortController().signal,
    }
  }

  /** An act that others see: it may be refused, and its answer may be lost on the way. */
  async #operation<T>(client: number, effect: () => Promise<T>): Promise<T> {
    if (client < 0) return effect()
    await this.#turn(client)
    if (this.#random() < 0.04) throw new PlatformError('PLATFORM_THROTTLED', 'slow down')
    const answer = await effect()
    await this.#turn(client)
    if (this.#random() < 0.04) {
      this.#count.lost += 1
      throw new PlatformError('PLATFORM_UNREACHABLE', 'the answer was lost')
    }
    return answer
  }

  #turn(client: number): Promise<void> {
    return new Promise((go) => void this.#steps.push({ client, sinceMs: this.#nowMs, go }))
  }

  #sleep(client: number, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake, fail) => {
      if (signal?.aborted === true) return fail(signal.reason as Error)
      const sleeper = { client, atMs: this.#nowMs + ms, wake: () => (signal?.removeEventListener('abort', abort), wake()) }
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper)
        fail(signal?.reason as Error)
      }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** One thing happens. */
  #next(): void {
    const luck = this.#random()
    if (luck < 0.03 && this.#clients < 5) return this.#kill()
    if (luck < 0.08) return this.#endAJob()
    const oldest = Math.min(...this.#steps.map(({ sinceMs }) => sinceMs))
    const [first] = this.#sleepers.toSorted((one, other) => one.atMs - other.atMs)
    const mayWait = first !== undefined && Math.max(first.atMs, this.#nowMs) - oldest <= longestWayMs
    if (first !== undefined && (this.#steps.length === 0 || (luck < 0.3 && mayWait))) {
      this.#nowMs = Math.max(this.#nowMs, first.atMs)
      this.#sleepers = this.#sleepers.filter((one) => one !== first)
      return first.wake()
    }
    const step = this.#steps.splice(Math.floor(this.#random() * this.#steps.length), 1)[0]
    if (step === undefined) return this.#endAJob()
    step.go()
  }

  /** A client is killed, wherever it is, and another one comes. */
  #kill(): void {
    const living = Array.from({ length: this.#clients }, (_, client) => client).filter((client) => this.#isAlive(client))
    const client = living[Math.floor(this.#random() * living.length)]
    if (client === undefined) return
    this.#killed.add(client)
    this.#steps = this.#steps.filter((step) => step.client !== client)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.client !== client)
    this.#open -= 1
    this.#begin()
  }

  #isAlive(client: number): boolean {
    return (
      !this.#killed.has(client) &&
      (this.#steps.some((step) => step.client === client) || this.#sleepers.some((sleeper) => sleeper.client === client))
    )
  }

  #endAJob(): void {
    const running = [...this.#jobs.values()].filter(({ isRunning }) => isRunning)
    const job = running[Math.floor(this.#random() * running.length)]
    if (job !== undefined) job.isRunning = false
  }

  /** What must hold at every moment: by the ledger, and by what the jobs really cost. */
  #look(): void {
    const ledger = this.#ledger()
    if (ledger !== undefined && ledger.spentMicroUsd + reservedIn(ledger) > budgetMicroUsd)
      this.#problems.push('more is spent and reserved than the budget')
    const truth = [...this.#jobs.values()].reduce(
      (sum, job) => sum + job.warmMicroUsd + (job.isRunning ? job.ceilingMicroUsd : microUsdOf(job.actualUsd)),
      0,
    )
    if (truth > budgetMicroUsd) this.#problems.push('the jobs may cost more than the budget')
  }

  #ledger(): Ledger | undefined {
    const bytes = this.#objects.bytes.get(uri)
    return bytes === undefined ? undefined : ledgerIn(bytes.toString('utf8'))
  }
}

/** Until everybody waits for a turn: nobody does more than this many things between two of them. */
async function quiet(): Promise<void> {
  for (let hop = 0; hop < 60; hop++) await Promise.resolve()
}

/** Numbers from 0 to 1 by a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
