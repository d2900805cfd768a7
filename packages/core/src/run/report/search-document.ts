import type { Cost } from '../../spec/money/cost.ts'

/** A search of hyperparameters, as a report shows it. */
export interface ReportedSearch {
  /** The task that was varied. */
  readonly task: string
  /** When it began, in milliseconds since 1970, where that is known. */
  readonly createdAtMs?: number
  /** The metric, and where it should go; absent for variants by hand without one. */
  readonly goal?: { readonly metric: string; readonly direction: 'minimize' | 'maximize' }
  /** What was searched, in the order of the search. */
  readonly parameters: readonly SearchedParameter[]
  /** Its trials, in the order of their numbers. */
  readonly trials: readonly ReportedTrial[]
  /** The number of the best completed trial. */
  readonly best?: number
  /** How much each hyperparameter alone tells of the result. */
  readonly importance: Importance
  /** What all trials cost together. Unknown when no prices were asked for. */
  readonly cost: Cost
}

/** A hyperparameter of a search, and what it could be. */
export type SearchedParameter =
  | {
      readonly name: string
      readonly kind: 'range'
      /** `float`: every number alike; `log`: every order of magnitude alike; `int`: whole numbers. */
      readonly scale: 'float' | 'log' | 'int'
      /** The lowest value. */
      readonly min: number
      /** The highest value. */
      readonly max: number
    }
  | {
      readonly name: string
      readonly kind: 'choice'
      /** The values, as text. */
      readonly values: readonly string[]
    }

/** A trial of a search. */
export interface ReportedTrial {
  /** Which trial it is, from 1. */
  readonly number: number
  /** The name of its task. */
  readonly task: string
  /** How it stands or ended. */
  readonly status: 'running' | 'completed' | 'stopped-early' | 'failed' | 'stopped'
  /** Hyperparameter → its value: a number of a range, else a text. */
  readonly values: Readonly<Record<string, number | string>>
  /** The last value of the searched metric. */
  readonly value?: number
  /** Some values of the searched metric in their order, the last one among them: which value it was, from 1, and the value. */
  readonly course: readonly (readonly [step: number, value: number])[]
  /** Its last job. */
  readonly job?: string
  /** From the submission of the job to its end, in seconds. */
  readonly seconds?: number
  /** What is billed for each machine, in seconds. */
  readonly billedSeconds?: number
  /** Why it failed. */
  readonly message?: string
  /** What its last job cost; absent when no prices were asked for. */
  readonly cost?: Cost
}

/** How much each hyperparameter alone tells of the result, or why that cannot be said. */
export type Importance =
  | {
      readonly kind: 'known'
      /** Of how many trials. */
      readonly trials: number
      /**
       * From 0 to 1: the share of the differences between the trials' ranks that the values of this hyperparameter alone explain (adjusted η²
       * of the ranks, as in the Kruskal–Wallis test). Absent for one that had the same value in all trials, or another one in each. The greatest first.
       */
      readonly parameters: readonly { readonly name: string; readonly share?: number }[]
    }
  | {
      readonly kind: 'unknown'
      /** Why, as a sentence without a full stop. */
      readonly because: string
    }
