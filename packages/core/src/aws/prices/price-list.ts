import type { JobKind } from '../../spec/job-kind.ts'

/** US dollars an hour, by use and type of machine. */
export type PricesByUse = Readonly<Record<JobKind, Readonly<Record<string, number>>>>

/** What the list calls each use: in its attribute `component`, and in its usage types. */
export const components: Readonly<Record<JobKind, string>> = { training: 'Training', processing: 'Processing' }
const usageNames: Readonly<Record<JobKind, string>> = { training: 'Train', processing: 'Processing' }

/**
 * The prices in entries of the AWS Price List for one use: type of machine → US dollars an hour, on demand. A row belongs to a machine by
 * its usage type, such as `USE1-Train:ml.m5.large`: some rows leave the attributes for the type empty. Rows for disks, and those that
 * are not in US dollars, are passed over. Of several prices the highest counts.
 */
export function pricesIn(entries: readonly string[], use: JobKind): Readonly<Record<string, number>> {
  const prices = new Map<string, number>()
  for (const entry of entries) {
    const product = productIn(entry)
    const type = typeOf(product, use)
    const usd = hourlyUsd(product)
    if (type !== undefined && usd !== undefined) prices.set(type, Math.max(usd, prices.get(type) ?? 0))
  }
  return Object.fromEntries(prices)
}

type Loose = Readonly<Record<string, unknown>>

function productIn(entry: string): Loose {
  try {
    return fields(JSON.parse(entry))
  } catch {
    return {}
  }
}

function typeOf(product: Loose, use: JobKind): string | undefined {
  const { usagetype } = fields(fields(product['product'])['attributes'])
  if (typeof usagetype !== 'string') return undefined
  const found = /^(?:[A-Z0-9]+-)?([A-Za-z]+):(ml\.[a-z0-9-]+\.[a-z0-9-]+)$/.exec(usagetype)
  return found?.[1] === usageNames[use] ? found[2] : undefined
}

function hourlyUsd(product: Loose): number | undefined {
  const offers = Object.values(fields(fields(product['terms'])['OnDemand']))
  const amounts = offers
    .flatMap((offer) => Object.values(fields(fields(offer)['priceDimensions'])))
    .map(fields)
    .filter(({ unit }) => typeof unit === 'string' && /^(hrs|hours?)$/i.test(unit))
    .map(({ pricePerUnit }) => Number(fields(pricePerUnit)['USD']))
    .filter((usd) => Number.isFinite(usd) && usd > 0)
  return amounts.length === 0 ? undefined : Math.max(...amounts)
}

const fields = (value: unknown): Loose => (typeof value === 'object' && value !== null ? (value as Loose) : {}) // any JSON
