import { packagesChannel } from '@simple-sagemaker/worker-toolkit/contract'
import { isSsmError } from '../../errors/ssm-error.ts'
import { terms, wording, type Text } from '../../errors/wording.ts'
import { objectUri } from '../../names/object-uri.ts'
import { homeProblems } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import { outputsOf } from '../../run/results/outputs.ts'
import { keepsCheckpoints } from '../../spec/algorithms.ts'
import { secondsOf } from '../../time/duration.ts'
import type { Draft } from '../draft.ts'

/** What is wrong with a text, as the function that makes a name or an address of it says. */
export function tried(path: string, value: unknown, parse: (text: string) => unknown): readonly FoundProblem[] {
  if (typeof value !== 'string') return [{ path, value, message: 'must be a text', hint: 'Write it in quotes.' }]
  try {
    parse(value)
    return []
  } catch (cause) {
    if (!isSsmError(cause, 'NAME_INVALID')) throw cause
    return [{ path, value, message: `must be ${String(cause.facts['rule'])}`, hint: 'Choose another name.' }]
  }
}

/** An address in S3: a path where an address stands, and the other way round, is the other method's. */
export function uriProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (typeof value === 'string' && /[\p{Cc}\u2028\u2029]/u.test(value))
    return [{ path, value, message: 'must not hold control characters', hint: 'Check where the address comes from.' }]
  const found = tried(path, value, objectUri)
  if (typeof value !== 'string' || found.length === 0) return found
  return found.map((problem) => ({ ...problem, hint: addressHint(value) }))
}

function addressHint(value: string): Text {
  const meant = meantAddress(value)
  if (meant !== undefined) return `Did you mean ${meant}?`
  if (/^s3:\/\//i.test(value)) return 'Write the bucket and a folder or object in it: s3://my-bucket/data/.'
  if (isAddress(value)) return notFetched
  return {
    library: `For a file or folder of this computer write .input.local(${JSON.stringify(value.slice(0, 60))}).`,
    commandLine: `For a file or folder of this computer write --input NAME ${value.slice(0, 60)}.`,
  }
}

const notFetched = 'Download it first, or copy it to S3: jobs read files of this computer and objects in S3.'

/** Whether a text names a place that is not on this computer: `https://…`, `s3://…`, an ARN. */
export const isAddress = (value: string): boolean => /^(?:[a-z][a-z0-9+.-]+:\/|arn:)/i.test(value)

/** The address in S3 that was meant by an ARN, by an address of S3 on the web, or by one with a slip. */
function meantAddress(value: string): string | undefined {
  const [, bucket, key = ''] =
    /^arn:[^:]+:s3:::([^/]+)(\/.*)?$/i.exec(value) ??
    /^https?:\/\/([^/]+?)\.s3[.-](?:[^/]*\.)?amazonaws\.com(?:\.cn)?(\/[^?#]*)?/i.exec(value) ??
    /^https?:\/\/s3[.-](?:[^/]*\.)?amazonaws\.com(?:\.cn)?\/([^/?#]+)(\/[^?#]*)?/i.exec(value) ??
    /^s3:\/*([^/]+)(\/.*)?$/i.exec(value) ??
    []
  const meant = bucket === undefined ? undefined : `s3://${bucket.toLowerCase()}${key}`
  return meant === undefined || tried('', meant, objectUri).length > 0 ? undefined : meant.slice(0, 200)
}

/** A path of this computer. */
export function pathProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (typeof value === 'string' && isAddress(value) && !/^s3:\/\//i.test(value)) {
    const meant = meantAddress(value)
    const hint: Text =
      meant === undefined ? notFetched : { library: `Write .input.s3(${JSON.stringify(meant)}).`, commandLine: `Write ${meant}.` }
    return [{ path, value, message: 'must be a path of this computer', hint }]
  }
  if (typeof value === 'string' && /^s3:\/\//i.test(value))
    return [
      {
        path,
        value,
        message: 'must be a path of this computer',
        hint: {
          library: `Objects in S3 are read by .input.s3(${JSON.stringify(value.slice(0, 60))}).`,
          commandLine: `Objects in S3 are read by --input NAME ${value.slice(0, 60)}.`,
        },
      },
    ]
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return []
  return [
    {
      path,
      value,
      message: 'must be a path of this computer',
      hint: { library: "Write it as './data'.", commandLine: 'Write it as ./data.' },
    },
  ]
}

/** What an algorithm, an image that brings its own program, cannot have of options that are right by themselves. */
export function algorithmProblems({ algorithm, options }: Draft): readonly FoundProblem[] {
  if (algorithm === undefined) return []
  const { name, version } = algorithm as Readonly<Record<keyof typeof algorithm, unknown>>
  const wrong = typeof name !== 'string' || name === '' ? name : version
  if (wrong === name || (version !== undefined && typeof version !== 'string')) {
    const hint = {
      library: "Write it as .algorithm('xgboost', { version: '1.7-1' }).",
      commandLine: 'Give an algorithm in a program.',
    }
    return [{ path: 'algorithm', value: wrong, message: 'must be the name of an algorithm, and a version as text', hint }]
  }
  const { hyperparameters } = options
  const lines = Object.entries(hyperparameters ?? {}).flatMap(([name, value]): readonly FoundProblem[] => {
    if (typeof value !== 'string' || !/[\n\r\u0085\u2028\u2029]/.test(value)) return []
    const message = 'must be on one line: the image of an algorithm reads it from the request'
    return [{ path: `hyperparameters.${name}`, value, message, hint: 'Write it without line ends.' }]
  })
  return [
    ...lines,
    ...(algorithm.name.includes('/') || keepsCheckpoints(algorithm.name) ? [] : shortSpot(algorithm.name, options)),
  ]
}

/** SageMaker lets what keeps no checkpoints wait for spare machines and run for an hour, together. */
function shortSpot(name: string, { spot, maxRun, maxWait }: Draft['options']): readonly FoundProblem[] {
  const longest = 3_600
  if (spot !== true) return []
  const message = `must be at most '1 hour' with spot: ${name} keeps no checkpoints`
  const hint = {
    library: "Set .maxRun('1 hour') or less, or leave out .spot().",
    commandLine: 'Set --max_run_mins 60 or less, or leave out --spot.',
  }
  if ((secondsOf(maxRun ?? '24 hours') ?? 0) > longest) return [{ path: 'maxRun', value: maxRun ?? '24 hours', message, hint }]
  return maxWait === undefined || (secondsOf(maxWait) ?? 0) <= longest ? [] : [{ path: 'maxWait', value: maxWait, message, hint }]
}

/** An archive of the state is written by our launcher, which an image's own program does without. */
export function archiveProblems({ options, algorithm, program }: Draft): readonly FoundProblem[] {
  const { stateArchive, launch } = options
  if (stateArchive !== true || program === undefined) return []
  if (algorithm === undefined && program.kind !== 'algorithm' && launch !== 'toolkit') return []
  const hint = 'Leave it out: its program keeps its state by itself.'
  return [{ path: 'stateArchive', value: true, message: 'needs a program that is started by the launcher', hint }]
}

/** Packages are installed for a Python entry, and their channel is nobody else's. */
export function packagesProblems({ options: { packages }, program, inputs }: Draft): readonly FoundProblem[] {
  if (packages === undefined) return []
  const isPython = program?.kind === 'code' && program.entry.endsWith('.py')
  const index = inputs.findIndex(({ channel }) => channel === packagesChannel)
  return [
    ...(program === undefined || isPython
      ? []
      : [
          {
            path: 'packages',
            value: packages,
            message: 'are installed for a Python entry alone',
            hint: wording`Run a .py file with ${terms.code}, or leave out ${terms.packages}.`,
          },
        ]),
    ...(index < 0
      ? []
      : [
          {
            path: `input[${index}].channel`,
            value: packagesChannel,
            message: 'is the channel of the packages',
            hint: "Name this one with { channel: '…' }.",
          },
        ]),
  ]
}

/** A launcher starts a file; the toolkit of an image does what it always did, and nothing of ours. */
export function launchProblems({ kind, options, program, inputs }: Draft): readonly FoundProblem[] {
  const { launch, args = [], distribution, packages } = options
  if (launch === undefined || program === undefined) return []
  const of = (message: string, hint: FoundProblem['hint']): FoundProblem => ({
    path: 'launch',
    value: launch,
    message,
    ...(hint === undefined ? {} : { hint }),
  })
  const leaveOut = 'Leave out one of them.'
  if (program.kind !== 'code') return [of('starts a file of code', wording`Run a file with ${terms.code}, or leave it out.`)]
  if (launch !== 'toolkit')
    return distribution === undefined ? [] : [of('cannot be combined with distribution, which is a launcher, too', leaveOut)]
  return [
    ...(kind === 'training' ? [] : [of('toolkit is for training tasks', wording`Use ${terms.training}, or leave it out.`)]),
    ...(/\.(py|sh)$/.test(program.entry) ? [] : [of('toolkit starts .py and .sh files', 'Give it one of these.')]),
    ...(args.length === 0
      ? []
      : [of('toolkit has no arguments beside hyperparameters', wording`Use ${terms.hyperparameters} instead.`)]),
    ...(packages === undefined ? [] : [of('toolkit installs a requirements.txt, and no packages', leaveOut)]),
    ...(inputs.some(({ unpack }) => unpack === true) ? [of('toolkit unpacks no inputs', 'Unpack them in the program.')] : []),
  ]
}

/** What is given as a schema is one: a value without types may be anything, and is asked only when the job has ended. */
export function schemaProblems(draft: Draft): readonly FoundProblem[] {
  const whole = (['resultSchema', 'hyperparameterSchema'] as const).flatMap((path): readonly FoundProblem[] => {
    const schema: unknown = draft[path]
    if (schema === undefined || isSchema(schema)) return []
    const hint = 'Use a schema of zod, valibot, arktype or another library of Standard Schema.'
    return [{ path, value: schema, message: 'must be a Standard Schema', hint }]
  })
  return [...whole, ...documentProblems(draft)]
}

/** Documents are files of JSON, in places that the task has. */
function documentProblems(draft: Draft): readonly FoundProblem[] {
  const channels = draft.inputs.map(({ channel }) => channel)
  const outputs = outputsOf(draft.kind, Object.keys(draft.outputs ?? {})).filter((name) => name !== 'source' && name !== 'state')
  return (draft.documents ?? []).flatMap(({ of, place, file, schema }): readonly FoundProblem[] => {
    const path = `${of}Schema`
    const places = of === 'channel' ? channels : outputs
    const hint = `Write .${path}('${places[0] ?? 'data'}', { 'stats.json': schema }).`
    const problems = [
      ...(places.includes(place)
        ? []
        : [`names the ${of} '${String(place)}', which the task does not have; it has ${listOf(places)}`]),
      ...(isDocumentFile(file)
        ? []
        : [`names the file '${file}': documents are files with the ending .json or .jsonl in the ${of}`]),
      ...(isSchema(schema) ? [] : [`must have a Standard Schema for '${file}'`]),
    ]
    return problems.map((message) => ({ path, value: { [file]: schema }, message, hint }))
  })
}

const listOf = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

const isDocumentFile = (file: string): boolean =>
  /^[^/\\][^\\]*\.jsonl?$/.test(file) && !file.split('/').some((part) => part === '' || part === '.' || part === '..')

function isSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { readonly '~standard'?: { readonly validate?: unknown } | null })['~standard']
  return typeof standard?.validate === 'function'
}

/** Paths that begin with `~`. */
export function homePathProblems({ program, inputs, options }: Draft): readonly FoundProblem[] {
  const { dockerfile, packages } = options
  const dependencies: unknown = program !== undefined && 'dependencies' in program ? program.dependencies : []
  const given: readonly (readonly [string, unknown])[] = [
    ...(program?.kind === 'code' ? [['code', program.entry] as const, ['sourceDir', program.sourceDir] as const] : []),
    ...(program?.kind === 'shell' ? [['files', program.files] as const] : []),
    ...(program?.kind === 'command' ? [['script', program.script] as const] : []),
    ...(Array.isArray(dependencies) ? dependencies.map((path: unknown, at) => [`dependencies[${at}]`, path] as const) : []),
    ...inputs.map(({ source }, at) => [`input[${at}].path`, source.kind === 'local' ? source.path : undefined] as const),
    ['dockerfile', dockerfile],
    ['packages', typeof packages === 'object' ? (packages as { readonly file?: unknown } | null)?.file : packages],
  ]
  return given.flatMap(([path, value]) => homeProblems(path, value))
}
