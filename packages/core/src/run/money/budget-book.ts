import {
  emptyLedger,
  reservationAction,
  giveUp,
  ledgerIn,
  reserve,
  settleCost,
  spentBy,
  type Ledger,
  type Reservation,
} from '../../cost/ledger.ts'
import { isSsmError, SsmError } from '../../errors/ssm-error.ts'
import { jobName, type JobName } from '../../names/job-name.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Cost } from '../../spec/money/cost.ts'
import { growingPauses } from '../../time/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import { readSmall } from '../decide/history.ts'

/** What a ledger is changed with. */
export interface BookContext {
  readonly platform: Pick<Platform, 'objects' | 'jobs'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Numbers from 0 to 1 for pauses; by default those of chance. */
  readonly random?: () => number
}

/** How much of a budget is missing for a job. */
export class BudgetRefusal {
  readonly ledger: Ledger
  readonly missingMicroUsd: number

  constructor(ledger: Ledger, missingMicroUsd: number) {
    this.ledger = ledger
    this.missingMicroUsd = missingMicroUsd
  }
}

/** The ledger as it is stored; an empty one when there is none yet. */
export async function readLedger(uri: ObjectUri, { platform, signal }: BookContext): Promise<Ledger> {
  const text = await readSmall(uri, platform, { signal })
  if (text === undefined) return emptyLedger
  const ledger = ledgerIn(text)
  if (ledger === undefined)
    throw new SsmError('OBJECT_CORRUPT', `The record of the project's budget, ${uri}, cannot be read`, {
      hint: 'Put an earlier version of it back, or remove it: the project then begins with its whole budget.',
      facts: { uri },
    })
  return ledger
}

/**
 * Changes the ledger as one act among those of all clients: what was read is replaced only if nobody changed it meanwhile, else it is
 * read and changed again. A change that gives the same ledger writes nothing. Every change may arrive and its answer be lost: it
 * must be one that can be made twice.
 */
export async function changeLedger(uri: ObjectUri, context: BookContext, next: (ledger: Ledger) => Ledger): Promise<Ledger> {
  const { platform, clock, signal, random } = context
  const pauses = growingPauses(20, 1_000, random)
  for (;;) {
    // Looked at first: what is read afterwards is this one, or a newer one, over which nothing is written.
    const seen = await platform.objects.find(uri, { signal })
    const ledger = await readLedger(uri, context)
    const changedLedger = next(ledger)
    if (changedLedger === ledger) return ledger
    try {
      const body = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(changedLedger)) } as const
      await platform.objects.write(uri, body, { signal, onlyIf: seen === undefined ? 'absent' : { etag: seen.etag } })
      return changedLedger
    } catch (cause) {
      if (!isSsmError(cause, 'OBJECT_CHANGED')) throw cause
    }
    await clock.sleep(pauses.next().value, signal)
  }
}

/** Keeps money for a job; a refusal when there is not enough. */
export async function reserveIn(
  uri: ObjectUri,
  job: JobName,
  wanted: Reservation,
  budgetMicroUsd: number,
  context: BookContext,
): Promise<Ledger | BudgetRefusal> {
  let refusal: BudgetRefusal | undefined
  const ledger = await changeLedger(uri, context, (now) => {
    const reserved = reserve(now, job, wanted, budgetMicroUsd)
    refusal = 'ledger' in reserved ? undefined : new BudgetRefusal(now, reserved.missingMicroUsd)
    return 'ledger' in reserved ? reserved.ledger : now
  })
  return refusal ?? ledger
}

/** Turns what is kept for a job into what it cost; `undefined` for a job that was never submitted. */
export function settleIn(uri: ObjectUri, job: string, cost: Cost | undefined, context: BookContext): Promise<Ledger> {
  return changeLedger(uri, context, (ledger) => {
    const kept = ledger.reservations[job]
    return kept === undefined ? ledger : settleCost(ledger, job, cost === undefined ? 0 : spentBy(kept, cost))
  })
}

const lookedAtAtOnce = 8

/**
 * Settles what clients left behind that were killed: looks at the job of each reservation. `lateMs` after a client's time to submit is
 * up, a job that is not there will not come.
 */
export async function recoverIn(
  uri: ObjectUri,
  costOf: (state: JobState) => Promise<Cost>,
  lateMs: number,
  context: BookContext,
): Promise<Ledger> {
  const ledger = await readLedger(uri, context)
  const open = Object.entries(ledger.reservations)
  if (open.length === 0) return ledger
  const ended = new Map<string, Cost | undefined>()
  const queue = open.values()
  const look = async (): Promise<void> => {
    for (const [name, reservation] of queue) {
      const job = { kind: reservation.kind, name: jobName(name) }
      // The time first: a job that was submitted in time is there by now.
      const nowMs = context.clock.now()
      const state = await context.platform.jobs.describe(job, { signal: context.signal })
      const action = reservationAction(reservation, state, nowMs, lateMs)
      if (action !== 'keep') ended.set(name, state === undefined ? undefined : await costOf(state))
    }
  }
  await Promise.all(Array.from({ length: lookedAtAtOnce }, look))
  if (ended.size === 0) return ledger
  return changeLedger(uri, context, (now) => {
    let settled = now
    for (const [name, cost] of ended) {
      const kept = settled.reservations[name]
      // A client that lives moved its time on meanwhile.
      if (kept === undefined || (cost === undefined && kept.untilMs !== ledger.reservations[name]?.untilMs)) continue
      settled = cost === undefined ? giveUp(settled, name) : settleCost(settled, name, spentBy(kept, cost))
    }
    return settled
  })
}
