import type { JobKind } from '../job-kind.ts'
import type { Abortable } from '../../platform/abortable.ts'

/** Whose price is asked for: machines of one type for one use. */
export interface PriceQuestion {
  /** The type of machine: `ml.m5.large`. */
  readonly instanceType: string
  /** What it is rented for. */
  readonly use: JobKind
  /** Where it is: an AWS region, or a platform's own word. */
  readonly region: string
}

/** The price of one machine. */
export interface MachinePrice {
  /** US dollars an hour, on demand. */
  readonly usdPerHour: number
  /** Where it is from, for people: `AWS Price List of eu-west-1`. */
  readonly from: string
  /** The day it was looked up or published, as `2026-03-01`. */
  readonly asOf?: string
}

/** Tells what machines cost. */
export interface PriceSource {
  /**
   * The price of such a machine; `undefined` when it is not known. May reject: the price then counts as unknown, and no run
   * fails for it.
   */
  priceOf(question: PriceQuestion, options?: Abortable): Promise<MachinePrice | undefined>
}
