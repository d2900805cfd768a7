import type { ObjectUri } from '../../names/object-uri.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { outputUri } from '../results/outputs.ts'
import { hardPaths } from '../submit/warnings.ts'

/** Tells that a job whose program names `/opt/ml`, where it is not, completed and left nothing. */
export async function warnOfNothingKept({ spec, layout }: ResolvedTask, job: JobRef, context: TaskContext): Promise<void> {
  if ((await hardPaths(spec, context.platform)).length === 0) return
  const outputs = spec.kind === 'training' ? ['model', 'output'] : ['output', ...Object.keys(spec.outputs ?? {})]
  for (const output of outputs) if (await isThere(outputUri(layout, spec.kind, job.name, output), context)) return
  const message = `${outputs.join(', ')} of job ${job.name} ${outputs.length === 1 ? 'is' : 'are'} empty: what its program wrote to /opt/ml was not kept`
  context.tell({ type: 'warned', message })
}

async function isThere(uri: ObjectUri, { platform, signal }: TaskContext): Promise<boolean> {
  if (!uri.endsWith('/')) return (await platform.objects.find(uri, { signal })) !== undefined
  for await (const _ of platform.objects.list(uri, { signal })) return true
  return false
}
