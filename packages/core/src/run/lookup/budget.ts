import { ledgerIn, reservedIn, usdOf } from '../../cost/ledger.ts'
import { budgetLedger, keyPrefix } from '../../names/layout.ts'
import { projectName } from '../../names/task-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { readSmall } from '../decide/history.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from './given.ts'
import type { StoragePlace } from './projects.ts'

/** What is spent and reserved of a project's budget. */
export interface BudgetState {
  /** What jobs cost that have ended, in US dollars. */
  readonly spentUsd: number
  /** What is reserved for jobs that have not ended, or that nobody has settled yet, in US dollars. */
  readonly reservedUsd: number
  /** For how many jobs something is reserved. */
  readonly openJobs: number
}

/** What is spent and reserved of a project's budget, as it is stored; `undefined` when no job was ever run with one. Changes nothing. */
export async function budgetOf(project: string, place: StoragePlace, given: Abortable = {}): Promise<BudgetState | undefined> {
  assertGiven('budgetOf', [...placeProblemsOf(place), ...optionProblemsOf(given)])
  const { platform, bucket, prefix = '' } = place
  const { signal } = given
  const options = signal === undefined ? {} : { signal }
  const name = await platform.objects.bucket(bucket, { dryRun: true, ...options })
  const uri = budgetLedger({ bucket: name, prefix: keyPrefix(prefix), project: projectName(project) })
  const ledger = ledgerIn((await readSmall(uri, platform, options)) ?? '')
  if (ledger === undefined) return undefined
  const openJobs = Object.keys(ledger.reservations).length
  return { spentUsd: usdOf(ledger.spentMicroUsd), reservedUsd: usdOf(reservedIn(ledger)), openJobs }
}
