import { isSsmError } from '../../errors/ssm-error.ts'
import type { TaskPlace } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, jobProblemsOf, optionProblemsOf, platformProblemsOf } from '../lookup/given.ts'
import { subjectOf } from './report-of.ts'
import { hyperparametersOfJob, reasonToStart } from './reported-job.ts'
import { reportedRequest } from './request-facts.ts'

/** What a job was started with, as it is stored. */
export interface JobFacts {
  /** The bucket, prefix, project and task it belongs to; absent for a job of another tool. */
  readonly place?: Readonly<Record<'bucket' | 'prefix' | 'project' | 'task', string>>
  /** Why it was started; absent when what is stored does not tell. */
  readonly because?: string
  /** Its hyperparameters as text: what is no text as JSON. */
  readonly hyperparameters: Readonly<Record<string, string>>
  /** Its channels and where their data lies, without those of the code. */
  readonly inputs: readonly {
    /** The channel's name. */
    readonly channel: string
    /** Where its data lies. */
    readonly uri: ObjectUri
  }[]
}

/** What a job was started with, and why. What may not be read, or is not stored any more, is absent. */
export async function jobFacts(job: JobState, platform: Platform, options: Abortable = {}): Promise<JobFacts> {
  assertGiven('jobFacts', [...jobProblemsOf(job), ...platformProblemsOf(platform), ...optionProblemsOf(options)])
  const request = await platform.jobs.request?.(job, options)
  if (request === undefined) return { hyperparameters: {}, inputs: [] }
  const { place, inputs, hyperparameters } = reportedRequest(request)
  const past = await pastOfJob(job, platform, options)
  const because = past === undefined ? undefined : reasonToStart(past)
  return {
    ...(place === undefined ? {} : { place: placeIn(place) }),
    ...(because === undefined ? {} : { because }),
    hyperparameters: past === undefined ? hyperparameters : hyperparametersOfJob(past[0], hyperparameters),
    inputs,
  }
}

const placeIn = ({ bucket, prefix, project, task }: TaskPlace): NonNullable<JobFacts['place']> => ({
  bucket,
  prefix,
  project,
  task,
})

async function pastOfJob(
  job: JobState,
  platform: Platform,
  options: Abortable,
): Promise<Awaited<ReturnType<typeof subjectOf>>['past'] | undefined> {
  try {
    return (await subjectOf(job, platform, options, 1)).past
  } catch (cause) {
    if (isSsmError(cause, 'PLATFORM_DENIED') || isSsmError(cause, 'OBJECT_MISSING')) return undefined
    throw cause
  }
}
