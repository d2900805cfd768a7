import { join } from 'node:path'
import { cacheFolder } from '../../files/cache.ts'
import { readText } from '../../files/read.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { PriceSource } from '../../spec/money/prices.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, openClients, type ClientOptions, type Clients } from '../clients.ts'
import { freshTokens } from '../page-tokens.ts'
import { partitionOf } from '../partition.ts'
import { withErrorTranslation } from '../translate.ts'
import { components, pricesIn, type PricesByUse } from './price-list.ts'

/** How long a list that was fetched is good. */
const keptMs = 7 * 86_400_000

/** Prices of one region, as they were fetched. */
interface FetchedPrices {
  readonly v: 1
  readonly region: string
  readonly atMs: number
  readonly usdPerHour: PricesByUse
}

/**
 * The prices of the AWS Price List, on demand: of a region all at once, which are kept in the user's cache folder for seven days. When
 * newer ones cannot be fetched, older ones still count, with their day. Needs `pricing:GetProducts`, and nothing before it is asked.
 * China has its prices in another currency, and the other partitions have no such list that their credentials may ask.
 */
export function awsPrices(options: ClientOptions, clock: Pick<Clock, 'now'>): PriceSource {
  const known = new Map<string, Promise<FetchedPrices>>()
  return {
    async priceOf({ instanceType, use, region }, { signal } = {}) {
      if (partitionOf(region).name !== 'aws') return undefined
      const pending = known.get(region) ?? regionPrices(region, options, clock, signal)
      known.set(region, pending)
      // What failed may be asked again by the next run of a long-lived program.
      pending.catch(() => known.delete(region))
      const prices = await pending
      const usdPerHour = Object.hasOwn(prices.usdPerHour[use], instanceType) ? prices.usdPerHour[use][instanceType] : undefined
      if (usdPerHour === undefined) return undefined
      return { usdPerHour, from: `AWS Price List of ${region}`, asOf: new Date(prices.atMs).toISOString().slice(0, 10) }
    },
  }
}

async function regionPrices(
  region: string,
  options: ClientOptions,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal | undefined,
): Promise<FetchedPrices> {
  const path = join(cacheFolder(), 'prices', `${region}.json`)
  const kept = keptIn(await readText(path).catch(() => undefined), region)
  const age = kept === undefined ? Infinity : clock.now() - kept.atMs
  // The clocks of two computers that share a home may differ.
  if (kept !== undefined && Math.abs(age) < keptMs) return kept
  try {
    const fetched: FetchedPrices = { v: 1, region, atMs: clock.now(), usdPerHour: await fetchPrices(region, options, signal) }
    // Without a cache they are fetched again.
    await writeWhole(path, Buffer.from(JSON.stringify(fetched))).catch(() => undefined)
    return fetched
  } catch (cause) {
    if (kept === undefined) throw cause
    return kept
  }
}

async function fetchPrices(region: string, options: ClientOptions, signal: AbortSignal | undefined): Promise<PricesByUse> {
  // Nobody waits long for a price.
  await using clients = openClients({ maxAttempts: 3, ...options, region: listRegion(region) })
  const [training, processing] = await Promise.all([
    fetchUse('training', region, clients, signal),
    fetchUse('processing', region, clients, signal),
  ])
  if (Object.keys(training).length === 0 && Object.keys(processing).length === 0)
    throw new PlatformError('PLATFORM_UNSUPPORTED', `The AWS Price List has no machines of SageMaker in ${region}.`, {
      hint: 'Name a file with prices.',
      facts: { region },
    })
  return { training, processing }
}

async function fetchUse(
  use: JobKind,
  region: string,
  clients: Clients,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, number>>> {
  const { client, sdk } = await clients.open('pricing')
  const operation = { action: 'pricing:GetProducts' }
  const fresh = freshTokens(operation)
  const filter = (Field: string, Value: string) => ({ Type: 'TERM_MATCH' as const, Field, Value })
  const asked = {
    ServiceCode: 'AmazonSageMaker',
    FormatVersion: 'aws_v1',
    MaxResults: 100,
    Filters: [filter('regionCode', region), filter('component', components[use])],
  }
  const entries: string[] = []
  let token: string | undefined
  do {
    const input = { ...asked, ...(token === undefined ? {} : { NextToken: token }) }
    const page = await withErrorTranslation(operation, signal, () =>
      client.send(new sdk.GetProductsCommand(input), abortable(signal)),
    )
    entries.push(...textsIn(page.PriceList))
    token = fresh(page.NextToken)
  } while (token !== undefined)
  return pricesIn(entries, use)
}

/** The SDK gives each entry as a text, or as an object that stands for one. */
const textsIn = (list: unknown): readonly string[] => (Array.isArray(list) ? (list as readonly unknown[]).map(String) : [])

/** The list answers in three regions: the nearest one. */
export function listRegion(region: string): string {
  if (/^(eu|me|af|il)-/.test(region)) return 'eu-central-1'
  return region.startsWith('ap-') ? 'ap-south-1' : 'us-east-1'
}

/** Prices that were kept; `undefined` for what is none, whoever wrote it. */
function keptIn(text: string | undefined, region: string): FetchedPrices | undefined {
  if (text === undefined) return undefined
  try {
    const kept = JSON.parse(text) as Partial<FetchedPrices> | null
    const { v, atMs, usdPerHour } = kept ?? {}
    const isWhole = v === 1 && kept?.region === region && typeof atMs === 'number' && Number.isFinite(atMs)
    const tables = [usdPerHour?.training, usdPerHour?.processing]
    return isWhole && tables.every(isTable) ? (kept as FetchedPrices) : undefined // looked at field by field
  } catch {
    return undefined
  }
}

const isTable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((usd) => typeof usd === 'number' && usd > 0)
