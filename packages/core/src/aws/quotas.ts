import type { ServiceQuota } from '@aws-sdk/client-service-quotas'
import { abortable, openClients, type ClientOptions } from './clients.ts'
import { freshTokens } from './page-tokens.ts'
import { withErrorTranslation } from './translate.ts'

/** Machines of one type for one use: each such pair has a quota of its own. */
export interface MachineUse {
  /** The type of machine. */
  readonly instanceType: string
  /** What it is rented for. */
  readonly use: 'training' | 'spot training' | 'processing'
}

/** How many machines the account may rent at once in this region. */
export interface MachineQuota extends MachineUse {
  /** How many may be rented at once. */
  readonly machines: number
  /** What Service Quotas calls it, in the console and in requests for more: `L-3F53BF0F`. */
  readonly code: string
}

/**
 * What the account may rent of these machines, in the order AWS lists them. Of a machine that AWS lists no quota for, there is
 * no answer. Asks page after page and stops at the last one it needs; changes nothing.
 * @throws {PlatformError} `PLATFORM_DENIED` when the caller may not list quotas; an abort rejects with `signal.reason`.
 */
export async function machineQuotas(
  wanted: readonly MachineUse[],
  options: ClientOptions & {
    /** Ends the call early: it rejects with `signal.reason`. */
    readonly signal?: AbortSignal
  } = {},
): Promise<readonly MachineQuota[]> {
  const { signal } = options
  await using clients = openClients(options)
  const { client, sdk } = await clients.open('quotas')
  const missing = new Map(wanted.map((use) => [quotaName(use), use]))
  const found: MachineQuota[] = []
  const operation = { action: 'servicequotas:ListServiceQuotas' }
  const fresh = freshTokens(operation)
  let token: string | undefined
  do {
    const input = { ServiceCode: 'sagemaker', MaxResults: 100, ...(token === undefined ? {} : { NextToken: token }) }
    const page = await withErrorTranslation(operation, signal, () =>
      client.send(new sdk.ListServiceQuotasCommand(input), abortable(signal)),
    )
    for (const quota of quotasOf(page.Quotas ?? [], missing)) {
      found.push(quota)
      missing.delete(quotaName(quota))
    }
    token = fresh(page.NextToken)
    // There are thousands of them, on twenty pages and more.
  } while (token !== undefined && missing.size > 0)
  return found
}

/** The quotas of one page that are asked for, by their names. Others, and those without a value, are passed over. */
export function quotasOf(page: readonly ServiceQuota[], asked: ReadonlyMap<string, MachineUse>): readonly MachineQuota[] {
  return page.flatMap(({ QuotaName = '', QuotaCode, Value }) => {
    const use = asked.get(QuotaName)
    return use === undefined || QuotaCode === undefined || Value === undefined
      ? []
      : [{ ...use, machines: Value, code: QuotaCode }]
  })
}

/** As SageMaker names it, here and in the error of a job that asks for too much. */
const quotaName = ({ instanceType, use }: MachineUse): string => `${instanceType} for ${use} job usage`
