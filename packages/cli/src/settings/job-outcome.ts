import { JobFailedError, JobStoppedError, type JobState } from '@simple-sagemaker/core'

/** The error of a job that ended without completing; `undefined` for one that completed or still runs. */
export function failureOfJob(job: JobState, platform: string | undefined): Error | undefined {
  if (job.status === 'failed') return new JobFailedError(job, [], { platform })
  return job.status === 'stopped' ? new JobStoppedError(job) : undefined
}
