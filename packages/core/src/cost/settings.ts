import { unknownFields, type Fields } from '../options/did-you-mean.ts'
import { homeProblems, InvalidTaskError } from '../options/errors.ts'
import type { FoundProblem } from '../options/option.ts'
import type { PriceChoice } from './choice.ts'

/** What all jobs of a project may cost together. */
export interface Budget {
  /** US dollars, above 0. */
  readonly usd: number
  /**
   * What becomes of a job whose price is not known: `'refuse'`, the default, starts none; `'allow'` starts it, and it is not
   * counted.
   */
  readonly unknownPrices?: 'refuse' | 'allow'
}

/** What a project wants to know, and to have observed, about what its jobs cost. */
export interface MoneySettings {
  readonly prices: PriceChoice
  readonly budget?: Budget
}

/** What is wrong with the settings. */
export const moneyProblems = ({
  prices,
  budget,
}: {
  readonly prices?: PriceChoice | undefined
  readonly budget?: Budget | undefined
}): readonly FoundProblem[] => [
  ...(prices === undefined ? [] : pricesProblems(prices)),
  ...(budget === undefined ? [] : budgetProblems(budget)),
]

const budgetFields: Fields<Budget> = { usd: true, unknownPrices: true }

/**
 * The settings of a project; `undefined` when it asks for nothing: then nothing is looked up.
 * @throws {InvalidTaskError} for what is no source of prices, and no budget.
 */
export function moneySettings(
  project: string,
  { prices, budget }: { readonly prices?: PriceChoice | undefined; readonly budget?: Budget | undefined },
): MoneySettings | undefined {
  const problems = moneyProblems({ prices, budget })
  if (problems.length > 0) throw new InvalidTaskError(project, problems)
  if (prices === undefined && budget === undefined) return undefined
  return { prices: prices ?? 'platform', ...(budget === undefined ? {} : { budget }) }
}

function pricesProblems(value: unknown): readonly FoundProblem[] {
  const given = Object(value) as { readonly file?: unknown; readonly priceOf?: unknown }
  if (value === 'platform' || typeof given.priceOf === 'function') return []
  if (typeof given.file === 'string' && given.file.trim() !== '') return homeProblems('prices.file', given.file)
  const hint = "Write prices: 'platform', { file: 'prices.json' }, or an object with a method priceOf."
  return [{ path: 'prices', value, message: 'must be a source of prices', hint }]
}

function budgetProblems(value: unknown): readonly FoundProblem[] {
  const { usd, unknownPrices } = Object(value) as { readonly usd?: unknown; readonly unknownPrices?: unknown }
  const hint = 'Write it as budget: { usd: 50 }.'
  const isAmount = typeof usd === 'number' && usd > 0 && usd <= mostUsd
  return [
    ...unknownFields(Object(value) as object, budgetFields, 'budget'),
    ...(isAmount
      ? []
      : [{ path: 'budget.usd', value: usd, message: `must be an amount of US dollars above 0, up to ${mostUsd}`, hint }]),
    ...(unknownPrices === undefined || unknownPrices === 'refuse' || unknownPrices === 'allow'
      ? []
      : [
          {
            path: 'budget.unknownPrices',
            value: unknownPrices,
            message: "must be 'refuse' or 'allow'",
            hint: 'Leave it out to refuse.',
          },
        ]),
  ]
}

/** Amounts are kept in millionths of a dollar, exactly. */
const mostUsd = 1_000_000_000
