import type { ProjectName, TaskName } from '../names/task-name.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { JobRef, JobState } from '../platform/jobs.ts'
import type { StoredObject } from '../platform/objects.ts'
import type { Downloaded, DownloadOptions, SeriesPoint } from '../run/results/task-result.ts'
import type { StoredSearch } from '../search/found.ts'
import type { OutputName } from '../spec/outputs.ts'
import type { StoredOutput } from '../spec/result.ts'
import type { Platforms } from './platforms.ts'

/** Which parts of which job to bring, and until when. */
export interface StoredDownloadOptions extends DownloadOptions {
  /** One of the task's jobs or its name, also one that failed; default the newest completed one. */
  readonly job?: JobRef | string
}

/** Which metrics of which job. */
export interface SeriesOptions extends Abortable {
  /** One of the task's jobs or its name; default the newest one. */
  readonly job?: JobRef | string
  /** Metric → a regular expression whose first group is the value; default those of the job. */
  readonly metrics?: Readonly<Record<string, string | RegExp>>
}

/** What earlier jobs of a task left. */
export interface TaskStore<Out extends string = never> {
  /** The task's jobs, newest first. */
  jobs(options?: Abortable): AsyncIterable<JobState>
  /** Asks the newest job to stop, when it is running. Gives that job. */
  stop(options?: Abortable): Promise<JobState | undefined>
  /** The outputs of the newest completed job, or of another one. @throws {SsmError} `OUTPUT_MISSING` when there is none. */
  outputs(options?: Pick<StoredDownloadOptions, 'job' | 'signal'>): Promise<OutputsFound<Out>>
  /** Downloads parts of the newest completed job, or of another one, as a result's `download` does. */
  download(folder: string, options?: StoredDownloadOptions): Promise<Downloaded>
  /** Every value of each metric of the newest job, or of another one, read from its log; `metrics` gives other expressions than the job's own. */
  series(options?: SeriesOptions): Promise<Readonly<Record<string, readonly SeriesPoint[]>>>
  /** Searches of the task's hyperparameters, newest first, with the trials as they are noted. */
  searches(options?: Abortable): Promise<readonly StoredSearch[]>
  /** What lies in the task's state. */
  state(options?: Abortable): AsyncIterable<StoredObject>
  /**
   * Removes the task's state, and nothing beside it. Gives the number of objects that are gone.
   * @throws {SsmError} `STATE_IN_USE` while a job of the task is running.
   */
  cleanState(options?: Abortable): Promise<number>
}

/** The outputs of a task: those of its kind when the project knows it, else those there may be. */
export type OutputsFound<Out extends string> = [Out] extends [never]
  ? { readonly [Name in OutputName]?: StoredOutput<Name> }
  : { readonly [Name in Out]: StoredOutput<Name> }

/** Which task, and where. */
export interface TaskStorePlace {
  readonly platforms: Platforms
  readonly project: ProjectName
  readonly task: TaskName
  readonly prefix: string
  readonly bucket: string | undefined
}
