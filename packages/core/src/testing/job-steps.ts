import type { JobRef, JobRequest, JobState } from '../platform/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import { refOf } from './job-requests.ts'
import { itemsOf } from './visit.ts'

/** Starts a job and waits for its end. */
export async function ranToEnd(platform: Platform, request: JobRequest): Promise<JobState> {
  await platform.jobs.start(request)
  return lastState(platform, refOf(request))
}

/** The last state of a job. */
export async function lastState(platform: Platform, job: JobRef): Promise<JobState> {
  const states = await itemsOf(platform.jobs.watch(job))
  const last = states.at(-1)
  if (last === undefined) throw new Error(`watch(${job.name}) ended without a state`)
  return last
}

/** Waits until a job's program runs. */
export async function untilRunning(platform: Platform, job: JobRef): Promise<void> {
  for await (const state of platform.jobs.watch(job)) if (['Training', 'Processing'].includes(state.phase)) return
}
