import { describeCode, type Code } from '../../bundle/bundle.ts'
import { fingerprintOf, fingerprintParts } from '../../bundle/fingerprint.ts'
import { readImageSource, type ImageSource } from '../../containers/source.ts'
import { allOrAbort } from '../../lang/all-or-abort.ts'
import { layoutOf, type TaskLayout } from '../../names/layout.ts'
import { PlatformError } from '../../platform/errors.ts'
import { requestOverrideEffects } from '../../request/request-overrides.ts'
import type { Program } from '../../spec/program.ts'
import type { FingerprintParts } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { lookAtPast, type TaskPast } from '../decide/past.ts'
import { findInputs, type FoundInput } from './find-inputs.ts'
import { findPackages } from './packages.ts'
import { localPartOf, remoteIdentity } from './remote.ts'

/** A task as it would run now: its code read, its inputs found, its fingerprint known. Nothing is written yet. */
export interface ResolvedTask {
  readonly spec: TaskSpec
  readonly bucket: string
  readonly layout: TaskLayout
  /** Absent when the image runs its own program. */
  readonly code: Code | undefined
  readonly inputs: readonly FoundInput[]
  /** Of the lock that the machine installs the channel of packages by. */
  readonly packagesSha256?: string
  readonly parts: FingerprintParts
  readonly fingerprint: string
}

/** A resolved task, and its past as it was found meanwhile. */
export interface OpenedTask {
  readonly task: ResolvedTask
  readonly past: TaskPast
}

/**
 * Reads everything that decides whether the task must run, and sees to it that its bucket is there.
 * @throws {SsmError} `CODE_MISSING`, `INPUT_MISSING`, `OUTPUT_MISSING`, `BUCKET_FOREIGN`, `PLATFORM_*`.
 */
export async function openTask(spec: TaskSpec, context: TaskContext): Promise<OpenedTask> {
  const { platform, signal } = context
  if (spec.image.kind === 'dockerfile' && platform.abilities.images && !platform.abilities.buildsImages)
    throw buildsNone(platform.name)
  const bucket = await platform.objects.bucket(spec.bucket, { signal, dryRun: true })
  const made = platform.objects.bucket(spec.bucket, { signal })
  made.catch(() => undefined)
  const [opened] = await Promise.allSettled([resolved(spec, bucket, context, { dryRun: false })])
  // A problem of the bucket explains the failures that follow from it, so it is reported first.
  await made
  if (opened.status === 'rejected') throw opened.reason
  return opened.value
}

/**
 * As `openTask`, but makes nothing: no bucket, and outputs that do not exist yet are placeholders.
 * @throws {SsmError} `CODE_MISSING`, `INPUT_MISSING`, `OUTPUT_MISSING`, `PLATFORM_*`.
 */
export async function lookAtTask(spec: TaskSpec, context: TaskContext): Promise<OpenedTask> {
  const { signal } = context
  const bucket = await context.platform.objects.bucket(spec.bucket, { signal, dryRun: true })
  return resolved(spec, bucket, context, { dryRun: true })
}

async function resolved(
  spec: TaskSpec,
  bucket: string,
  context: TaskContext,
  { dryRun }: { readonly dryRun: boolean },
): Promise<OpenedTask> {
  const layout = layoutOf({ bucket, prefix: spec.prefix, project: spec.project, task: spec.task })
  const [past, code, named, remote, image, packages] = await allOrAbort(context.signal, (signal) => [
    lookAtPast(spec, layout, { ...context, signal }),
    describeProgram(spec.program, signal),
    findInputs(spec, layout, bucket, { ...context, signal }, { allowMissing: dryRun }),
    remoteIdentity(spec.program, { ...context, signal }),
    describeImage(spec.image, signal),
    findPackages(spec, layout, { ...context, signal }),
  ])
  const inputs = packages === undefined ? named : [...named, packages.input]
  const codeFiles = [...(code?.files ?? []), ...remote]
  const parts = fingerprintParts(spec, {
    codeFiles,
    ...entryOf(spec.program, code),
    inputs: Object.fromEntries(inputs.map((input) => [input.resolved.channel, input.identity])),
    requestOverrides: requestOverrideEffects(spec),
    ...(image === undefined ? {} : { imageSource: image }),
  })
  const lock = packages === undefined ? {} : { packagesSha256: packages.lockSha256 }
  return { past, task: { spec, bucket, layout, code, inputs, parts, fingerprint: fingerprintOf(parts), ...lock } }
}

const describeImage = async (image: TaskSpec['image'], signal: AbortSignal): Promise<ImageSource | undefined> =>
  image.kind === 'dockerfile' ? readImageSource(image.source, { signal }) : undefined

async function describeProgram(program: Program, signal: AbortSignal): Promise<Code | undefined> {
  return program.kind === 'algorithm' ? undefined : describeCode(localPartOf(program), { signal })
}

/** The entry as it lies in the code folder; one inside an archive in S3 is known by its name alone. */
function entryOf(program: Program, code: Code | undefined): { readonly entry?: string } {
  const entry = code?.entry ?? (program.kind === 'code' ? program.entry : undefined)
  return entry === undefined ? {} : { entry }
}

/** Found out before anything is made or sent. */
const buildsNone = (platform: string): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `The ${platform} platform builds no images from Dockerfiles.`, {
    hint: 'Build and push the image yourself, and give its URI with "image".',
  })
