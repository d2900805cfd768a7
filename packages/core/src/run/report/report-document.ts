import type { JobPhase, JobState, UsageSample } from '../../platform/jobs.ts'
import type { Cost } from '../../spec/money/cost.ts'
import type { ReportedSearch } from './search-document.ts'

/** Everything a report shows, as plain data: what `ssm report --json` prints and the page holds. */
export interface ReportDocument {
  /** The version of this shape. */
  readonly v: 1
  /** The project, as far as it is known. */
  readonly project?: string
  /** The task, when the report is about one. */
  readonly task?: string
  /** What the report is about. */
  readonly about: 'job' | 'task' | 'project'
  /** Where the jobs ran: the platform's name and region. */
  readonly place: string
  /** When it was made, in milliseconds since 1970. */
  readonly madeAtMs: number
  /** The newest job of each task, or the one job that was asked for. */
  readonly jobs: readonly ReportedJob[]
  /** What flows between the tasks of a project: from the job of one to the job of another. */
  readonly edges: readonly ReportedEdge[]
  /** Searches of hyperparameters, the newest of a task first. Of their trials only the best one is among the jobs. */
  readonly searches: readonly ReportedSearch[]
  /** What is not in the report, in sentences. */
  readonly leftOut: readonly string[]
}

/** An output of one task's job that another task's job read. */
export interface ReportedEdge {
  /** The task whose output it is. */
  readonly from: string
  /** The task that read it. */
  readonly to: string
  /** The channel it was read by. */
  readonly channel: string
}

/** One job of a report. */
export interface ReportedJob {
  /** The task's name. */
  readonly task: string
  /** What is known of the job. */
  readonly state: JobState
  /** How it ended, or how it is doing, in one sentence. */
  readonly outcome: string
  /** Why it was started, as far as the records tell. */
  readonly because?: string
  /** What to do about a failure. */
  readonly hint?: string
  /** The attempts of this run, the oldest first; one when there was no other. */
  readonly attempts: readonly ReportedAttempt[]
  /** When each machine of this job worked; empty when there is only one. */
  readonly machines: readonly ReportedMachine[]
  /** What all attempts cost together. Unknown when no prices were asked for. */
  readonly cost: Cost
  /** Name → value, as text. */
  readonly hyperparameters: Readonly<Record<string, string>>
  /** Earlier jobs of the task, the newest first. */
  readonly earlier: readonly EarlierJob[]
  /** Every value of every metric, of each machine. */
  readonly series: readonly MetricSeries[]
  /** What the machines used, sampled every few seconds; empty where the platform does not measure it. */
  readonly usage: readonly UsageSample[]
  /** What is paid for and hardly used, as a sentence. */
  readonly usageHint?: string
  /** Where its inputs came from. */
  readonly inputs: readonly ReportedInput[]
  /** What it stored. */
  readonly outputs: readonly ReportedFiles[]
  /** Its files of code, and what is different from the job before. */
  readonly code: ReportedCode
  /** Lines of its log: the first and the last ones when there are too many. */
  readonly log: ReportedLog
  /** The request as it was sent, without the values of environment variables. */
  readonly request?: Readonly<Record<string, unknown>>
}

/** One of the jobs a run was tried with. */
export interface ReportedAttempt {
  /** Which attempt it is, from 1. */
  readonly number: number
  /** The job's name. */
  readonly job: string
  /** How it ended. */
  readonly status: JobState['status']
  /** What SageMaker said about its end. */
  readonly reason?: string
  /** Its phases, the oldest first. */
  readonly phases: readonly JobPhase[]
  /** How many machines it had. */
  readonly machines: number
  /**
   * When each of several machines worked; empty when there was only one. Of attempts before the newest one only the first and the last lines of
   * the log are read.
   */
  readonly atWork: readonly ReportedMachine[]
  /** The type of its machines, where it is known. */
  readonly instanceType?: string
  /** How long each machine ran, in seconds. */
  readonly ranSeconds: number
  /** What is billed for each machine, in seconds; absent where the platform does not tell. */
  readonly billedSeconds?: number
  /** How often spot capacity was taken away. */
  readonly interruptions: number
  /** What it cost. Unknown when no prices were asked for. */
  readonly cost: Cost
}

/** When a machine worked, told by its signs: SageMaker tells the phases of a job, not those of its machines. */
export interface ReportedMachine {
  /** `algo-1`, … */
  readonly machine: string
  /**
   * In each phase in which a program runs (`Training`, `Processing`): from the first to the last sign of work, a line of the log or a
   * measurement, in milliseconds since 1970. Without a sign there is none.
   */
  readonly atWork: readonly { readonly startedAtMs: number; readonly endedAtMs: number }[]
}

/** An earlier job, for comparison. */
export interface EarlierJob {
  /** The job's name. */
  readonly job: string
  /** How it ended. */
  readonly status: JobState['status']
  /** When it was submitted, in milliseconds since 1970. */
  readonly createdAtMs: number
  /** From its submission to its end, in seconds; absent while it runs. */
  readonly seconds?: number
  /** Name → value, as text; empty when no record is left. */
  readonly hyperparameters: Readonly<Record<string, string>>
  /** The last value of each metric, where the platform keeps them. */
  readonly metrics: Readonly<Record<string, number>>
}

/** The values of one metric that one machine printed. */
export interface MetricSeries {
  /** The metric's name. */
  readonly name: string
  /** `algo-1`, … */
  readonly machine: string
  /** When each value was printed, in milliseconds since 1970. */
  readonly atMs: readonly number[]
  /** The values, in the order in which they were printed. */
  readonly values: readonly number[]
}

/** Objects that are stored, as they are when the report is made. */
export interface StoredFiles {
  /** How many objects. */
  readonly files: number
  /** How many bytes they have together. */
  readonly bytes: number
  /** There are more than these, which were not counted. */
  readonly isMore?: true
  /** SHA-256 of the names, sizes and ETags of all of them; absent when not all were seen. */
  readonly digest?: string
  /** The first of them by name. */
  readonly first: readonly { readonly path: string; readonly bytes: number; readonly etag: string }[]
}

/** An input of a job. */
export interface ReportedInput {
  /** The channel's name. */
  readonly channel: string
  /** Where it lies. */
  readonly uri: string
  /** A digest of its content, or what else the fingerprint knows it by. */
  readonly digest?: string
  /** What lies there now; absent when it could not be listed. */
  readonly stored?: StoredFiles
}

/** Objects below one address: an output of a job, or the state of its task. */
export interface ReportedFiles extends StoredFiles {
  /** What it is: `model`, `output`, `state`, or a name the task chose. */
  readonly name: string
  /** Where it lies. */
  readonly uri: string
}

/** A job's code. */
export interface ReportedCode {
  /** Path → SHA-256 of its content. */
  readonly files: Readonly<Record<string, string>>
  /** What is different from the job before, in words: `code train.py`, `hyperparameter lr from 0.1 to 0.2`. */
  readonly changes: readonly string[]
  /** The completed job whose files of code were compared; absent without one. */
  readonly comparedWith?: string
  /** Files of code that are different from those of that job. */
  readonly changed: readonly ChangedFile[]
}

/** A file of code that is different from the same file of an earlier job. */
export interface ChangedFile {
  /** Its path in the code. */
  readonly path: string
  /** Whether it is in both jobs, only in this one, or only in the earlier one. */
  readonly kind: 'changed' | 'new' | 'gone'
  /**
   * Lines that differ, with three around them: only in the new text (`+`), only in the former (`-`), in both (a blank), and `…` where
   * lines are passed over. Absent for a file that is no text or too large, or that is not stored any more.
   */
  readonly lines?: readonly (readonly [side: ' ' | '+' | '-' | '…', text: string])[]
  /** How many more lines are not in the report. */
  readonly more?: number
}

/** Lines of a log. */
export interface ReportedLog {
  /** How many lines the log has. */
  readonly total: number
  /** Its first lines, or all of them. */
  readonly head: readonly ReportedLine[]
  /** Its last lines, when some between them and the first ones are left out. */
  readonly tail: readonly ReportedLine[]
}

/** One line: when, in milliseconds since 1970; the machine's number, from 1; the text. */
export type ReportedLine = readonly [atMs: number, machine: number, text: string]
