import type { Text } from '../../errors/wording.ts'
import { bucketName } from '../../names/object-uri.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import { nearest } from '../../options/did-you-mean.ts'
import type { FoundProblem } from '../../options/option.ts'
import { isOutputName, outputsOf } from '../../run/results/outputs.ts'
import type { Draft, DraftInput } from '../draft.ts'
import { isAddress, pathProblems, tried, uriProblems } from './place-problems.ts'

/*
 * What is wrong with a draft beside its options. A caller without types may have said anything: every value is looked at
 * as what it is, not as what it should be.
 */

/** Names that SageMaker or S3 would refuse. */
export function nameProblems(draft: Draft): readonly FoundProblem[] {
  const bucket = draft.bucket === undefined ? [] : tried('bucket', draft.bucket, bucketName)
  return [...tried('project', draft.project, projectName), ...tried('task', draft.task, taskName), ...bucket]
}

/** A task without a program, or with one that cannot be started. */
export function programProblems({ program, calls }: Draft): readonly FoundProblem[] {
  if (program === undefined && calls !== undefined) {
    return [
      {
        path: 'function',
        value: calls.exported,
        message: 'is called, not run',
        hint: { library: 'Use .call(…) or .map([…]).', commandLine: 'Call it from a program.' },
      },
    ]
  }
  if (program === undefined) {
    const hint = { library: "Add .code('train.py') or .shell('…').", commandLine: 'Add --entry_point train.py.' }
    return [{ path: 'code', value: undefined, message: 'is missing: nothing says what to run', hint }]
  }
  switch (program.kind) {
    case 'code':
      return [
        ...codeProblems('code', program.entry),
        ...givenProblems('sourceDir', program.sourceDir),
        ...listProblems(program.dependencies),
      ]
    case 'shell':
      return [...lineProblems(program.line), ...givenProblems('files', program.files), ...listProblems(program.dependencies)]
    case 'command':
      return [...argvProblems(program.argv), ...givenProblems('script', program.script), ...listProblems(program.dependencies)]
    case 'algorithm':
      return []
  }
}

/** A text that must be there and say something. */
function textProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (typeof value !== 'string') return [{ path, value, message: 'must be a text', hint: 'Write it in quotes.' }]
  if (value.trim() === '') return [{ path, value, message: 'must not be empty', hint: 'Write what to run.' }]
  return value.includes('\0') ? [{ path, value, message: 'must not contain a NUL character', hint: 'Leave it out.' }] : []
}

// A shell takes the CR for a part of the command.
function lineProblems(value: unknown): readonly FoundProblem[] {
  if (typeof value !== 'string' || !/\r(?:\n|$)/.test(value)) return textProblems('shell', value)
  return [{ path: 'shell', value, message: 'must not have lines that end with CR', hint: 'End lines with LF alone.' }]
}

const givenProblems = (path: string, value: unknown): readonly FoundProblem[] =>
  value === undefined ? [] : codeProblems(path, value)

/** Code is a path of this computer or an object in S3. */
const codeProblems = (path: string, value: unknown): readonly FoundProblem[] =>
  typeof value === 'string' && isAddress(value) ? uriProblems(path, value) : textProblems(path, value)

function listProblems(dependencies: unknown): readonly FoundProblem[] {
  if (Array.isArray(dependencies))
    return dependencies.flatMap((path: unknown, index) => textProblems(`dependencies[${index}]`, path))
  return [
    {
      path: 'dependencies',
      value: dependencies,
      message: 'must be a list of paths',
      hint: { library: "Write { dependencies: ['lib'] }.", commandLine: 'Write --dependencies lib.' },
    },
  ]
}

function argvProblems(argv: unknown): readonly FoundProblem[] {
  const hint = { library: "Write it as a list of texts: ['/bin/bash', '-c'].", commandLine: 'Write --entrypoint /bin/bash -c.' }
  if (!Array.isArray(argv) || argv.length === 0)
    return [{ path: 'entrypoint', value: argv, message: 'must be a program and its arguments', hint }]
  const [program, ...args] = argv as readonly unknown[]
  const wrong = args.findIndex((text) => typeof text !== 'string' || text.includes('\0'))
  const problem = { path: `entrypoint[${wrong + 1}]`, value: args[wrong], message: 'must be a text without NUL characters', hint }
  return [...textProblems('entrypoint', program), ...(wrong === -1 ? [] : [problem])]
}

/** Channels that are taken twice, sources that cannot be, options that do not exist. */
export function inputProblems(draft: Draft): readonly FoundProblem[] {
  const most = draft.kind === 'training' ? 19 : 8
  const message = `has at most ${most} channels in a ${draft.kind} task`
  const count: readonly FoundProblem[] =
    draft.inputs.length > most
      ? [{ path: 'input', value: draft.inputs.length, message, hint: 'Put several inputs under one prefix.' }]
      : []
  return [...count, ...draft.inputs.flatMap((input, index) => oneInputProblems(draft, input, index))]
}

function oneInputProblems(draft: Draft, input: DraftInput, index: number): readonly FoundProblem[] {
  const path = `input[${index}]`
  const isTwice = draft.inputs.findIndex((other) => variableOf(other.channel) === variableOf(input.channel)) < index
  const twice = {
    path: `${path}.channel`,
    value: input.channel,
    message: 'has an input already',
    hint: { library: "Name this one with { channel: '…' }.", commandLine: 'Give this one another name: --input NAME SOURCE.' },
  }
  return [
    ...(isTwice ? [twice] : []),
    ...channelProblems(path, input.channel),
    ...readingProblems(draft, input, path),
    ...groupProblems(draft, input, path),
    ...sourceProblems(path, input.source),
  ]
}

function channelProblems(path: string, value: unknown): readonly FoundProblem[] {
  const problem = (message: string): readonly FoundProblem[] => [
    { path: `${path}.channel`, value, message, hint: 'Choose another name.' },
  ]
  if (typeof value !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(value))
    return problem('must be 1 to 64 letters, digits, ".", "_" and "-"')
  return reservedChannels.includes(value) ? problem('is used by this library') : []
}

// Channels are told apart by their variables: `a-b` and `A_b` are both SM_CHANNEL_A_B.
const variableOf = (channel: unknown): string =>
  typeof channel === 'string' ? channel.toUpperCase().replace(/[^A-Z0-9]/g, '_') : ''

const reservedChannels: readonly string[] = ['code', 'state_prev', 'checkpoints']
const distributions: readonly string[] = ['FullyReplicated', 'ShardedByS3Key']
const modes: readonly string[] = ['File', 'FastFile', 'Pipe']

function readingProblems({ kind }: Draft, input: DraftInput, path: string): readonly FoundProblem[] {
  const { distribution, mode, unpack, subdir, contentType } = input
  const problems: FoundProblem[] = []
  const add = (name: string, value: unknown, message: string, hint: Text): void =>
    void problems.push({ path: `${path}.${name}`, value, message, hint })
  if (distribution !== undefined && !distributions.includes(distribution))
    problems.push(oneOfProblem(`${path}.distribution`, distribution, distributions))
  if (mode !== undefined && !modes.includes(mode)) problems.push(oneOfProblem(`${path}.mode`, mode, modes))
  if (kind === 'processing' && mode === 'FastFile')
    add('mode', mode, 'must be File or Pipe in a processing task', 'Leave it out: File copies the data first.')
  if (unpack !== undefined && typeof unpack !== 'boolean')
    add('unpack', unpack, 'must be true or false', 'Write it without quotes.')
  if (unpack === true && mode !== undefined && mode !== 'File')
    add('unpack', unpack, 'needs mode File', 'Leave out mode or unpack.')
  if (subdir !== undefined && !isBelow(subdir))
    add('subdir', subdir, 'must be a folder below the source', 'Write it without a slash in front and without dots.')
  if (contentType !== undefined && !isContentType(contentType))
    add('contentType', contentType, 'must be a text of at most 256 characters', "Write it as 'text/csv'.")
  return problems
}

function groupProblems({ kind, options }: Draft, { groups }: DraftInput, path: string): readonly FoundProblem[] {
  if (groups === undefined) return []
  const of = (message: string, hint: Text): readonly FoundProblem[] => [{ path: `${path}.groups`, value: groups, message, hint }]
  const given: unknown = options.instanceGroups
  if (kind === 'processing' || !Array.isArray(given))
    return of('needs machines in groups', {
      library: "Write .instances([{ group: 'data', type: 'ml.c5.xlarge' }]) in a training task, or leave it out.",
      commandLine: 'Add --instance_group NAME TYPE COUNT, or leave it out.',
    })
  const known = (given as readonly { readonly group?: unknown }[]).map((each) => String(each?.group))
  const list: unknown = groups
  if (!Array.isArray(list) || list.length === 0) return of('must be a list of groups', `Choose among ${known.join(', ')}.`)
  const wrong: unknown = list.find((name) => !known.includes(name as string))
  return wrong === undefined ? [] : [oneOfProblem(`${path}.groups`, wrong, known)]
}

const isBelow = (subdir: unknown): boolean => typeof subdir === 'string' && !/(^|\/)\.\.?(\/|$)|^\/|\0/.test(subdir)
const isContentType = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= 256

function oneOfProblem(path: string, value: unknown, choices: readonly string[]): FoundProblem {
  const near = typeof value === 'string' ? nearest(value, choices) : undefined
  return {
    path,
    value,
    message: `must be one of ${choices.join(', ')}`,
    hint: near === undefined ? 'Choose one of these.' : `Did you mean ${near}?`,
  }
}

function sourceProblems(path: string, source: DraftInput['source']): readonly FoundProblem[] {
  switch (source.kind) {
    case 's3-text':
      return uriProblems(`${path}.uri`, source.uri)
    case 'local':
      return pathProblems(`${path}.path`, source.path)
    case 'task':
      return [...tried(`${path}.task`, source.task, taskName), ...outputNameProblems(path, source.output)]
    case 'upstream':
      return outputProblems(path, source.output, outputsOf(source.spec.kind, Object.keys(source.spec.outputs ?? {})))
    case 's3':
    case 'result':
      return []
  }
}

// Another task may name outputs itself; whether it has this one is seen where its job lies.
function outputNameProblems(path: string, output: unknown): readonly FoundProblem[] {
  const known = outputsOf('training')
  const isSlip = typeof output !== 'string' || !isOutputName(output) || known.some((name) => isNear(name, output))
  return isSlip ? outputProblems(path, output, known) : []
}

const isNear = (name: string, output: string): boolean => name !== output && nearest(output, [name]) !== undefined

function outputProblems(path: string, output: unknown, known: readonly string[]): readonly FoundProblem[] {
  return typeof output === 'string' && known.includes(output) ? [] : [oneOfProblem(`${path}.output`, output, known)]
}
