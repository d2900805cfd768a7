import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { readTextNow } from '../files/read.ts'
import { fsCodeOf } from '../files/fs-errors.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { isDigest, isName, isVersion } from './patterns.ts'

/** What pip is given of a `requirements.txt` and the files that it includes: lines of known forms alone. */
export interface CheckedRequirements {
  readonly requirements: string
  readonly constraints: string
}

interface Line {
  readonly text: string
  readonly path: string
  readonly isConstraint: boolean
}

interface Reading {
  readonly requirements: string[]
  readonly constraints: string[]
  readonly seen: Set<string>
}

/**
 * Reads requirements with all files that they include, and writes them anew. pip takes options from such a file that override those of
 * its command line and run programs of a package here, so that it gets only the lines that were understood.
 * @throws {SsmError} `CODE_MISSING` when a file is not there, `WHEELS_MISSING` at a line of another form.
 */
export function readRequirements(file: string): CheckedRequirements {
  const reading: Reading = { requirements: [], constraints: [], seen: new Set() }
  readInto(reading, file, false)
  const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
  return { requirements: textOf(reading.requirements), constraints: textOf(reading.constraints) }
}

function readInto(reading: Reading, path: string, isConstraint: boolean): void {
  const key = `${isConstraint} ${path}`
  if (reading.seen.has(key)) return
  reading.seen.add(key)
  for (const text of linesOf(readNamed(path))) {
    const line = { text, path, isConstraint }
    if (text.startsWith('-')) takeOptions(reading, line)
    else reading[isConstraint ? 'constraints' : 'requirements'].push(requirementIn(line))
  }
}

export function readNamed(file: string): string {
  try {
    return readTextNow(file)
  } catch (cause) {
    if (fsCodeOf(cause) === undefined) throw cause
    throw new SsmError('CODE_MISSING', `The file of packages, ${file}, cannot be read`, {
      hint: 'Check the path.',
      cause,
      facts: { path: file },
    })
  }
}

/** Lines as Python ends them, continued ones joined as pip does: a line of comment ends a continuation. */
function linesOf(text: string): readonly string[] {
  const joined: string[] = []
  let begun = ''
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|[\n\r\v\f\u001C-\u001E\u0085\u2028\u2029]/)) {
    const isComment = /^\s*#/.test(line)
    if (line.endsWith('\\') && !isComment) {
      begun += line.replaceAll(/^\\+|\\+$/g, '')
      continue
    }
    joined.push(begun + (isComment ? ` ${line}` : line))
    begun = ''
  }
  return [...joined, begun].map((line) => line.replace(/(?:^|\s+)#.*$/, '').trim()).filter((line) => line !== '')
}

const switches = new Set(['--pre', '--no-index', '--require-hashes'])
const places = new Map([
  ['-i', '--index-url'],
  ['-f', '--find-links'],
  ['--index-url', '--index-url'],
  ['--pypi-url', '--index-url'],
  ['--extra-index-url', '--extra-index-url'],
  ['--find-links', '--find-links'],
  ['--trusted-host', '--trusted-host'],
])
const includes = new Map([
  ['-r', false],
  ['--requirement', false],
  ['-c', true],
  ['--constraint', true],
])

/** The options of a line: where packages come from, and included files. All others are refused. */
function takeOptions(reading: Reading, line: Line): void {
  const waiting = [...line.text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([token]) => token)
  for (;;) {
    const token = waiting.shift()
    if (token === undefined) return
    if (switches.has(token)) {
      reading.requirements.push(token)
      continue
    }
    const [, name = '', given] = /^(--[a-z-]+|-[a-z])(?:(?<=^--[a-z-]+)=|(?<=^-[a-z])(?=.))?(.+)?$/.exec(token) ?? []
    const place = places.get(name)
    const included = includes.get(name)
    if (place === undefined && included === undefined) throw refused(line, optionWhy)
    const value = (given ?? waiting.shift() ?? '').replace(/^(["'])(.*)\1$/, '$2')
    if (place !== undefined) reading.requirements.push(`${place} "${placeIn(value, place, line)}"`)
    else readInto(reading, includedIn(value, line), included === true)
  }
}

const taken = [...switches, ...new Set(places.values()), ...includes.keys(), '--hash'].join(', ')
const optionWhy = `packages are taken as wheels, and the options ${taken}`
const urlWhy = 'an included file must be a file of this computer, so that it can be checked'

function includedIn(value: string, line: Line): string {
  if (value === '' || value.startsWith('-') || value.includes('${') || /^(?:https?|file|ftp):/i.test(value))
    throw refused(line, urlWhy)
  return resolve(dirname(line.path), value)
}

/** An address, host or folder, whose variables stay names: pip fills them in. */
function placeIn(value: string, option: string, line: Line): string {
  const filled = filledIn(value)
  const isFolder = option === '--find-links' && !/^(?:[a-z][a-z0-9+.-]*:\/\/|file:)/i.test(filled)
  const place = isFolder && !isAbsolute(filled) ? resolve(dirname(line.path), value) : value
  const isPlain = [place, filledIn(place)].every((text) => !breaks.test(text) && (isFolder || !/\s/.test(text)))
  if (value === '' || filled.startsWith('-') || !isPlain)
    throw refused(line, 'it names no address or folder that can be given to pip')
  return place
}

const filledIn = (text: string): string =>
  text.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => process.env[name] ?? whole)

/** What ends a quoted value or a line for pip. */
const breaks = /["'\\\p{C}\p{Zl}\p{Zp}]|\s#/u

const requirementForm =
  /^(?<name>[\w.-]+?)\s*(?:\[(?<extras>[^\]]*)\])?\s*(?:\((?<inner>[^()]*)\)|(?<outer>[=<>!~][^;]*?))?\s*(?:;\s*(?<marker>.+))?$/
const markerForm = /^[\w.,()<>=!~'"*+ -]+$/

/** A requirement written anew: a name with extras, versions, a marker and digests. */
function requirementIn(line: Line): string {
  const [, stated = '', hashes = ''] = /^(.*?)((?:\s+--hash(?:=|\s+)\S+)*)$/.exec(line.text) ?? []
  const { name, extras = '', inner, outer, marker = '' } = requirementForm.exec(stated)?.groups ?? {}
  if (!isName(name))
    throw refused(line, 'it is not a package name with versions: addresses, repositories, paths and other options are not taken')
  const extraNames = partsOf(extras)
  if (!extraNames.every(isName)) throw refused(line, 'its extras are not names')
  const versions = partsOf(inner ?? outer ?? '').map((part) => /^(===|[=!~<>]=|[<>])\s*(.+)$/.exec(part) ?? refusedPart(line))
  for (const [, , version = ''] of versions) if (!isVersion(version.replace(/\.\*$/, ''))) refusedPart(line)
  if (marker !== '' && (!markerForm.test(marker) || /(?:^|\s)-/.test(marker)))
    throw refused(line, 'its marker is not one of the known form')
  const digests = [...hashes.matchAll(/--hash(?:=|\s+)(\S+)/g)].map(([, digest = '']) => digest)
  if (!digests.every(isDigest)) throw refused(line, 'a digest of it is not one')
  return [
    `${name}${extraNames.length === 0 ? '' : `[${extraNames.join(',')}]`}${versions.map(([, sign, version]) => `${sign}${version}`).join(',')}`,
    ...(marker === '' ? [] : [`; ${marker}`]),
    ...digests.map((digest) => `--hash=${digest}`),
  ].join(' ')
}

function refusedPart(line: Line): never {
  throw refused(line, 'its versions are not ones')
}

const partsOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

function refused({ text, path }: Line, why: string): SsmError {
  const shown = JSON.stringify(text.replaceAll(/\/\/[^/@\s]*@/g, '//').slice(0, 200))
  return new SsmError('WHEELS_MISSING', `The line ${shown} of ${basename(path)} is refused: ${why}`, {
    hint: 'Remove the line, and put a wheel of the package into an index or a folder of your own, or leave out the option packages so that the machine builds it.',
    facts: { path },
  })
}
