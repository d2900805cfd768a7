import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { openReporter } from '../../render/open-reporter.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { openPlatform } from '../../settings/open-platform.ts'
import { abortOnSignal } from '../abort-signal.ts'

/** `ssm stop`: asks a job to stop. Stopping one that has ended is quiet. */
export async function stop(call: Call): Promise<number> {
  const { settings, context, json, quiet } = call
  const reporter = openReporter(context, { json, quiet, machines: 1 })
  await using platform = await openPlatform(settings, context, (text) => reporter.note(text))
  using interrupt = abortOnSignal(context)
  const { signal } = interrupt
  try {
    const job = await jobMeant(call, platform, signal)
    const isOver = job.status === 'completed' || job.status === 'failed' || job.status === 'stopped'
    if (!isOver) await platform.jobs.stop(job, { signal })
    const after = isOver ? job : ((await platform.jobs.describe(job, { signal })) ?? job)
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, job: job.name, asked: !isOver, status: after.status })}\n`)
    else
      reporter.note(
        isOver
          ? `job ${job.name} has ended already: ${job.status}`
          : `asked job ${job.name} to stop: it has two minutes to save its state`,
      )
    return exits.done
  } finally {
    reporter.close()
  }
}
