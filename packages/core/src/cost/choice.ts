import { isError } from '../lang/realms.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { Platform } from '../platform/platform.ts'
import type { PriceQuestion, PriceSource } from '../spec/money/prices.ts'
import { filePrices } from './file-prices.ts'
import type { PriceAnswer } from './ceiling.ts'

/** Where prices are from: the platform's own source, a dated file, or a source of your own. */
export type PriceChoice =
  | 'platform'
  | {
      /** The path of a file with prices: `{ "asOf": "2026-03-01", "usdPerHour": { "ml.m5.large": 0.115 } }`. */
      readonly file: string
    }
  | PriceSource

/** Asks for the price of one type of machine. Never rejects but for an abort: what cannot be found out is unknown. */
export type AskPrice = (question: Omit<PriceQuestion, 'region'>, options?: Abortable) => Promise<PriceAnswer>

/** Prices of a platform's machines, each asked for once. */
export function openPrices(choice: PriceChoice, platform: Platform): AskPrice {
  const source = sourceOf(choice, platform)
  const asked = new Map<string, Promise<PriceAnswer>>()
  return async (question, { signal } = {}) => {
    if (source === undefined)
      return { because: `the ${platform.name} platform knows no prices; name a file with prices, or a source of your own` }
    const key = `${question.use} ${question.instanceType}`
    const answer = asked.get(key) ?? answered(source, question, platform)
    asked.set(key, answer)
    signal?.throwIfAborted()
    return await answer
  }
}

function sourceOf(choice: PriceChoice, platform: Platform): PriceSource | undefined {
  if (choice === 'platform') return platform.prices
  return 'file' in choice ? filePrices(choice.file) : choice
}

async function answered(source: PriceSource, question: Omit<PriceQuestion, 'region'>, platform: Platform): Promise<PriceAnswer> {
  try {
    const region = await platform.region()
    const price = await inTime((signal) => source.priceOf({ ...question, region }, { signal }))
    if (price === undefined) return { because: `there is no price of ${question.instanceType} for ${question.use} in ${region}` }
    if (!Number.isFinite(price.usdPerHour) || price.usdPerHour < 0)
      return { because: `the price of ${question.instanceType} is no amount of US dollars: ${String(price.usdPerHour)}` }
    return price
  } catch (cause) {
    return {
      because: `the price of ${question.instanceType} could not be found out: ${isError(cause) ? cause.message : String(cause)}`,
    }
  }
}

/** How long a source may take: a run waits for its prices. */
const answerWithinMs = 20_000

async function inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new Error(`there was no answer within ${answerWithinMs / 1_000} seconds`)
      late.abort(reason)
      reject(reason)
    }, answerWithinMs)
  })
  try {
    return await Promise.race([ask(late.signal), over])
  } finally {
    clearTimeout(timer)
  }
}
