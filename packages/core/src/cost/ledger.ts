import { isJobName } from '../names/job-name.ts'
import { isTerminal, type JobState } from '../platform/jobs.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { Cost } from '../spec/money/cost.ts'

/*
 * What the jobs of a project may cost together, as one document that clients change in turn. Pure: each change gives a new document.
 * Amounts are whole millionths of a dollar, so that they add up exactly.
 */

/** What is kept of a budget for one job until its cost is known. */
export interface Reservation {
  readonly kind: JobKind
  /** The most that its machines can cost. */
  readonly microUsd: number
  /** The most that keeping them warm can cost; counted in full, because nobody sees the end of it. */
  readonly warmMicroUsd: number
  /** Until when its client may submit the job, in milliseconds since 1970. */
  readonly untilMs: number
}

/** A project's money: what is spent, and what is kept for jobs that have not ended. */
export interface Ledger {
  readonly v: 1
  /** How often it was changed: no two states of it are alike. */
  readonly revision: number
  readonly spentMicroUsd: number
  /** By the name of the job. */
  readonly reservations: Readonly<Record<string, Reservation>>
  /** The last jobs for which money was given up because they were not there. */
  readonly givenUp?: readonly string[]
}

export const emptyLedger: Ledger = { v: 1, revision: 0, spentMicroUsd: 0, reservations: {} }

/** An amount in millionths, never less than it is. */
export const microUsdOf = (usd: number): number => Math.ceil(Number((usd * 1_000_000).toFixed(3)))

export const usdOf = (microUsd: number): number => microUsd / 1_000_000

const sumOf = ({ microUsd, warmMicroUsd }: Reservation): number => microUsd + warmMicroUsd

export const reservedIn = ({ reservations }: Ledger): number =>
  Object.values(reservations).reduce((sum, one) => sum + sumOf(one), 0)

const changed = (ledger: Ledger, parts: Partial<Ledger>): Ledger => ({ ...ledger, ...parts, revision: ledger.revision + 1 })

/** Gives the client of a job more time to submit it; nothing for a job for which nothing is kept any more. */
export function extend(ledger: Ledger, job: string, untilMs: number): Ledger {
  const own = ledger.reservations[job]
  if (own === undefined) return ledger
  return changed(ledger, { reservations: { ...ledger.reservations, [job]: { ...own, untilMs } } })
}

const withOne = (ledger: Ledger, job: string, kept: Reservation): Ledger => {
  const { givenUp = [], ...rest } = ledger
  const others = givenUp.filter((name) => name !== job)
  return changed(rest, {
    reservations: { ...ledger.reservations, [job]: kept },
    ...(others.length === 0 ? {} : { givenUp: others }),
  })
}

/** Keeps money again for a job for which it was given up though the job runs, whether the budget has it or not: what runs is counted. */
export function hold(ledger: Ledger, job: string, kept: Reservation): Ledger {
  return ledger.givenUp?.includes(job) === true ? withOne(ledger, job, kept) : ledger
}

const mostGivenUp = 100

/** Nothing is kept any more for a job that was never seen. It is remembered, for a job that turns up all the same. */
export function giveUp(ledger: Ledger, job: string): Ledger {
  const given = settleCost(ledger, job, 0)
  return given === ledger ? ledger : { ...given, givenUp: [...(ledger.givenUp ?? []), job].slice(-mostGivenUp) }
}

/** Keeps money for a job, or says how much is missing. For a job that has some already, it only moves the time. */
export function reserve(
  ledger: Ledger,
  job: string,
  wanted: Reservation,
  budgetMicroUsd: number,
): { readonly ledger: Ledger } | { readonly missingMicroUsd: number } {
  const own = ledger.reservations[job]
  const others = reservedIn(ledger) - (own === undefined ? 0 : sumOf(own))
  const missingMicroUsd = ledger.spentMicroUsd + others + sumOf(wanted) - budgetMicroUsd
  if (missingMicroUsd > 0 && own === undefined) return { missingMicroUsd }
  return { ledger: own === undefined ? withOne(ledger, job, wanted) : extend(ledger, job, wanted.untilMs) }
}

/** What is kept for a job becomes what it cost. A job for which nothing is kept was settled before, or is of no budget. */
export function settleCost(ledger: Ledger, job: string, spentMicroUsd: number): Ledger {
  if (!Object.hasOwn(ledger.reservations, job)) return ledger
  const { [job]: _, ...reservations } = ledger.reservations
  return changed(ledger, { spentMicroUsd: ledger.spentMicroUsd + spentMicroUsd, reservations })
}

/** What a job that ended cost, for the budget: what is not known counts as the most that it could. */
export function spentBy({ microUsd, warmMicroUsd }: Reservation, cost: Cost): number {
  return (cost.kind === 'unknown' ? microUsd : microUsdOf(cost.usd)) + warmMicroUsd
}

/** What to do with the amount reserved for a job, by the state of the job. Without a job it is released once its client can no longer submit it. */
export function reservationAction(
  reservation: Reservation,
  state: JobState | undefined,
  nowMs: number,
  lateMs: number,
): 'keep' | 'settle' | 'release' {
  if (state !== undefined) return isTerminal(state.status) ? 'settle' : 'keep'
  return nowMs > reservation.untilMs + lateMs ? 'release' : 'keep'
}

/** A ledger from its text; `undefined` for what is none. */
export function ledgerIn(text: string): Ledger | undefined {
  try {
    const value = JSON.parse(text) as Partial<Ledger> | null
    const { v, revision, spentMicroUsd, reservations, givenUp = [] } = value ?? {}
    const isWhole =
      v === 1 && isCount(revision) && isCount(spentMicroUsd) && typeof reservations === 'object' && reservations !== null
    return isWhole &&
      Array.isArray(givenUp) &&
      Object.entries(reservations).every(([job, kept]) => isJobName(job) && isReservation(kept))
      ? (value as Ledger)
      : undefined // looked at field by field
  } catch {
    return undefined
  }
}

function isReservation(value: unknown): boolean {
  const { kind, microUsd, warmMicroUsd, untilMs } = Object(value) as Partial<Reservation>
  return (kind === 'training' || kind === 'processing') && isCount(microUsd) && isCount(warmMicroUsd) && Number.isFinite(untilMs)
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

/** How long a client has to submit a job, and how long after that it may still turn up. */
export interface ReservationTimes {
  readonly submitMs: number
  /** As long as the clocks of clients may differ, and a request may be on its way. */
  readonly lateMs: number
}

/** By the time after which a silent client counts as dead: on AWS five and fifteen minutes. */
export const reservationTimes = ({ leaseSilenceMs }: { readonly leaseSilenceMs: number }): ReservationTimes => ({
  submitMs: leaseSilenceMs * 5,
  lateMs: leaseSilenceMs * 15,
})
