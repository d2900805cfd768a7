import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { SsmError } from '../../errors/ssm-error.ts'
import { gathered } from './gathered.ts'
import { layoutOf, type TaskLayout } from '../../names/layout.ts'
import { folderUri, joinUri, type ObjectUri } from '../../names/object-uri.ts'
import { taskName } from '../../names/task-name.ts'
import type { StoredObject } from '../../platform/objects.ts'
import type { ResolvedInput } from '../../request/facts.ts'
import type { FingerprintParts } from '../../spec/result.ts'
import type { InputSpec, TaskSpec } from '../../spec/task-spec.ts'
import { describeFolder, type LocalFolder } from '../../sync/folder.ts'
import { taskKey } from '../../graph/task-key.ts'
import type { TaskContext } from '../context.ts'
import { exactObject } from './exact-object.ts'
import { outputUri } from '../results/outputs.ts'
import { leftNothing, neverCompleted } from './missing-output.ts'
import { jobsNamed, lookAtFolder } from '../decide/history.ts'

/** One input, found: where it is, what identifies it, and what of it must still be sent. */
export interface FoundInput {
  readonly resolved: ResolvedInput
  /** What identifies the data; see `FingerprintFacts.inputs`. */
  readonly identity: FingerprintParts
  /** For a folder or file of this machine: its content, and where it is to be stored. */
  readonly local?: LocalInput
  /** Why a run would fail, where only looking goes on: nobody made it yet, and nobody will by itself. */
  readonly missing?: string
}

export interface LocalInput {
  readonly folder: LocalFolder
  readonly target: { readonly target: ObjectUri; readonly index: ObjectUri }
}

export interface FindOptions {
  /** Takes `<output of …>` for an output that does not exist yet, as a plan does. */
  readonly allowMissing: boolean
}

/** Finds every input of a task; all problems of all inputs are gathered into one error. */
export async function findInputs(
  spec: TaskSpec,
  layout: TaskLayout,
  bucket: string,
  context: TaskContext,
  options: FindOptions,
): Promise<readonly FoundInput[]> {
  const found = await Promise.allSettled(spec.inputs.map((input) => findInput(input, spec, layout, bucket, context, options)))
  const failures = found.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
  if (failures.length === 0) return found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  throw failures.length === 1 ? failures[0] : gathered(spec.task, failures)
}

async function findInput(
  input: InputSpec,
  spec: TaskSpec,
  layout: TaskLayout,
  bucket: string,
  context: TaskContext,
  options: FindOptions,
): Promise<FoundInput> {
  const { source } = input
  switch (source.kind) {
    case 'local':
      return findLocal(input, source.path, layout, context)
    case 's3':
      return findObjects(input, source.uri, context)
    case 'result':
      return found(input, source.uri, { '': `${source.job} ${source.output}` })
    case 'upstream':
      return findOutput(input, source.spec, source.output, bucket, context, options)
    case 'task':
      return findOutput(
        input,
        { project: spec.project, prefix: spec.prefix, task: taskName(source.task) },
        source.output,
        bucket,
        context,
        options,
      )
  }
}

/** Only the folder that is read is sent. */
async function findLocal(input: InputSpec, path: string, layout: TaskLayout, context: TaskContext): Promise<FoundInput> {
  const { cacheDir, signal } = context
  const target = { target: layout.input(input.channel), index: layout.inputIndex(input.channel) }
  const source = input.subdir === undefined ? path : join(path, input.subdir)
  const folder = await describeFolder(source, { cacheDir, signal })
  if (folder.listing.files.length === 0) throw emptyFolder(source, input.channel)
  return { ...found({ ...input, subdir: '' }, target.target, { '': folder.digest }), local: { folder, target } }
}

function emptyFolder(path: string, channel: string): SsmError {
  return new SsmError('INPUT_MISSING', `There is no file in ${path}, the input of channel ${channel}`, {
    hint: 'Check the path; SageMaker refuses a channel without data.',
    facts: { path, channel },
  })
}

/** What an S3 URI means: the object of this key when there is one, else the folder; never `data2` for `data`. */
async function findObjects(input: InputSpec, uri: ObjectUri, context: TaskContext): Promise<FoundInput> {
  const { platform, signal } = context
  const { objects } = platform
  const asked = input.subdir === undefined ? uri : joinUri(uri, input.subdir)
  const [single, listed] = await Promise.all([
    exactObject(asked, input, objects, signal),
    // Whoever may read one object need not be allowed to list others.
    identityOf(objects.list(folderUri(asked), { signal })).then(
      (identity) => ({ identity }),
      (cause: unknown) => ({ cause }),
    ),
  ])
  if (single !== undefined) {
    const one = found({ ...input, subdir: '' }, asked, { '': lineOf(single.object) })
    return single.hasNeighbours ? { ...one, resolved: { ...one.resolved, exact: true } } : one
  }
  if ('cause' in listed) throw listed.cause
  if (listed.identity !== undefined) return found({ ...input, subdir: '' }, folderUri(asked), listed.identity)
  throw new SsmError('INPUT_MISSING', `There is nothing at ${asked} for channel ${input.channel}`, {
    hint: 'Check the bucket and the key; a folder is written with or without its last slash.',
    facts: { uri: asked, channel: input.channel },
  })
}

const lineOf = ({ uri, sizeBytes, etag }: StoredObject): string => `${uri} ${sizeBytes} ${etag}`

/** Identifies a folder of any number of objects: a digest, and two numbers that make a change readable. */
async function identityOf(listed: AsyncIterable<StoredObject>): Promise<FingerprintParts | undefined> {
  const hash = createHash('sha256')
  let [objects, bytes] = [0, 0]
  for await (const object of listed) {
    hash.update(`${lineOf(object)}\n`)
    objects += 1
    bytes += object.sizeBytes
  }
  return objects === 0 ? undefined : { '': hash.digest('hex'), objects: grouped(objects), bytes: grouped(bytes) }
}

/** `100 000`, as it is shown. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')

type Source = Pick<TaskSpec, 'project' | 'prefix' | 'task'>

async function findOutput(
  input: InputSpec,
  source: Source,
  output: string,
  bucket: string,
  context: TaskContext,
  options: FindOptions,
): Promise<FoundInput> {
  const fresh = context.upstream.get(taskKey(source))
  const stored =
    fresh === undefined
      ? await newestOutput(source, output, bucket, context)
      : (fresh.outputs as Partial<Record<string, FoundOutput>>)[output]
  if (stored !== undefined && (await (stored.isThere ?? exists(stored.uri, context))))
    return found(input, stored.uri, { '': `${source.task} ${output} of job ${stored.job}` })
  if (options.allowMissing && stored === undefined) {
    const placeholder = found(input, outputPlaceholder(source, output, bucket), { '': `${source.task} ${output}, not there yet` })
    if (input.source.kind !== 'task') return placeholder
    return { ...placeholder, missing: `input ${input.channel} is not there: task ${source.task} must run first` }
  }
  throw stored === undefined ? neverCompleted(source, output) : leftNothing(source, output, stored.job)
}

interface FoundOutput {
  readonly uri: ObjectUri
  readonly job: string
  /** Whether there is anything, where that was asked already. */
  readonly isThere?: Promise<boolean>
}

async function newestOutput(
  source: Source,
  output: string,
  bucket: string,
  context: TaskContext,
): Promise<FoundOutput | undefined> {
  const { platform, signal } = context
  const layout = layoutOf({ bucket, ...source })
  const { jobs } = await lookAtFolder(source.task, layout, platform, { signal })
  const [newest] = jobs
  // Most often the newest job is the one, and of this kind: its output is looked for while its state is asked.
  const guess = newest === undefined ? undefined : { job: newest, uri: outputUri(layout, 'training', newest, output) }
  const isThere = guess === undefined ? undefined : exists(guess.uri, context)
  isThere?.catch(() => undefined)
  for await (const { state } of jobsNamed(jobs, layout, ['training', 'processing'], platform, { signal })) {
    if (state.status !== 'completed') continue
    const uri = outputUri(layout, state.kind, state.name, output)
    return { uri, job: state.name, ...(isThere !== undefined && uri === guess?.uri ? { isThere } : {}) }
  }
  return undefined
}

async function exists(uri: ObjectUri, context: TaskContext): Promise<boolean> {
  const options = { signal: context.signal }
  if (!uri.endsWith('/')) return (await context.platform.objects.find(uri, options)) !== undefined
  for await (const _ of context.platform.objects.list(uri, options)) return true
  return false
}

const outputPlaceholder = (source: Source, output: string, bucket: string): ObjectUri =>
  joinUri(layoutOf({ bucket, ...source }).root, `<next-job>/${output}`)

function found(input: InputSpec, uri: ObjectUri, identity: FingerprintParts): FoundInput {
  const { channel, distribution, mode, contentType, subdir, path, groups } = input
  const below = subdir === undefined || subdir === '' ? uri : folderUri(joinUri(uri, subdir))
  return {
    identity,
    resolved: {
      ...(path === undefined ? {} : { path }),
      ...(groups === undefined ? {} : { groups }),
      channel,
      uri: below,
      distribution,
      mode,
      ...(contentType === undefined ? {} : { contentType }),
    },
  }
}
