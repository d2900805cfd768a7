import { SsmError } from '../errors/ssm-error.ts'
import { readText } from '../files/read.ts'
import type { PriceSource } from '../spec/money/prices.ts'
import type { JobKind } from '../spec/job-kind.ts'

/** A file's prices: type of machine → US dollars an hour, alike for both uses or for each. */
export interface PriceTable {
  /** The day of these prices: `2026-03-01`. */
  readonly asOf: string
  /** The region they hold for; absent: everywhere. */
  readonly region?: string
  readonly usdPerHour: Readonly<Record<string, number | Readonly<Partial<Record<JobKind, number>>>>>
}

/** The prices of a dated file. It is read when the first price is asked for. */
export function filePrices(path: string): PriceSource {
  let table: Promise<PriceTable> | undefined
  return {
    async priceOf({ instanceType, use, region }) {
      const { asOf, usdPerHour, region: where } = await (table ??= readTable(path))
      if (where !== undefined && where !== region) return undefined
      const price = Object.hasOwn(usdPerHour, instanceType) ? usdPerHour[instanceType] : undefined
      const hourly = typeof price === 'number' ? price : price?.[use]
      return hourly === undefined ? undefined : { usdPerHour: hourly, from: path, asOf }
    },
  }
}

/**
 * Refuses a file of prices that is missing, cannot be read, or holds no prices: without this each price of it would be one that could not
 * be found out.
 * @throws {SsmError} `USAGE`, `STORAGE_DENIED`.
 */
export async function assertPriceFile(path: string): Promise<void> {
  await readTable(path)
}

async function readTable(path: string): Promise<PriceTable> {
  const text = await readText(path)
  if (text === undefined) throw wrong(path, 'does not exist')
  return priceTable(text, path)
}

/**
 * A table of prices from its text.
 * @throws {SsmError} `USAGE` for what is none.
 */
export function priceTable(text: string, path: string): PriceTable {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong(path, 'is not valid JSON')
  }
  if (!isObject(value) || !isObject(value['usdPerHour'])) throw wrong(path, 'has no object usdPerHour')
  const { asOf, region, usdPerHour } = value
  if (typeof asOf !== 'string' || !isDay(asOf)) throw wrong(path, 'does not say from which day its prices are (asOf)')
  if (region !== undefined && typeof region !== 'string') throw wrong(path, 'has a region that is no text')
  for (const [type, price] of Object.entries(usdPerHour))
    if (
      !isAmount(price) &&
      !(isObject(price) && Object.entries(price).every(([use, one]) => uses.includes(use) && isAmount(one)))
    )
      throw wrong(path, `has a price of ${type} that is no amount of US dollars an hour`)
  return value as unknown as PriceTable // looked at field by field
}

const uses = ['training', 'processing']
const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrong = (path: string, why: string): SsmError =>
  new SsmError('USAGE', `The file of prices ${path} ${why}`, {
    hint: 'For example: { "asOf": "2026-03-01", "usdPerHour": { "ml.m5.large": 0.115 } }',
    facts: { path },
  })
