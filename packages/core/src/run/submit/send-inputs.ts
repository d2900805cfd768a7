import { SsmError } from '../../errors/ssm-error.ts'
import type { Progress } from '../../events/run-event.ts'
import type { JobName } from '../../names/job-name.ts'
import { manifestOf } from '../../request/channels.ts'
import { compareFolder, sendFolder } from '../../sync/folder.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { writeObject } from './write.ts'

/**
 * Makes the stored inputs equal to the local ones that the fingerprint was made from. They are compared while the lease is
 * asked for, and sent once it is there: whoever gets it knows that nobody else changed them since.
 */
export async function sendInputs(task: ResolvedTask, granted: Promise<void>, context: TaskContext): Promise<void> {
  const { platform, signal } = context
  const local = task.inputs.flatMap(({ resolved, local: found }) => (found === undefined ? [] : [{ ...found, ...resolved }]))
  const compared = await Promise.all(
    local.map(async (input) => ({
      ...input,
      comparison: await compareFolder(input.folder, { ...input.target, objects: platform.objects, signal }),
    })),
  )
  await granted
  for (const { channel, folder, comparison } of compared) {
    const { digest } = await sendFolder(comparison, {
      signal,
      onProgress: (progress: Progress) => context.tell({ type: 'uploaded', what: `input ${channel}`, progress }),
      kmsKey: task.spec.outputKmsKey,
    })
    if (digest !== folder.digest) throw changedInput(folder.source, channel)
  }
}

/** Writes the manifests of inputs that are exactly one object, into the job's own folder. */
export async function sendManifests(task: ResolvedTask, job: JobName, context: TaskContext): Promise<void> {
  const exact = task.inputs.map(({ resolved }) => resolved).filter((input) => input.exact === true)
  await Promise.all(
    exact.map((input) => {
      const uri = task.layout.job(job).manifest(input.channel)
      return writeObject(uri, { kind: 'bytes', bytes: Buffer.from(manifestOf(input)) }, task, context)
    }),
  )
}

/** A job must never read other data than its fingerprint says. */
function changedInput(path: string, channel: string): SsmError {
  return new SsmError('INPUT_MISSING', `The files of channel ${channel} changed while they were being sent`, {
    hint: `Wait until whatever writes to ${path} is done, and run it again.`,
    facts: { path, channel },
  })
}
