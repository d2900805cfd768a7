import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JobName } from '../../names/job-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobPhase } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { FollowOptions, LogLine } from '../../platform/logs.ts'
import type { OutputName, ProcessingOutput } from '../../spec/outputs.ts'
import type { RunCost } from '../../spec/money/cost.ts'
import type { AttemptReport, Decision, StoredOutput } from '../../spec/result.ts'

/** What can be downloaded of a job. */
export type Downloadable = OutputName | 'logs' | (string & {})

/** Which parts of a job to bring, and until when. */
export interface DownloadOptions extends Abortable {
  /** Which parts; default the logs and every output but the source. */
  readonly only?: readonly Downloadable[]
  /** Whether archives are unpacked; default `true`. With `false` they arrive as they are: `model/model.tar.gz`. */
  readonly unpack?: boolean
}

/** What a download brought: part → files, and where it lies. */
export interface Downloaded {
  /** Where it lies now. */
  readonly folder: string
  /** Files per part; a part that the job left nothing of is absent. */
  readonly files: Readonly<Partial<Record<OutputName | 'logs', number>> & Record<string, number | undefined>>
  /** What did not arrive as it was, in sentences: links that lead outside their archive. */
  readonly warnings: readonly string[]
}

/** A value of a metric, as a machine printed it. */
export interface SeriesPoint {
  /** The machine: `algo-1`, … */
  readonly machine: string
  /** The value. */
  readonly value: number
  /** When it was printed, in milliseconds since 1970. */
  readonly atMs: number
}

/** Names of metrics for completion; others may be there, too. */
export type MetricName<Metric extends string> = [Metric] extends [never] ? string : Metric | (string & {})

/**
 * Metric → its last value; one that matched no line is absent. These are the names that `.metric()`, `.metrics()`, `.with()` and the
 * project's `defaults` set. When none is set, or one whose name is only known at run time, any name may be there.
 */
export type MetricValues<Metric extends string> = [Metric] extends [never]
  ? Readonly<Record<string, number | undefined>>
  : string extends Metric
    ? Readonly<Record<string, number | undefined>>
    : { readonly [Name in Metric]?: number }

/** The result of a task of which only the name is known: a processing task has no model. */
export interface AnyTaskResult extends Omit<TaskResult, 'outputs'> {
  /** Where its outputs lie; only a training task has a model. */
  readonly outputs: TaskResult<ProcessingOutput>['outputs'] & {
    /** What a training task left as its model. */
    readonly model?: StoredOutput<'model'>
  }
}

/** What came out of a task: give `outputs.model` to another task's `.input.from()`. */
export interface TaskResult<Out extends string = OutputName, Result = unknown, Metric extends string = string> {
  /** The task's name. */
  readonly task: string
  /** Whether it is a training or a processing task. */
  readonly kind: JobKind
  /** The job that made it. */
  readonly job: JobName
  /** How the job came to be: started, joined, or skipped because nothing had changed. */
  readonly decision: Decision
  /** Where its outputs lie: `outputs.model.uri`. */
  readonly outputs: { readonly [Name in Out]: StoredOutput<Name> }
  /** What the work wrote with its toolkit's result call, checked by the task's schema; `undefined` without one. */
  readonly result: Result
  /** The last value of each metric. */
  readonly metrics: MetricValues<Metric>
  /** The phases the job went through, in order: starting, downloading, training, uploading. */
  readonly phases: readonly JobPhase[]
  /** From the job's first phase to its end, in seconds. */
  readonly seconds: number
  /** Every job that this run was tried with, the oldest first; the last one made the result. One without `.retry()`. */
  readonly attempts: readonly AttemptReport[]
  /**
   * What the machines of all attempts cost, and what spot saved; of a skipped task, what its job cost then. Unknown when the project has
   * neither prices nor a budget, or when a price is not known.
   */
  readonly cost: RunCost
  /** What is billed, per machine, in seconds; training on AWS only. */
  readonly billableSeconds: number | undefined
  /** The share of the price that spot saved, 0 to 1; training on AWS only. */
  readonly savings: number | undefined
  /**
   * A document of an output, read and checked by its schema: of `rows.jsonl` a list with one for each line. At most 16 MiB.
   *
   * @example const report = await result.document('model', 'report.json', Report)
   * @throws {ResultInvalidError} when it is not there or has another shape. {InvalidTaskError} for an output that the task does not have.
   */
  document<Schema extends StandardSchemaV1, const File extends string>(
    output: Exclude<Out, 'source' | 'state'>,
    file: File,
    schema: Schema,
    options?: Abortable,
  ): Promise<File extends `${string}.jsonl` ? StandardSchemaV1.InferOutput<Schema>[] : StandardSchemaV1.InferOutput<Schema>>
  /**
   * Brings the job's logs and outputs into a folder: `logs/ model/ output/ state/`, archives unpacked, each part whole or
   * not at all. What an earlier download left in those folders is replaced. A folder with anything else in it gets the files
   * one by one and keeps what is not from a download; where such a file is in the way, nothing is changed.
   * Links in an archive arrive as copies of what they point to.
   *
   * @example await result.download('./out', { only: ['model'] })
   * @throws {SsmError} `ARCHIVE_UNSAFE`, `STORAGE_FULL`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
   */
  download(folder: string, options?: DownloadOptions): Promise<Downloaded>
  /**
   * Writes a page about the job for a browser: how it went, its metrics, log, inputs and outputs. Replaces an earlier report of this
   * name, and no other file.
   * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
   */
  report(file: string, options?: Abortable): Promise<void>
  /**
   * Every value of a metric, of every machine, in the order of the log, which is read anew.
   *
   * @example const losses = (await result.series('loss')).map(({ value }) => value)
   * @throws {InvalidTaskError} when the task has no such metric.
   */
  series(metric: MetricName<Metric>, options?: Abortable): Promise<readonly SeriesPoint[]>
  /** Every line of every machine, read anew. */
  logs(options?: Omit<FollowOptions, 'untilNow'>): AsyncIterable<LogLine>
}
