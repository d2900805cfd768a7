import { basename } from 'node:path'
import { safeJoin } from '../../../archive/safe-path.ts'
import { isSsmError } from '../../../errors/ssm-error.ts'
import { growFile } from '../../../files/downloads/grow.ts'
import { jobTimeMs, type JobName } from '../../../names/job-name.ts'
import { keyPrefix, layoutOf, type TaskLayout } from '../../../names/layout.ts'
import { folderUri, joinUri, objectUri, type ObjectUri } from '../../../names/object-uri.ts'
import { isTrialName, projectName, taskName, type TaskName } from '../../../names/task-name.ts'
import type { Abortable } from '../../../platform/abortable.ts'
import { isTerminal } from '../../../platform/jobs.ts'
import { systemClock } from '../../../time/clock.ts'
import { lookAtFolder } from '../../decide/history.ts'
import { jobNamed } from '../job.ts'
import { listTasks, type StoragePlace } from '../projects.ts'

/** Whose files for TensorBoard are shown: those of a task, or of one job. */
export type TensorboardPlace = StoragePlace &
  (
    | {
        /** The project of the task. */
        readonly project: string
        /** The task. The trials of its searches are shown, too. */
        readonly task: string
      }
    | {
        /** The name of a job. */
        readonly job: string
      }
  )

/** What a folder for TensorBoard holds. */
export interface TensorboardFiles {
  /** The names that TensorBoard shows, in byte order: jobs, and `state` for files that a task keeps in its state. */
  readonly runs: readonly string[]
  /** How many jobs were looked at, whether they wrote something or not. */
  readonly jobs: number
  /** How many files were new, or changed, at the last look. */
  readonly changed: number
}

/** One part of storage, and the name that TensorBoard shows for it. */
interface Source {
  readonly run: string
  readonly folder: ObjectUri
  readonly takes: (name: string) => boolean
  /** The job that writes it; absent for what any job of the task may write. */
  readonly job?: JobName
}

const ofJobs = 'tensorboard-output'
const abandonedAfterMs = 3_600_000
const all = (): boolean => true
/** State holds anything; of it TensorBoard reads its own files. */
const isEventFile = (name: string): boolean => basename(name).includes('tfevents')

/** Keeps a folder of this computer up to date with what jobs wrote for TensorBoard, each in a folder of the job's name. */
export class TensorboardFolder {
  readonly #place: TensorboardPlace
  readonly #folder: string
  /** Object → how it was when it was copied. */
  readonly #known = new Map<string, string>()
  readonly #runs = new Set<string>()
  /** Jobs that had ended before they were looked at: they write nothing more. */
  readonly #done = new Set<string>()

  constructor(place: TensorboardPlace, folder: string) {
    this.#place = place
    this.#folder = folder
  }

  /**
   * Copies what is new. Files that grew are continued.
   * @throws {InvalidNameError} `NAME_INVALID` for what cannot be the name of a project, task or job.
   */
  async update(options: Abortable = {}): Promise<TensorboardFiles> {
    let changed = 0
    const sources = await this.#sources(options)
    for (const source of sources) {
      if (source.job !== undefined && this.#done.has(source.job)) continue
      const hasEnded = source.job !== undefined && (await this.#hasEnded(source.job, options))
      changed += await this.#copy(source, options)
      if (source.job !== undefined && hasEnded) this.#done.add(source.job)
    }
    const jobs = sources.filter(({ job }) => job !== undefined).length
    return { runs: [...this.#runs].toSorted(), jobs, changed }
  }

  async #copy({ run, folder, takes }: Source, options: Abortable): Promise<number> {
    const { objects } = this.#place.platform
    let changed = 0
    for await (const { uri, sizeBytes, etag } of objects.list(folder, options)) {
      const name = uri.slice(folder.length)
      if (name === '' || name.endsWith('/') || !takes(name)) continue
      this.#runs.add(run)
      const stamp = `${sizeBytes} ${etag}`
      if (this.#known.get(uri) === stamp) continue
      try {
        await growFile(safeJoin(this.#folder, `${run}/${name}`), sizeBytes, objects.read(uri, options))
      } catch (cause) {
        // It was removed, or is being replaced: the next look sees it.
        if (isSsmError(cause, 'OBJECT_MISSING')) continue
        throw cause
      }
      this.#known.set(uri, stamp)
      changed += 1
    }
    return changed
  }

  async #hasEnded(name: JobName, options: Abortable): Promise<boolean> {
    const state = await this.#place.platform.jobs.describe({ kind: 'training', name }, options)
    if (state !== undefined) return isTerminal(state.status)
    // Its folder is there before the job is; one that never came to be is given up.
    return systemClock.now() - (jobTimeMs(name) ?? 0) > abandonedAfterMs
  }

  async #sources(options: Abortable): Promise<readonly Source[]> {
    const place = this.#place
    if ('job' in place) return sourcesOfJob(place.job, place, options)
    const searched = taskName(place.task)
    const tasks = (await listTasks(place.project, place, options)).filter((name) => isTrialName(searched, name))
    const bucket = await place.platform.objects.bucket(place.bucket, { ...options, dryRun: true })
    const names = { bucket, prefix: keyPrefix(place.prefix ?? ''), project: projectName(place.project) }
    const found: Source[] = []
    for (const task of [searched, ...tasks.map(taskName)])
      found.push(...(await sourcesOfTask(task, layoutOf({ ...names, task }), task === searched, place, options)))
    return found
  }
}

async function sourcesOfTask(
  task: TaskName,
  layout: TaskLayout,
  isSearched: boolean,
  { platform }: StoragePlace,
  options: Abortable,
): Promise<readonly Source[]> {
  const { jobs } = await lookAtFolder(task, layout, platform, options)
  const state = { run: isSearched ? 'state' : `${task}/state`, folder: layout.state, takes: isEventFile }
  return [...jobs.map((job) => sourceIn(layout.root, job)), state]
}

const sourceIn = (root: ObjectUri, job: JobName): Source => ({
  run: job,
  folder: folderUri(joinUri(folderUri(root), job, ofJobs)),
  takes: all,
  job,
})

async function sourcesOfJob(text: string, { platform }: StoragePlace, options: Abortable): Promise<readonly Source[]> {
  const { kind, name } = await jobNamed(text, platform, options)
  const request = kind === 'training' ? await platform.jobs.request?.({ kind, name }, options) : undefined
  const root = request?.kind === 'training' ? request.input.TensorBoardOutputConfig?.S3OutputPath : undefined
  return root === undefined ? [] : [sourceIn(objectUri(root), name)]
}
