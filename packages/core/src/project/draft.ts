import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { TrainingOptions } from '../options/task-options.ts'
import { setIn } from '../lang/set-in.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { NamedOutputs } from '../spec/outputs.ts'
import type { Distribution, InputMode } from '../spec/task-spec.ts'
import type { Program } from '../spec/program.ts'
import type { StoredOutput } from '../spec/result.ts'
import type { DocumentSpec, InputSource, RequestOverride } from '../spec/task-spec.ts'
import type { FunctionSource } from './functions/function-file.ts'
import type { InputOptions, OutputRef } from './grammar/input-options.ts'

/** What was said so far, as it was said: checked and completed by `specOf`. */
export interface Draft {
  readonly kind: JobKind
  readonly project: string
  readonly prefix: string
  readonly bucket: string | undefined
  readonly task: string
  readonly options: TrainingOptions
  /** Those of them that the task itself set, not the project's defaults. */
  readonly chosen?: readonly string[]
  /** The project's defaults for tasks of this kind. */
  readonly defaults?: TrainingOptions
  /** The configuration file that each of them came from. */
  readonly files?: Readonly<Record<string, string>>
  readonly program: Program | undefined
  /** `algorithm('xgboost', …)`: the image is found by this name. */
  readonly algorithm: { readonly name: string; readonly version?: string } | undefined
  /** A function whose calls are what runs; the program is made with the first call. */
  readonly calls?: FunctionSource
  readonly inputs: readonly DraftInput[]
  /** Folders of a processing task to keep, by name. */
  readonly outputs?: NamedOutputs
  readonly requestOverrides: readonly RequestOverride[]
  readonly resultSchema: StandardSchemaV1 | undefined
  readonly hyperparameterSchema: StandardSchemaV1 | undefined
  /** The shapes of documents in channels and outputs. */
  readonly documents?: readonly DocumentSpec[]
}

/** A task of which only the name is known. */
export function newDraft(of: Pick<Draft, 'kind' | 'project' | 'prefix' | 'bucket' | 'task' | 'options' | 'files'>): Draft {
  const nothing = { program: undefined, algorithm: undefined, resultSchema: undefined, hyperparameterSchema: undefined }
  return { ...of, ...nothing, defaults: of.options, inputs: [], requestOverrides: [] }
}

export interface DraftInput {
  readonly channel: string
  readonly source: InputSource | { readonly kind: 's3-text'; readonly uri: string }
  readonly distribution?: Distribution
  readonly mode?: InputMode
  readonly subdir?: string
  readonly contentType?: string
  readonly unpack?: boolean
  readonly path?: string
  readonly groups?: readonly string[]
}

/** The draft with one more input. */
export function addInput(draft: Draft, source: DraftInput['source'], channel: string, options: InputOptions = {}): Draft {
  return { ...draft, inputs: [...draft.inputs, { channel, source, ...setIn(options) }] }
}

/** The draft with shapes of documents; a later one for the same file takes the place of an earlier one. */
export function addDocuments(
  draft: Draft,
  of: DocumentSpec['of'],
  place: string,
  schemas: Readonly<Record<string, StandardSchemaV1>>,
): Draft {
  // What a caller without types gives instead is told when it runs, with all other problems.
  const given = typeof schemas === 'object' && schemas !== null ? schemas : { [String(schemas)]: schemas }
  const added = Object.entries(given).map(([file, schema]): DocumentSpec => ({ of, place, file, schema }))
  const isReplaced = (known: DocumentSpec): boolean =>
    known.of === of && known.place === place && Object.hasOwn(given, known.file)
  return { ...draft, documents: [...(draft.documents ?? []).filter((known) => !isReplaced(known)), ...added] }
}

/** A path of this machine or an S3 URI, told apart by its scheme. */
export function pathOrUri(text: string): DraftInput['source'] {
  return typeof text === 'string' && /^s3:\/\//i.test(text) ? { kind: 's3-text', uri: text } : { kind: 'local', path: text }
}

/** Where a task's output or a result in hand comes from. */
export function sourceOf(from: OutputRef | StoredOutput): InputSource {
  return from.kind === 'output-ref'
    ? { kind: 'upstream', spec: from.spec, output: from.output }
    : { kind: 'result', job: from.job, output: from.output, uri: from.uri }
}

/** A task known by name only. */
export function taskSource(task: string, output: string): InputSource {
  return { kind: 'task', task, output }
}
