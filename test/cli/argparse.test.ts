import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isSsmError } from '@simple-sagemaker/core'
import { plainName } from '../../packages/cli/src/grammar/command.ts'
import { compat } from '../../packages/cli/src/grammar/compat.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import type { Parsed } from '../../packages/cli/src/grammar/parsed.ts'
import { commandNamed } from '../../packages/cli/src/grammar/tables/commands.ts'
import { originalFlags, originalNames } from '../../packages/cli/src/grammar/tables/original.ts'
import { checkValues, hyperparametersOf } from '../../packages/cli/src/grammar/values.ts'
import { lacking } from '../support/prerequisites.ts'
import { seededLines, type Line } from './support/seeded-lines.ts'

/** What a command line means: values by the original's names, hyperparameters, and what goes to the program. */
interface ParsedLine {
  readonly values: Readonly<Record<string, unknown>>
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly rest: readonly string[]
}
type Read = ParsedLine | { readonly refused: string }

interface Argparsed {
  readonly refused?: string
  readonly values?: Readonly<Record<string, unknown>>
  readonly extras?: readonly string[]
}

const isRefused = (read: Read): read is { readonly refused: string } => 'refused' in read

function byArgparse(lines: readonly Line[]): readonly (Read & { readonly extras: readonly string[] })[] {
  const program = fileURLToPath(new URL('./support/original-parser.py', import.meta.url))
  const input = JSON.stringify({ flags: originalFlags, lines })
  const { stdout, stderr } = spawnSync('python3', [program], { input, encoding: 'utf8', maxBuffer: 1e8 })
  expect(stderr).toBe('')
  return (JSON.parse(stdout) as readonly Argparsed[]).map(({ refused, values = {}, extras = [] }) =>
    refused === undefined ? { values: asTexts(values), ...split(extras), extras } : { refused, extras },
  )
}

// argparse gives one value for a flag with one, and nothing where the original then found nothing.
function asTexts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(values).filter(
    ([name, value]) => value !== '' || !/^(prefix|bucket_name|output_path)$/.test(name),
  )
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value : [value]]))
}

/** The original made hyperparameters of what was left, in pairs, and handed on what followed `--`. */
function split(extras: readonly string[]): Pick<ParsedLine, 'hyperparameters' | 'rest'> {
  const end = extras.includes('--') ? extras.indexOf('--') : extras.length
  const hyperparameters: Record<string, string> = {}
  for (let at = 0; at < end; at++) {
    const [, name = '', , inline] = /^--([^=]*)(=([\s\S]*))?$/.exec(extras[at] ?? '') ?? []
    hyperparameters[name] = inline ?? (at + 1 < end ? (extras[++at] ?? '') : '')
  }
  return { hyperparameters, rest: extras.slice(end + 1) }
}

function byUs([name, argv]: Line): Read {
  const command = commandNamed(name)
  if (command === undefined) throw new Error(name)
  try {
    const { parsed } = compat(parse(command, argv))
    try {
      checkValues(command, parsed)
    } catch (error) {
      if (isSsmError(error, 'USAGE')) return { refused: `value: ${error.message}` }
      throw error
    }
    const [job] = parsed.positionals
    if (job !== undefined) return { refused: `${name} finds no job ${job}` }
    const missing = (originalFlags[name] ?? []).filter(
      ({ required, names }) => required === true && occurrences(parsed, name, names[0]).length === 0,
    )
    if (missing.length > 0) return { refused: `${name} needs ${missing[0]?.names[0]}` }
    return { values: valuesOf(name, parsed), hyperparameters: hyperparametersOf(parsed) ?? {}, rest: parsed.rest ?? [] }
  } catch (error) {
    if (isSsmError(error, 'USAGE')) return { refused: error.message }
    throw error
  }
}

function occurrences(
  parsed: Parsed,
  command: string,
  name: string,
): Parsed['given'] extends ReadonlyMap<string, infer All> ? All : never {
  const groups = commandNamed(command)?.groups ?? []
  const key = groups
    .flatMap(({ options }) => Object.entries(options))
    .find(([, { flag }]) => flag?.names.includes(name) === true || flag?.off?.includes(name) === true)?.[0]
  return parsed.given.get(key ?? '') ?? []
}

function valuesOf(command: string, parsed: Parsed): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const { names, nargs, append, opposite } of originalFlags[command] ?? []) {
    const found = occurrences(parsed, command, names[0])
    const last = found.at(-1)
    if (last === undefined) continue
    if (nargs !== 0) values[names[0]] = append === true ? found.map(({ texts }) => texts) : last.texts
    else if (names[0] === 'no_spot' ? last.off : names[0] !== 'use_spot_instances' || !last.off)
      values[[names[0], opposite ?? names[0]].toSorted()[0] ?? ''] = [names[0]]
  }
  return values
}

/** Why the two may differ, each with the place that tells users; the first that fits counts. */
const reasons: Readonly<Record<string, (line: Line, us: Read, them: Read & { readonly extras: readonly string[] }) => boolean>> =
  {
    'one or two letters are no abbreviation here, for they are rather names of hyperparameters': (_, us) =>
      isRefused(us) && us.refused.includes('could be short for'),
    'an empty path is refused at once: the original failed later, or took the whole folder': (_, us) =>
      isRefused(us) && us.refused.includes('an empty text where a path belongs'),
    'names of several letters have two dashes: -it would be -i t in the original': (_, us) =>
      isRefused(us) && us.refused.includes('has one dash'),
    'a name one slip away from a flag is refused, not made a hyperparameter': (_, us) =>
      isRefused(us) && us.refused.includes('looks like'),
    'a hyperparameter without a value is refused': (_, us) => isRefused(us) && us.refused.includes('without a value'),
    'an argument that belongs to nothing is refused, not dropped': (_, us) =>
      isRefused(us) && us.refused.includes('Unexpected argument'),
    'a word of data is the name of a job, and not dropped': ([command], us) =>
      isRefused(us) && command === 'data' && us.refused.includes('finds no job'),
    'process and data refuse what they do not know, and data starts no program': ([command], us) =>
      isRefused(us) && (command === 'process' || command === 'data') && /has no option|starts no program/.test(us.refused),
    'values that could never run are refused before anything starts': (_, us, them) =>
      isRefused(us) && !isRefused(them) && us.refused.startsWith('value: '),
    'an input without its source, and a pair without its second half, is refused': (_, us, them) =>
      isRefused(us) && !isRefused(them) && / needs [A-Z]+/.test(us.refused),
    'a framework this version knows and the original did not': ([, argv], us, them) =>
      !isRefused(us) && isRefused(them) && /invalid choice/.test(them.refused) && argv.length > 0,
    'durations may have a unit': (_, us, them) => !isRefused(us) && isRefused(them) && /invalid whole value/.test(them.refused),
    'a waiting time beside --no_spot is dropped, with a warning': ([, argv], us) =>
      !isRefused(us) && argv.includes('--no_spot') && us.values['max_wait_mins'] === undefined,
    'a newer option has the name of an abbreviation: --image was short for --image_tag, --input for nothing alone': (
      [, argv],
      us,
    ) => !isRefused(us) && argv.some((token) => /^--(image|input)(=|$)/.test(token)),
    'kebab-case is the same name': ([command, argv], us) =>
      !isRefused(us) &&
      argv.some(
        (token) => /^--.*-/.test(token) && originalNames(command).includes(plainName(token.slice(2).split('=')[0] ?? '')),
      ),
  }

const isSame = (us: Read, them: Read): boolean =>
  isRefused(us)
    ? isRefused(them)
    : !isRefused(them) &&
      JSON.stringify([us.values, us.hyperparameters, us.rest].map(inOrder)) ===
        JSON.stringify([them.values, them.hyperparameters, them.rest].map(inOrder))
const inOrder = (value: unknown): unknown =>
  Array.isArray(value) ? value : Object.entries(value as object).toSorted(([one], [other]) => (one < other ? -1 : 1))

test.skipIf(lacking('python3'))(
  '1,500 command lines mean what they mean to argparse, or differ for a reason that is listed',
  () => {
    const lines = seededLines(1_500, 2026)
    const theirs = byArgparse(lines)
    const counted: Record<string, number> = { same: 0 }
    const unexplained: unknown[] = []
    for (const [index, line] of lines.entries()) {
      const [us, them] = [byUs(line), theirs[index]]
      if (them === undefined) throw new Error('a line is missing')
      const why = isSame(us, them) ? 'same' : Object.keys(reasons).find((reason) => reasons[reason]?.(line, us, them) === true)
      if (why === undefined) unexplained.push({ line, us, them })
      else counted[why] = (counted[why] ?? 0) + 1
    }
    expect(unexplained.slice(0, 10)).toEqual([])
    expect(counted).toMatchInlineSnapshot(`
      {
        "a framework this version knows and the original did not": 4,
        "a hyperparameter without a value is refused": 16,
        "a newer option has the name of an abbreviation: --image was short for --image_tag, --input for nothing alone": 2,
        "a word of data is the name of a job, and not dropped": 7,
        "an argument that belongs to nothing is refused, not dropped": 46,
        "an empty path is refused at once: the original failed later, or took the whole folder": 45,
        "an input without its source, and a pair without its second half, is refused": 35,
        "names of several letters have two dashes: -it would be -i t in the original": 62,
        "one or two letters are no abbreviation here, for they are rather names of hyperparameters": 18,
        "process and data refuse what they do not know, and data starts no program": 67,
        "same": 1008,
        "values that could never run are refused before anything starts": 190,
      }
    `)
  },
)
