import { describeCode, type Code } from '../../bundle/bundle.ts'
import { fingerprintOf, fingerprintParts } from '../../bundle/fingerprint.ts'
import { layoutOf, type TaskLayout } from '../../names/layout.ts'
import { requestOverrideEffects } from '../../request/request-overrides.ts'
import type { Program } from '../../spec/program.ts'
import type { FingerprintParts } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { RunContext } from '../context.ts'
import { findInputs, type FoundInput } from './inputs.ts'
import { localPartOf, remoteIdentity, remoteOf } from './remote.ts'

/** A task as it would run now: its code read, its inputs found, its fingerprint known. Nothing is written yet. */
export interface ResolvedTask {
  readonly spec: TaskSpec
  readonly bucket: string
  readonly layout: TaskLayout
  /** Absent when the image runs its own program. */
  readonly code: Code | undefined
  readonly inputs: readonly FoundInput[]
  readonly parts: FingerprintParts
  readonly fingerprint: string
}

export interface ResolveOptions {
  /** Finds out everything and makes nothing: no bucket, and outputs that do not exist yet are placeholders. */
  readonly dryRun: boolean
}

/**
 * Reads everything that decides whether the task must run.
 * @throws {SsmError} `CODE_MISSING`, `INPUT_MISSING`, `OUTPUT_MISSING`, `PLATFORM_*`.
 */
export async function resolveTask(spec: TaskSpec, context: RunContext, options: ResolveOptions): Promise<ResolvedTask> {
  const { signal } = context
  const bucket = await context.platform.objects.bucket(spec.bucket, { signal, dryRun: options.dryRun })
  const layout = layoutOf({ bucket, prefix: spec.prefix, project: spec.project, task: spec.task })
  const [code, inputs, remote] = await Promise.all([
    describeProgram(spec.program, signal),
    findInputs(spec, bucket, context, { allowMissing: options.dryRun }),
    remoteIdentity(remoteOf(spec.program), context),
  ])
  const codeFiles = [...(code?.files ?? []), ...remote]
  const parts = fingerprintParts(spec, {
    codeFiles,
    ...entryOf(spec.program, code),
    inputs: Object.fromEntries(inputs.map((input) => [input.resolved.channel, input.identity])),
    requestOverrides: requestOverrideEffects(spec),
  })
  return { spec, bucket, layout, code, inputs, parts, fingerprint: fingerprintOf(parts) }
}

async function describeProgram(program: Program, signal: AbortSignal): Promise<Code | undefined> {
  return program.kind === 'algorithm' ? undefined : describeCode(localPartOf(program), { signal })
}

/** The entry as it lies in the code folder; one inside an archive in S3 is known by its name alone. */
function entryOf(program: Program, code: Code | undefined): { readonly entry?: string } {
  const entry = code?.entry ?? (program.kind === 'code' ? program.entry : undefined)
  return entry === undefined ? {} : { entry }
}
