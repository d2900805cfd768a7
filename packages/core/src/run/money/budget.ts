import {
  extend,
  reservationTimes,
  hold,
  microUsdOf,
  reservedIn,
  usdOf,
  type Ledger,
  type Reservation,
} from '../../cost/ledger.ts'
import type { Budget } from '../../cost/settings.ts'
import { isSsmError, SsmError, type SsmErrorOptions } from '../../errors/ssm-error.ts'
import { terms, wording } from '../../errors/wording.ts'
import type { ErrorCode } from '../../errors/codes.ts'
import { isError } from '../../lang/realms.ts'
import { budgetLedger } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Cost, CostCeiling, KnownCeiling } from '../../spec/money/cost.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { BudgetRefusal, changeLedger, recoverIn, reserveIn, settleIn } from './budget-book.ts'
import type { Commitment, JobToPay, MoneyContext } from './money.ts'

/** Keeps the jobs of one session within a budget. */
export interface BudgetKeeper {
  /**
   * Keeps the most that a job can cost for it.
   * @throws {SsmError} `BUDGET_EXCEEDED`, or `PRICE_UNKNOWN` unless the budget allows such jobs.
   */
  commit(job: JobToPay, ceiling: CostCeiling, context: MoneyContext): Promise<Commitment>
  /** What was kept for a job that ended becomes what it cost. Never rejects. */
  settle(spec: TaskSpec, bucket: string, state: JobState, cost: Cost, context: MoneyContext): Promise<void>
}

/** For a job that is in no budget. */
export const nothingKept: Commitment = { submit: (start) => start(), release: async () => undefined }

/** How long settling may take: what is not settled now, the next client settles. */
const settledWithinMs = 60_000

export function keepBudget(budget: Budget, costOf: (state: JobState) => Promise<Cost>): BudgetKeeper {
  let recovered: Promise<Ledger> | undefined
  return {
    async commit(job, ceiling, context) {
      if (ceiling.kind === 'unknown') {
        if (budget.unknownPrices !== 'allow') throw unknownPrice(job, ceiling.because)
        context.tell({ type: 'warned', message: `${job.job} is not counted in the budget: ${ceiling.because}` })
        return nothingKept
      }
      const uri = ledgerOf(job.spec, job.bucket)
      const book = new JobBook(uri, job, ceiling, budget, context)
      // What killed clients left is settled once in a session, and again when money is missing.
      const recover = (): Promise<Ledger> => recoverIn(uri, costOf, reservationTimes(context.platform.abilities).lateMs, context)
      await (recovered ??= recover())
      await book.reserve(recover)
      return book
    },
    async settle(spec, bucket, state, cost, context) {
      const uri = ledgerOf(spec, bucket)
      try {
        const ledger = await settleIn(uri, state.name, cost, { ...context, signal: AbortSignal.timeout(settledWithinMs) })
        context.tell(budgetEvent('settled', state.name, ledger, budget))
      } catch (cause) {
        const why = isError(cause) ? cause.message : String(cause)
        context.tell({ type: 'warned', message: `What ${state.name} cost is not settled with the budget yet: ${why}` })
      }
    },
  }
}

const ledgerOf = ({ prefix, project }: TaskSpec, bucket: string): ObjectUri => budgetLedger({ bucket, prefix, project })

/** What is kept of the budget for one job. */
class JobBook implements Commitment {
  readonly #uri: ObjectUri
  readonly #job: JobToPay
  readonly #ceiling: KnownCeiling
  readonly #budget: Budget
  readonly #context: MoneyContext
  #untilMs = 0
  /** Whether nothing is kept any more. */
  #isGone = false

  constructor(uri: ObjectUri, job: JobToPay, ceiling: KnownCeiling, budget: Budget, context: MoneyContext) {
    this.#uri = uri
    this.#job = job
    this.#ceiling = ceiling
    this.#budget = budget
    this.#context = context
  }

  async reserve(recover?: () => Promise<Ledger>): Promise<void> {
    const reserved = await this.#tryReserve()
    if (!(reserved instanceof BudgetRefusal)) return this.#tell(reserved)
    await recover?.()
    const again = recover === undefined ? reserved : await this.#tryReserve()
    if (again instanceof BudgetRefusal) throw budgetExceeded(this.#job, this.#ceiling, again, this.#budget)
    this.#tell(again)
  }

  async submit(start: () => Promise<void>): Promise<void> {
    // This computer may have been asleep: what was kept may be given to others by now.
    if (this.#context.clock.now() > this.#untilMs) await this.reserve()
    const over = new AbortController()
    const renewing = this.#renew(over.signal)
    try {
      await start()
      if (this.#isGone || this.#context.clock.now() > this.#untilMs) await this.#holdAgain()
    } catch (cause) {
      over.abort()
      await renewing
      if (await this.#isNotThere(cause)) await this.release()
      throw cause
    } finally {
      over.abort()
      await renewing
    }
  }

  async release(): Promise<void> {
    const signal = AbortSignal.timeout(settledWithinMs)
    // What cannot be given back now is given back by the next client, when the time to submit is over.
    await settleIn(this.#uri, this.#job.job, undefined, { ...this.#context, signal }).then(
      (ledger) => this.#context.tell(budgetEvent('released', this.#job.job, ledger, this.#budget)),
      () => undefined,
    )
  }

  #tryReserve(): Promise<Ledger | BudgetRefusal> {
    this.#untilMs = this.#context.clock.now() + reservationTimes(this.#context.platform.abilities).submitMs
    return reserveIn(this.#uri, this.#job.job, this.#wanted(), Math.floor(this.#budget.usd * 1_000_000), this.#context)
  }

  #wanted(): Reservation {
    const { ceilingUsd, warmCeilingUsd } = this.#ceiling
    return {
      kind: this.#job.request.kind,
      microUsd: microUsdOf(ceilingUsd),
      warmMicroUsd: microUsdOf(warmCeilingUsd),
      untilMs: this.#untilMs,
    }
  }

  /** A submission that takes long keeps what it has. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { submitMs } = reservationTimes(this.#context.platform.abilities)
    try {
      for (;;) {
        await this.#context.clock.sleep(submitMs / 3, signal)
        await this.#extend().catch(() => undefined)
      }
    } catch {
      // It is over.
    }
  }

  /** Moves the time on. What is not kept any more was settled, because the job has ended, or given up, because this computer slept. */
  async #extend(): Promise<void> {
    const untilMs = this.#context.clock.now() + reservationTimes(this.#context.platform.abilities).submitMs
    const ledger = await changeLedger(this.#uri, this.#context, (now) => extend(now, this.#job.job, untilMs))
    this.#isGone = !Object.hasOwn(ledger.reservations, this.#job.job)
    if (!this.#isGone) this.#untilMs = untilMs
  }

  /** The job runs, and what was kept for it may have been given up meanwhile: it counts all the same. */
  async #holdAgain(): Promise<void> {
    const signal = AbortSignal.timeout(settledWithinMs)
    this.#untilMs = this.#context.clock.now() + reservationTimes(this.#context.platform.abilities).submitMs
    // Written also when it is still there: whoever is about to give it up then sees that its client lives.
    await changeLedger(this.#uri, { ...this.#context, signal }, (now) =>
      extend(hold(now, this.#job.job, this.#wanted()), this.#job.job, this.#untilMs),
    ).catch(() => undefined)
  }

  /** Whether a submission that failed surely left no job. */
  async #isNotThere(cause: unknown): Promise<boolean> {
    if (!isSsmError(cause) || !refusals.includes(cause.code)) return false
    const { job: name, request } = this.#job
    return this.#context.platform.jobs.describe({ kind: request.kind, name }).then(
      (state) => state === undefined,
      () => false,
    )
  }

  #tell(ledger: Ledger): void {
    this.#context.tell(budgetEvent('reserved', this.#job.job, ledger, this.#budget))
  }
}

/** Answers that mean that there is no job; after others there may be one. */
const refusals: readonly ErrorCode[] = [
  'PLATFORM_REFUSED',
  'PLATFORM_QUOTA',
  'PLATFORM_CAPACITY',
  'PLATFORM_DENIED',
  'PLATFORM_UNSUPPORTED',
  'STORAGE_FULL',
  'STORAGE_DENIED',
]

function budgetEvent(because: 'reserved' | 'settled' | 'released', job: JobState['name'], ledger: Ledger, { usd }: Budget) {
  const [spentUsd, reservedUsd] = [usdOf(ledger.spentMicroUsd), usdOf(reservedIn(ledger))]
  const leftUsd = usdOf(Math.floor(usd * 1_000_000) - ledger.spentMicroUsd - reservedIn(ledger))
  return { type: 'budget-changed', job, because, budgetUsd: usd, spentUsd, reservedUsd, leftUsd } as const
}

const cents = (usd: number): string => (usd >= 1 ? usd.toFixed(2) : String(Number(usd.toPrecision(2))))

function budgetExceeded(
  { job, spec }: JobToPay,
  { ceilingUsd, warmCeilingUsd }: KnownCeiling,
  { ledger, missingMicroUsd }: BudgetRefusal,
  { usd: budgetUsd }: Budget,
): SsmError {
  const facts = {
    project: spec.project,
    task: spec.task,
    job,
    budgetUsd,
    spentUsd: usdOf(ledger.spentMicroUsd),
    reservedUsd: usdOf(reservedIn(ledger)),
    neededUsd: ceilingUsd + warmCeilingUsd,
    missingUsd: usdOf(missingMicroUsd),
  }
  const open = Object.keys(ledger.reservations).length
  const kept =
    open === 0 ? 'nothing is reserved' : `${cents(facts.reservedUsd)} USD are reserved for ${open} ${open === 1 ? 'job' : 'jobs'}`
  return new SsmError(
    'BUDGET_EXCEEDED',
    `Task ${spec.task} may cost ${cents(facts.neededUsd)} USD, which is ${cents(facts.missingUsd)} USD more than the budget of project ${spec.project} has left: of ${cents(budgetUsd)} USD ${cents(facts.spentUsd)} USD are spent, and ${kept}.`,
    {
      hint: wording`Give it less time with ${terms.maxRun} or fewer machines, wait for jobs that are running, or raise ${terms.budget}.`,
      facts,
    },
  )
}

function unknownPrice({ spec, job }: JobToPay, because: string): SsmError {
  const options: SsmErrorOptions = {
    hint: wording`Name prices with ${terms.prices}, or let such jobs run without being counted with ${terms.unknownPrices}.`,
    facts: { project: spec.project, task: spec.task, job, because },
  }
  return new SsmError('PRICE_UNKNOWN', `Task ${spec.task} cannot be kept within the budget: ${because}.`, options)
}
