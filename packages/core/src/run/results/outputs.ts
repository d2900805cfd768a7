import type { JobName } from '../../names/job-name.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import { processingOutputs, trainingOutputs, type OutputName } from '../../spec/outputs.ts'
import type { StoredOutput } from '../../spec/result.ts'

/** The outputs a kind of task has. */
export function outputsOf(kind: JobKind): readonly OutputName[] {
  return kind === 'training' ? trainingOutputs : processingOutputs
}

/** Where an output of a job lies: an archive for training, a folder for a processing job's output and any state. */
export function outputUri(layout: TaskLayout, kind: JobKind, job: JobName, output: OutputName): ObjectUri {
  const place = layout.job(job)
  if (output === 'state') return layout.state
  if (output === 'source') return place.bundle
  if (kind === 'processing') return place.outputFolder
  return output === 'model' ? place.model : place.output
}

/** Outputs by name. */
export type StoredOutputs = { readonly [Output in OutputName]: StoredOutput<Output> }

/** Every output of a job, by name. A processing job has no `model`, whatever the type says to callers that know the kind. */
export function storedOutputs(task: string, layout: TaskLayout, kind: JobKind, job: JobName): StoredOutputs {
  const entries = outputsOf(kind).map((output) => [
    output,
    { kind: 'stored-output', output, job, task, uri: outputUri(layout, kind, job, output) } as const,
  ])
  return Object.fromEntries(entries) as StoredOutputs
}
