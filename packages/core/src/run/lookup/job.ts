import { jobName } from '../../names/job-name.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, optionProblemsOf, platformProblemsOf } from './given.ts'

/**
 * The job of this name as it is now, whichever kind it is.
 *
 * @throws {InvalidNameError} `NAME_INVALID` when the text cannot be the name of a job.
 * @throws {PlatformError} `JOB_LOST` when the platform has no such job.
 */
export async function jobNamed(text: string, platform: Platform, options: Abortable = {}): Promise<JobState> {
  assertGiven('jobNamed', [...platformProblemsOf(platform), ...optionProblemsOf(options)])
  const name = jobName(text)
  for (const kind of ['training', 'processing'] as const) {
    const job = await platform.jobs.describe({ kind, name }, options)
    if (job !== undefined) return job
  }
  throw new PlatformError('JOB_LOST', `There is no job ${name} on the ${platform.name} platform`, {
    hint: 'Check the name, and the platform, region and account that were asked.',
    facts: { job: name, platform: platform.name },
  })
}
