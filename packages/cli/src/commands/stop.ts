import type { Call } from '../call.ts'
import { exits } from '../exit-codes.ts'
import { openFace } from '../render/face.ts'
import { jobMeant } from '../settings/job-place.ts'
import { openPlatform } from '../settings/open.ts'
import { signalOf } from './signal.ts'

/** `ssm stop`: asks a job to stop. Stopping one that has ended is quiet. */
export async function stop(call: Call): Promise<number> {
  const { settings, world, json, quiet } = call
  const face = openFace(world, { json, quiet, machines: 1 })
  await using platform = await openPlatform(settings, world, (text) => face.note(text))
  using leaving = signalOf(world)
  const { signal } = leaving
  try {
    const job = await jobMeant(call, platform, signal)
    const isOver = job.status === 'completed' || job.status === 'failed' || job.status === 'stopped'
    if (!isOver) await platform.jobs.stop(job, { signal })
    const after = isOver ? job : ((await platform.jobs.describe(job, { signal })) ?? job)
    if (json) world.stdout.write(`${JSON.stringify({ v: 1, job: job.name, asked: !isOver, status: after.status })}\n`)
    else
      face.note(
        isOver
          ? `job ${job.name} has ended already: ${job.status}`
          : `asked job ${job.name} to stop: it has two minutes to save its state`,
      )
    return exits.done
  } finally {
    face.close()
  }
}
