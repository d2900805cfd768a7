import { isTerminal } from '@simple-sagemaker/core/jobs'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

/** `ssm stop`: asks a job to stop. Stopping one that has ended is quiet. */
export const stop = (call: Call): Promise<number> => withPlatform(call, (opened) => stopJob(call, opened))

async function stopJob(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { context, json } = call
  const job = await jobMeant(call, platform, signal)
  const isOver = isTerminal(job.status)
  if (!isOver) await platform.jobs.stop(job, { signal })
  const after = isOver ? job : ((await platform.jobs.describe(job, { signal })) ?? job)
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, job: job.name, asked: !isOver, status: after.status })}\n`)
  else
    reporter.note(
      isOver
        ? `job ${job.name} has ended already: ${job.status}`
        : isTerminal(after.status)
          ? `job ${job.name} has ended: ${after.status}`
          : after.phase === 'Uploading'
            ? `the program of job ${job.name} has ended: its results are being stored`
            : `asked job ${job.name} to stop: it has two minutes to save its state`,
    )
  return exits.done
}
