import { makeBundle, type Bundle, type Code } from '../../bundle/bundle.ts'
import { launcherBytes } from '../../bundle/launcher.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import { sha256 } from '../../files/digest/digest.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import type { JobName } from '../../names/job-name.ts'
import { joinUri, type ObjectUri } from '../../names/object-uri.ts'
import type { CodeFacts } from '../../request/facts.ts'
import { launchSettings } from '../../request/launch-settings.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { fetchRemote } from '../resolve/remote.ts'
import { writeObject } from './write.ts'

/** The three files of a job's code channel, packed on this machine; gone with its scope. */
interface PackedCode extends AsyncDisposable {
  readonly launcher: Uint8Array
  readonly settings: Uint8Array
  readonly bundle: Bundle
  readonly facts: CodeFacts
}

/**
 * Packs a job's code and sends it, with `others` beside it in the code channel; `undefined` when the image runs its own program.
 */
export async function sendCode(
  task: ResolvedTask,
  job: JobName,
  context: TaskContext,
  others: (facts: CodeFacts) => Readonly<Record<string, Uint8Array>> = () => ({}),
): Promise<CodeFacts | undefined> {
  if (task.code === undefined) return undefined
  await using packed = await pack(task, task.code, job, context)
  const { bundle } = packed
  context.tell({ type: 'packed', files: bundle.files.length, bytes: bundle.bytes, skippedFiles: bundle.skipped.count })
  const place = task.layout.job(job)
  await Promise.all([
    writeObject(place.launcher, { kind: 'bytes', bytes: packed.launcher }, task, context),
    writeObject(place.launcherSettings, { kind: 'bytes', bytes: packed.settings }, task, context),
    sendBundle(place.bundle, bundle, task, context),
    ...Object.entries(others(packed.facts)).map(([name, bytes]) =>
      writeObject(joinUri(place.source, name), { kind: 'bytes', bytes }, task, context),
    ),
  ])
  return packed.facts
}

/** What the request of this job would pin; packs and sends nothing away. */
export async function pinnedCode(task: ResolvedTask, job: JobName, context: TaskContext): Promise<CodeFacts | undefined> {
  if (task.code === undefined) return undefined
  await using packed = await pack(task, task.code, job, context)
  return packed.facts
}

async function pack(task: ResolvedTask, code: Code, job: JobName, context: TaskContext): Promise<PackedCode> {
  const scratch = await temporaryDirectory()
  try {
    const program = await fetchRemote(task.spec.program, scratch.path, context)
    const bundle = await makeBundle(program, scratch.path, { signal: context.signal })
    assertUnchanged(code, bundle)
    const launcher = await launcherBytes()
    const settings = Buffer.from(launchSettings(task.spec, job, bundle.entry, task.packagesSha256))
    const facts = {
      launcherSha256: sha256(launcher),
      settingsSha256: sha256(settings),
      bundleSha256: bundle.sha256,
      ...(bundle.entry === undefined ? {} : { entry: bundle.entry }),
    }
    return { launcher, settings, bundle, facts, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
  } catch (cause) {
    await scratch[Symbol.asyncDispose]()
    throw cause
  }
}

/** A job must never run other code than its fingerprint says. */
function assertUnchanged(before: Code, packed: Code): void {
  const known = new Map(before.files.map((file) => [file.path, file.sha256]))
  const changed = packed.files.find((file) => known.has(file.path) && known.get(file.path) !== file.sha256)
  const gone = before.files.length > packed.files.length
  if (changed === undefined && !gone) return
  throw new SsmError(
    'CODE_MISSING',
    `The code changed while the run was being prepared${changed === undefined ? '' : `: ${changed.path}`}`,
    {
      hint: 'Run it again.',
      facts: { path: changed?.path },
    },
  )
}

async function sendBundle(uri: ObjectUri, bundle: Bundle, task: ResolvedTask, context: TaskContext): Promise<void> {
  const ofBytes = bundle.sizeBytes
  const onBytes = (bytes: number): void =>
    context.tell({ type: 'uploaded', what: 'code', progress: { bytes, ofBytes, files: bytes >= ofBytes ? 1 : 0, ofFiles: 1 } })
  await writeObject(uri, { kind: 'file', path: bundle.path, sizeBytes: ofBytes }, task, context, onBytes)
}
