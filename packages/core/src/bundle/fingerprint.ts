import { createHash } from 'node:crypto'
import { Secret } from '../secrets/secret.ts'
import type { DistributionSpec } from '../spec/distribution.ts'
import type { ImageSpec } from '../spec/image.ts'
import type { Change, FingerprintParts } from '../spec/result.ts'
import type { InputSpec, TaskSpec } from '../spec/task-spec.ts'

/** What a fingerprint is made from, beside the spec: content, never places or times. */
export interface FingerprintFacts {
  /** Path inside the code folder → sha-256 of its content (and whether it is executable). */
  readonly codeFiles: readonly { readonly path: string; readonly sha256: string; readonly executable: boolean }[]
  /** The file that is run, inside the code folder. */
  readonly entry?: string
  /** Channel → what identifies its data: a digest of content, `job/output`, or key, size and etag. */
  readonly inputs: Readonly<Record<string, FingerprintParts>>
  /** The Dockerfile's text and the files that it can copy, when the image is built. */
  readonly imageSource?: {
    readonly text: string
    readonly files: readonly { readonly path: string; readonly sha256: string; readonly executable: boolean }[]
  }
  /** Field of the request → a digest of what `request()` edits made of it. */
  readonly requestOverrides?: Readonly<Record<string, string>>
}

/**
 * Everything that makes a run the same run, part by part, in words people read: `code train.py`, `hyperparameter lr`.
 * Not in it: machines, spot, limits, tags, roles, keys, the clock, absolute paths, and the values of secrets.
 */
export function fingerprintParts(spec: TaskSpec, facts: FingerprintFacts): FingerprintParts {
  return {
    kind: spec.kind,
    program: JSON.stringify(programIdentity(spec, facts.entry)),
    image: JSON.stringify(imageIdentity(spec.image, facts.imageSource?.text)),
    ...prefixed('image file', filesByContent(facts.imageSource?.files ?? [])),
    ...prefixed('code', filesByContent(facts.codeFiles)),
    ...Object.fromEntries(
      Object.entries(facts.inputs).flatMap(([channel, parts]) => Object.entries(inputParts(spec, channel, parts))),
    ),
    ...prefixed(
      'hyperparameter',
      Object.fromEntries(Object.entries(spec.hyperparameters).map(([name, value]) => [name, JSON.stringify(value)])),
    ),
    // The order of hyperparameters is the order of the program's arguments.
    ...(Object.keys(spec.hyperparameters).length < 2
      ? {}
      : { [orderPart]: Object.keys(spec.hyperparameters).map(asWord).join(' ') }),
    ...prefixed('argument', Object.fromEntries(spec.args.map((text, index) => [String(index + 1), text]))),
    ...prefixed(
      'env',
      // Kept with every job, here and in S3: whoever reads that must not find a password there.
      Object.fromEntries(
        Object.entries(spec.env).map(([name, value]) => [name, value instanceof Secret ? '<secret>' : digestOfText(value)]),
      ),
    ),
    ...(spec.distribution === undefined ? {} : { distribution: distributionText(spec.distribution) }),
    ...(spec.launch === undefined ? {} : { launch: typeof spec.launch === 'string' ? spec.launch : JSON.stringify(spec.launch) }),
    ...prefixed('output', spec.outputs ?? {}),
    ...prefixed('request', facts.requestOverrides ?? {}),
  }
}

// A name alone is said as it always was, so that nothing runs again for a new way to write it.
function distributionText({ kind, ...settings }: DistributionSpec): string {
  return Object.keys(settings).length === 0 ? kind : `${kind} ${JSON.stringify(settings)}`
}

/** sha-256 (hex) over the parts, in an order that does not depend on how they were gathered. */
export function fingerprintOf(parts: FingerprintParts): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(parts).sort(byName)))
    .digest('hex')
}

/** The parts that differ, each with its value before and now; long values and digests are shortened. */
export function changesBetween(before: FingerprintParts, now: FingerprintParts): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return (
    names
      .filter((name) => before[name] !== now[name])
      // With other hyperparameters their order is another one by itself.
      .filter((name) => name !== orderPart || sameWords(before[name], now[name]))
      .map((part) => ({ part, ...shownAs('from', before[part]), ...shownAs('to', now[part]) }))
  )
}

/** Its name is none that a hyperparameter can have. */
const orderPart = 'order of hyperparameters'

// A name may hold blanks, and a list of names is parted by them.
const asWord = (name: string): string => name.replaceAll(/[%\s]/g, encodeURIComponent)

const sameWords = (before = '', now = ''): boolean => before.split(' ').sort().join(' ') === now.split(' ').sort().join(' ')

function programIdentity({ program }: TaskSpec, entry: string | undefined): object {
  switch (program.kind) {
    case 'code':
      return { run: entry, ...(program.exported === undefined ? {} : { function: program.exported }) }
    case 'shell':
      return { line: program.line }
    case 'command':
      return { argv: program.argv, script: entry }
    case 'algorithm':
      return { run: 'the image itself' }
  }
}

// What an image is made of, not what it is called: where it is pushed to changes nothing in it.
function imageIdentity(image: ImageSpec, text: string | undefined): object {
  if (image.kind !== 'dockerfile') return sorted(image)
  return { base: sorted(image.base), kind: image.kind, source: text ?? image.source }
}

const filesByContent = (files: FingerprintFacts['codeFiles']): FingerprintParts =>
  Object.fromEntries(files.map((file) => [file.path, `${file.sha256}${file.executable ? ' executable' : ''}`]))

// No channel's name has a blank, so `reading of input x` is never the part of a file.
function inputParts(spec: TaskSpec, channel: string, parts: FingerprintParts): FingerprintParts {
  const input = spec.inputs.find((each) => each.channel === channel)
  return {
    ...(input === undefined ? {} : { [`reading of input ${channel}`]: readingOf(input) }),
    ...prefixed(`input ${channel}`, parts),
  }
}

function readingOf({ distribution, mode, subdir, contentType, unpack, path, groups }: InputSpec): string {
  const folder = subdir === undefined ? [] : [`of folder ${JSON.stringify(subdir)}`]
  const place = path === undefined ? [] : [`at ${JSON.stringify(path)}`]
  const type = contentType === undefined ? [] : [`as ${JSON.stringify(contentType)}`]
  const machines = groups === undefined ? [] : [`for ${groups.join(', ')}`]
  return [distribution, mode, ...folder, ...type, ...(unpack ? ['unpacked'] : []), ...place, ...machines].join(' ')
}

function prefixed(prefix: string, parts: Readonly<Record<string, string>>): FingerprintParts {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name === '' ? prefix : `${prefix} ${name}`, value]))
}

function shownAs(key: 'from' | 'to', value: string | undefined): Partial<Change> {
  if (value === undefined) return {}
  return { [key]: value.length > 120 ? `${value.slice(0, 117)}…` : value }
}

const digestOfText = (text: string): string => createHash('sha256').update(text).digest('hex')
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)
const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
