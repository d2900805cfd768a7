import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { wording } from '../errors/wording.ts'
import { layoutOf, type TaskLayout } from '../names/layout.ts'
import type { Fields } from '../options/did-you-mean.ts'
import type { Abortable } from '../platform/abortable.ts'
import type { JobRef, JobState } from '../platform/jobs.ts'
import type { StoredObject } from '../platform/objects.ts'
import type { Platform } from '../platform/platform.ts'
import { readingContext } from '../run/context.ts'
import { pastJobs } from '../run/decide/history.ts'
import { assertGiven, optionProblemsOf } from '../run/lookup/given.ts'
import { placeOfOriginal } from '../run/resolve/missing-output.ts'
import { namedOutputsOf, storedOutputs } from '../run/results/outputs.ts'
import { assertStateIsFree, cleanState } from '../run/state.ts'
import { downloadFields, downloadJob } from '../run/results/download.ts'
import type { Downloaded, SeriesPoint } from '../run/results/task-result.ts'
import { readSeries } from '../run/results/series.ts'
import { isRegExp } from '../lang/realms.ts'
import type { StoredSearch } from '../search/found.ts'
import type { OutputsFound, SeriesOptions, StoredDownloadOptions, TaskStore, TaskStorePlace } from './task-store.ts'

const seriesFields: Fields<SeriesOptions> = { job: true, metrics: true, signal: true }
const outputFields = { job: true, signal: true } as const

/** Reads what earlier jobs of a task left. */
export function openTaskStore(place: TaskStorePlace): TaskStore {
  return new OpenedTaskStore(place)
}

interface Opened {
  readonly platform: Platform
  readonly layout: TaskLayout
  readonly signal: AbortSignal
}

class OpenedTaskStore implements TaskStore {
  readonly #place: TaskStorePlace

  constructor(place: TaskStorePlace) {
    this.#place = place
  }

  async *jobs(options: Abortable = {}): AsyncGenerator<JobState> {
    assertGiven('jobs', optionProblemsOf(options))
    yield* this.#jobs(options)
  }

  async *#jobs(options: Abortable): AsyncGenerator<JobState> {
    const { platform, layout, signal } = await this.#open(options)
    try {
      for await (const { state } of pastJobs(this.#place.task, layout, ['training', 'processing'], platform, { signal }))
        yield state
    } catch (cause) {
      // No bucket yet: no jobs.
      if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
    }
  }

  async stop(options: Abortable = {}): Promise<JobState | undefined> {
    assertGiven('stop', optionProblemsOf(options))
    const { platform, signal } = await this.#open(options)
    for await (const job of this.#jobs(options)) {
      await platform.jobs.stop(job, { signal })
      return job
    }
    return undefined
  }

  async outputs(options: Pick<StoredDownloadOptions, 'job' | 'signal'> = {}): Promise<OutputsFound<never>> {
    assertGiven('outputs', optionProblemsOf(options, outputFields))
    const { layout, platform, signal } = await this.#open(options)
    const job = await this.#jobOf(options)
    const named = await namedOutputsOf(layout, job, platform.objects, { signal })
    return storedOutputs(this.#place.task, layout, job, named)
  }

  async download(folder: string, options: StoredDownloadOptions = {}): Promise<Downloaded> {
    assertGiven('download', optionProblemsOf(options, { ...downloadFields, job: true }))
    const { job: _job, ...parts } = options
    const { platform, layout, signal } = await this.#open(options)
    return downloadJob(await this.#jobOf(options), layout, folder, parts, readingContext(platform, signal))
  }

  async series(options: SeriesOptions = {}): Promise<Readonly<Record<string, readonly SeriesPoint[]>>> {
    assertGiven('series', optionProblemsOf(options, seriesFields))
    const { platform, layout, signal } = await this.#open(options)
    const { job } = options
    for await (const past of pastJobs(this.#place.task, layout, ['training', 'processing'], platform, { signal })) {
      if (job !== undefined && past.state.name !== (typeof job === 'string' ? job : job.name)) continue
      const given = Object.entries(options.metrics ?? past.record?.metrics ?? {})
      const metrics = Object.fromEntries(given.map(([name, value]) => [name, isRegExp(value) ? value.source : value]))
      return readSeries(platform, past.state, metrics, { signal })
    }
    throw this.#noJob(typeof job === 'string' ? job : job?.name)
  }

  async searches(options: Abortable = {}): Promise<readonly StoredSearch[]> {
    assertGiven('searches', optionProblemsOf(options))
    const { platform, layout, signal } = await this.#open(options)
    return (await import('../search/stored.ts')).storedSearches(this.#place.task, layout, platform, signal)
  }

  async *state(options: Abortable = {}): AsyncGenerator<StoredObject> {
    assertGiven('state', optionProblemsOf(options))
    const { platform, layout, signal } = await this.#open(options)
    yield* platform.objects.list(layout.state, { signal })
    if (layout.formerState !== undefined) yield* platform.objects.list(layout.formerState, { signal })
  }

  async cleanState(options: Abortable = {}): Promise<number> {
    assertGiven('cleanState', optionProblemsOf(options))
    const { platform, layout, signal } = await this.#open(options)
    for await (const newest of this.#jobs(options)) {
      assertStateIsFree(this.#place.task, newest, platform.abilities.commandLine)
      break
    }
    return cleanState(layout, platform, signal)
  }

  async #open({ signal = new AbortController().signal }: Abortable): Promise<Opened> {
    const { platforms, project, task, prefix, bucket } = this.#place
    const platform = await platforms.main()
    const layout = layoutOf({ bucket: await platform.objects.bucket(bucket, { dryRun: true, signal }), prefix, project, task })
    return { platform, layout, signal }
  }

  async #jobOf(options: Pick<StoredDownloadOptions, 'job' | 'signal'>): Promise<JobRef> {
    const { job: wanted } = options
    if (wanted === undefined) return this.#newestCompleted(options)
    if (typeof wanted !== 'string') return wanted
    for await (const job of this.#jobs(options)) if (job.name === wanted) return job
    throw this.#noJob(wanted)
  }

  #noJob(wanted: string | undefined): SsmError {
    const { task, project } = this.#place
    const which = wanted === undefined ? 'no job' : `no job ${JSON.stringify(wanted.slice(0, 80))}`
    return new SsmError('OUTPUT_MISSING', `Task ${task} of project ${project} has ${which}`, {
      hint: {
        library: 'Check the name; .jobs() gives those there are.',
        commandLine: 'Check the name; ssm ps lists those there are.',
      },
      facts: { project, task, job: wanted },
    })
  }

  async #newestCompleted(options: Abortable): Promise<JobState> {
    for await (const job of this.#jobs(options)) if (job.status === 'completed') return job
    const { task, project } = this.#place
    throw new SsmError('OUTPUT_MISSING', `Task ${task} of project ${project} has no completed job`, {
      hint: wording`${{
        library: 'Run it first, or check the names of project, task and bucket; { job } takes one that failed, too.',
        commandLine: 'Run it first, or check the names of project, task and bucket; ssm data JOB takes one that failed, too.',
      }}${placeOfOriginal(this.#place)}`,
      facts: { project, task },
    })
  }
}
