import { isSsmError, SsmError } from '../../errors/ssm-error.ts'
import { isCallable } from '../../lang/realms.ts'
import { layoutOf, type TaskLayout } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { Fields } from '../../options/did-you-mean.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { isTerminal, type JobState } from '../../platform/jobs.ts'
import { pastJobs } from '../decide/history.ts'
import { refuseWhenDescribing } from './describe-only.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from './given.ts'
import { listTasks, type StoragePlace } from './projects.ts'

/** Whose old jobs are removed. */
export interface CleanPlace extends StoragePlace {
  /** The project whose jobs are looked at. */
  readonly project: string
  /** One task; default all tasks of the project. */
  readonly task?: string
}

/** Jobs that are to be removed, with all that is stored of them: code, record, outputs, and on the local platform the log. */
export interface OldJobs {
  /** The jobs, the newest first. */
  readonly jobs: readonly JobState[]
  /** How many objects they have in the bucket. */
  readonly objects: number
  /** How many bytes these are. */
  readonly bytes: number
  /**
   * Jobs that stay although they are old: their results could not be stored, and would be lost. Run such a task again, unchanged, to have
   * them stored; `failureReason` says where they are.
   */
  readonly unstored: readonly JobState[]
}

/** Which jobs are removed, and who confirms it. */
export interface CleanOptions extends Abortable {
  /** How many of the newest jobs of each task stay: 1 or more. */
  readonly keep: number
  /** Asked once, before anything is removed; nothing is removed unless it answers `true`. Not asked when there is nothing. */
  readonly confirm: (old: OldJobs) => boolean | Promise<boolean>
}

const cleanFields: Fields<CleanOptions> = { keep: true, confirm: true, signal: true }

/**
 * Removes old jobs. The newest ones of each task stay as far as `keep` says, and always the newest completed one, jobs that
 * have not ended, and jobs whose results are still to be stored. Inputs and state of the tasks stay. Gives what was removed.
 *
 * @throws {SsmError} `TASK_INVALID` when `keep` is not a whole number of 1 or more; `STORAGE_DENIED` when something in a local job's folder
 *   cannot be removed, such as an immutable file: all else was removed, and the message names what stays.
 */
export async function cleanJobs(place: CleanPlace, given: CleanOptions): Promise<OldJobs> {
  refuseWhenDescribing([])
  assertGiven('cleanJobs', [...placeProblemsOf(place), ...optionProblemsOf(given, cleanFields)])
  const { keep, confirm, signal } = given
  if (!isCallable(confirm)) assertGiven('cleanJobs', [{ path: 'confirm', value: confirm, message: 'must be a function' }])
  if (!Number.isInteger(keep) || keep < 1) {
    throw new SsmError('TASK_INVALID', `${keep} is not a number of jobs to keep`, { hint: 'Keep 1 or more.', facts: { keep } })
  }
  const options = signal === undefined ? {} : { signal }
  const found = await oldJobs(place, keep, options)
  const nothing = { jobs: [], objects: 0, bytes: 0, unstored: found.unstored }
  if (found.jobs.length === 0 || !(await confirm(summaryOf(found)))) return nothing
  const stayed: SsmError[] = []
  for (const { state, uris } of found.jobs) {
    // The record last: a clean-up that is cut off finds the rest the next time.
    await place.platform.objects.remove(uris, options)
    try {
      await place.platform.jobs.forget?.(state, options)
    } catch (cause) {
      // What one job left must not keep the others.
      if (!isSsmError(cause) || cause.code !== 'STORAGE_DENIED') throw cause
      stayed.push(cause)
    }
  }
  if (stayed.length > 0) throw leftBehind(stayed)
  return summaryOf(found)
}

/** Each of them names its job and the folder that stays. */
function leftBehind(stayed: readonly SsmError[]): SsmError {
  const [first] = stayed
  if (first !== undefined && stayed.length === 1) return first
  const says = `Of ${stayed.length} jobs something stays. ${stayed.map(({ message }) => message).join('. ')}`
  return new SsmError('STORAGE_DENIED', says, {
    cause: new AggregateError(stayed),
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
    facts: { stayed: stayed.map(({ facts }) => facts) },
  })
}

interface OldJob {
  readonly state: JobState
  readonly uris: readonly ObjectUri[]
  readonly bytes: number
}

interface Found {
  readonly jobs: readonly OldJob[]
  readonly unstored: readonly JobState[]
}

const summaryOf = ({ jobs, unstored }: Found): OldJobs => ({
  unstored,
  jobs: jobs.map(({ state }) => state),
  objects: jobs.reduce((sum, { uris }) => sum + uris.length, 0),
  bytes: jobs.reduce((sum, { bytes }) => sum + bytes, 0),
})

async function oldJobs(place: CleanPlace, keep: number, options: Abortable): Promise<Found> {
  const project = projectName(place.project)
  const bucket = await place.platform.objects.bucket(place.bucket, { ...options, dryRun: true })
  const tasks = place.task === undefined ? await listTasks(project, place, options) : [place.task]
  const jobs: OldJob[] = []
  const unstored: JobState[] = []
  for (const task of tasks.map(taskName)) {
    const layout = layoutOf({ bucket, prefix: place.prefix ?? '', project, task })
    const past: JobState[] = []
    for await (const { state } of pastJobs(task, layout, ['training', 'processing'], place.platform, options)) past.push(state)
    unstored.push(...past.slice(keep).filter((job) => job.unstored === true))
    for (const state of pastKeeping(past, keep)) jobs.push(await oldJob(state, layout, place, options))
  }
  return { jobs, unstored }
}

/** The jobs, newest first, that need not stay. Pure. */
export function pastKeeping(newestFirst: readonly JobState[], keep: number): readonly JobState[] {
  const lastCompleted = newestFirst.find((job) => job.status === 'completed')
  return newestFirst.slice(keep).filter((job) => job !== lastCompleted && isTerminal(job.status) && job.unstored !== true)
}

async function oldJob(state: JobState, layout: TaskLayout, { platform }: CleanPlace, options: Abortable): Promise<OldJob> {
  const uris: ObjectUri[] = []
  let bytes = 0
  for await (const object of platform.objects.list(layout.job(state.name).root, options)) {
    uris.push(object.uri)
    bytes += object.sizeBytes
  }
  return { state, uris, bytes }
}
