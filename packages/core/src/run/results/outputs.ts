import { channelPath, codeChannelPath, outputVariable, paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { JobName } from '../../names/job-name.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { Objects } from '../../platform/objects.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { FoundProblem } from '../../options/option.ts'
import { processingOutputs, trainingOutputs, type NamedOutputs, type OutputName } from '../../spec/outputs.ts'
import type { StoredOutput } from '../../spec/result.ts'

/** The outputs a task of a kind has; a processing task may name more. */
export function outputsOf(kind: JobKind, named: readonly string[] = []): readonly string[] {
  return kind === 'training' ? trainingOutputs : [...processingOutputs, ...named]
}

/** Where an output of a job lies: an archive for training, a folder for a processing job's output and any state. */
export function outputUri(layout: TaskLayout, kind: JobKind, job: JobName, output: string): ObjectUri {
  const place = layout.job(job)
  if (output === 'state') return layout.state
  if (output === 'source') return place.bundle
  if (kind === 'processing') return output === 'output' ? place.outputFolder : place.namedOutput(output)
  return output === 'model' ? place.model : place.output
}

/** The outputs that a processing job named itself, of which only the job is known. */
export async function namedOutputsOf(
  layout: TaskLayout,
  { kind, name }: Pick<JobRef, 'kind' | 'name'>,
  objects: Objects,
  options: Abortable,
): Promise<readonly string[]> {
  const named: string[] = []
  if (kind === 'processing')
    for await (const output of objects.folders(layout.job(name).namedOutputs, options)) named.push(output)
  return named
}

/** Outputs by name. */
export type StoredOutputs = { readonly [Output in OutputName]: StoredOutput<Output> }

/** Every output of a job, by name. A processing job has no `model`, whatever the type says to callers that know the kind. */
export function storedOutputs(
  task: string,
  layout: TaskLayout,
  { kind, name: job }: Pick<JobRef, 'kind' | 'name'>,
  named: readonly string[],
): StoredOutputs {
  const entries = outputsOf(kind, named).map((output) => [
    output,
    { kind: 'stored-output', output, job, task, uri: outputUri(layout, kind, job, output) } as const,
  ])
  return Object.fromEntries(entries) as StoredOutputs
}

/*
 * Folders of a machine that a processing task chooses for its inputs and outputs. SageMaker takes what lies below
 * /opt/ml/processing, and mounts each of them: none may lie inside another.
 */

const below = '/opt/ml/processing/'
const mostOutputs = 8

/** An input, as far as its place goes. */
export interface PlacedInput {
  readonly channel: string
  readonly path?: string
}

/** A folder of the machine, and what it is for. */
interface Place {
  readonly field: string
  readonly path: unknown
  /** As messages say it. */
  readonly what: string
}

/** What may name an output. */
export const isOutputName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)

/** Paths that SageMaker would refuse, or that two things want; names of outputs that cannot be. */
export function placeProblems(kind: JobKind, inputs: readonly PlacedInput[], named: NamedOutputs): readonly FoundProblem[] {
  const said = inputs.flatMap(({ path }, index) => (path === undefined ? [] : [{ field: `input[${index}].path`, path }]))
  if (kind === 'training') return [...said.map(inTraining), ...(Object.keys(named).length > 0 ? [namedInTraining(named)] : [])]
  const outputs = Object.entries(named)
  const chosen: readonly Place[] = [
    ...inputs.map((input, index) => ({
      field: `input[${index}].path`,
      path: placeOf(input),
      what: `input ${input.channel}`,
    })),
    ...outputs.map(([name, path]) => ({ field: `outputs.${name}`, path, what: `output ${name}` })),
  ]
  const wrong = chosen.flatMap(shapeProblems)
  return [...nameProblems(outputs), ...wrong, ...(wrong.length === 0 ? overlaps(chosen as readonly Sure[]) : [])]
}

const inTraining = ({ field, path }: { readonly field: string; readonly path: string }): FoundProblem => ({
  path: field,
  value: path,
  message: 'cannot be chosen in a training task: SageMaker puts each channel into /opt/ml/input/data/<channel>',
  hint: { library: 'Leave it out, or use project.processing().', commandLine: 'Leave out --input_at, or use ssm process.' },
})

const namedInTraining = (named: NamedOutputs): FoundProblem => ({
  path: 'outputs',
  value: named,
  message: 'are named by processing tasks alone',
  hint: {
    library: 'Use project.processing(), or write to model and output.',
    commandLine: 'Use ssm process, or write to model and output.',
  },
})

const placeOf = ({ channel, path }: PlacedInput): unknown => path ?? channelPath('processing', String(channel))

function nameProblems(outputs: readonly (readonly [string, string])[]): readonly FoundProblem[] {
  const tooMany = outputs.length > mostOutputs
  const variables = outputs.map(([name]) => outputVariable(name))
  return [
    ...(tooMany
      ? [
          {
            path: 'outputs',
            value: outputs.length,
            message: `has at most ${mostOutputs} outputs`,
            hint: 'Keep a folder above several of them.',
          },
        ]
      : []),
    ...outputs.flatMap(([name], index) => {
      const at = { path: `outputs.${name}`, value: name, hint: 'Choose another name.' }
      if (!isOutputName(name)) return [{ ...at, message: 'needs a name of 1 to 63 letters, digits, "_" and "-"' }]
      if (reserved.includes(name)) return [{ ...at, message: 'is an output that every processing task has' }]
      return variables.indexOf(outputVariable(name)) < index
        ? [{ ...at, message: `has the variable of another output, ${outputVariable(name)}` }]
        : []
    }),
  ]
}

const reserved: readonly string[] = [...processingOutputs, 'logs']

function shapeProblems({ field, path }: Place): readonly FoundProblem[] {
  const isFine =
    typeof path === 'string' &&
    path.length <= 256 &&
    path.startsWith(below) &&
    /[^/]/.test(path.slice(below.length)) &&
    !/\/\.{0,2}(\/|$)|[\p{Cc}\u2028\u2029]/u.test(path.replace(/\/+$/, ''))
  if (isFine) return []
  const message = `must be a folder below ${below} of at most 256 characters`
  return [{ path: field, value: path, message, hint: `Write it as '${below}train'.` }]
}

interface Sure extends Place {
  readonly path: string
}

const codePlace: Sure = { field: '', path: codeChannelPath('processing'), what: 'the code' }
const statePlaces: readonly Sure[] = [
  { field: '', path: paths.processing.state, what: 'the state' },
  { field: '', path: paths.processing.previousState, what: 'the state of the run before' },
  { field: '', path: paths.processing.stateArchive, what: 'the archive of the state' },
]

// An input may hold others, as public scripts place /opt/ml/processing/input around the code; what is stored may not overlap.
function overlaps(chosen: readonly Sure[]): readonly FoundProblem[] {
  const bare = chosen.map((place) => ({ ...place, path: place.path.replace(/\/+$/, '') }))
  return bare.flatMap((place, index) => {
    const others = [codePlace, ...statePlaces, ...bare.slice(0, index)]
    const other = others.find((each) => (isStored(place) || isStored(each) ? isOneInside : isSame)(each.path, place.path))
    if (other === undefined) return []
    const message = `lies in one folder with ${other.what}, ${other.path}: neither may be inside the other`
    return [{ path: place.field, value: place.path, message, hint: 'Choose another folder.' }]
  })
}

const isStored = (place: Sure): boolean => place.field.startsWith('outputs.') || statePlaces.includes(place)
const isSame = (one: string, other: string): boolean => one === other
const isOneInside = (one: string, other: string): boolean => isInside(one, other) || isInside(other, one)
const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
