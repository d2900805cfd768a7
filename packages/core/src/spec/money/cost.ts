/** What is not known about a cost, and why. Never stands for zero. */
export interface UnknownCost {
  readonly kind: 'unknown'
  /** Why it is not known, as a sentence without a full stop. */
  readonly because: string
}

/** The most that a job's machines can cost, known before it is submitted. */
export interface KnownCeiling {
  readonly kind: 'known'
  /** The machines for the whole `maxRun`, at the price on demand: in US dollars. */
  readonly ceilingUsd: number
  /** Keeping them warm after the job for as long as was asked, in US dollars; 0 without `warm`. Not part of `ceilingUsd`. */
  readonly warmCeilingUsd: number
  /** What one machine costs an hour, on demand, in US dollars. Of several types: of the dearest. */
  readonly usdPerHour: number
  /** The type of machine that this is the price of. */
  readonly instanceType: string
  /** How many machines. */
  readonly machines: number
  /** How long they may run, in seconds. */
  readonly maxSeconds: number
  /** Where the price is from: `AWS Price List of eu-west-1`, a file. */
  readonly pricesFrom: string
  /** The day of the price, as `2026-03-01`; absent when it is not known. */
  readonly pricesAsOf?: string
  /** What is billed too and not part of it. */
  readonly notCounted: readonly string[]
}

/** The most that a job can cost, or why that is not known. */
export type CostCeiling = KnownCeiling | UnknownCost

/** What a job's machines cost. */
export interface KnownCost {
  readonly kind: 'known'
  /** What is billed for the machines while the job had them, in US dollars. Of a running job: so far. */
  readonly usd: number
  /** What spot took off the price, in US dollars. */
  readonly savedUsd: number
  /** What is billed for keeping the machines warm after the job, in US dollars. Not part of `usd`. */
  readonly warmUsd: number
  /** Whether the job has ended, so that `usd` never changes again. */
  readonly isFinal: boolean
  /** What all its machines cost an hour, on demand, in US dollars. */
  readonly usdPerHour: number
  /** What is billed: seconds of all machines together. */
  readonly billedMachineSeconds: number
  /** Where the price is from: `AWS Price List of eu-west-1`, a file. */
  readonly pricesFrom: string
  /** The day of the price, as `2026-03-01`; absent when it is not known. */
  readonly pricesAsOf?: string
  /** What is billed too and not part of it. */
  readonly notCounted: readonly string[]
}

/** What a job cost, or why that is not known. */
export type Cost = KnownCost | UnknownCost

/** What a run cost: all its attempts together. */
export interface KnownRunCost extends KnownCost {
  /** The most that it could have cost, in US dollars. */
  readonly ceilingUsd: number
}

/** What a run cost, or why that is not known. */
export type RunCost = KnownRunCost | UnknownCost
