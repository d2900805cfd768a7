import { asArgument } from '../terminal/text.ts'
import type { Wording } from '@simple-sagemaker/core'
import type { Problem, TrainingOptions, ValueOf } from '@simple-sagemaker/core/options'
import { optionsOfCommand, ordinaryWords, plainName, type CommandSpec, type OptionTable } from './command.ts'
import type { Occurrence, Parsed } from './parsed.ts'
import { originalNames } from './tables/original.ts'
import { helpHint, usageError } from './usage-error.ts'
import { switchReadings } from './refusals.ts'

/** What was given of a table's options, as values. */
export type ValuesOf<Table> = { readonly [Key in keyof Table]?: ValueOf<Table[Key]> }

/** Reads what was given of these options; the others of the command are left alone. */
export function valuesOf<Table extends OptionTable>(parsed: Parsed, table: Table): ValuesOf<Table> {
  const entries = Object.entries(table).flatMap(([key, option]) => {
    const occurrences = parsed.given.get(key)
    return occurrences === undefined || option.flag === undefined ? [] : [[key, valueOf(occurrences, option.flag.read)] as const]
  })
  // `read` of an option gives what the option holds: the table was made so.
  return Object.fromEntries(entries) as ValuesOf<Table>
}

/** The hyperparameters of a command line: texts, and what `--hp-json` gave as JSON, in the order given. */
export function hyperparametersOf(parsed: Parsed): Readonly<Record<string, HyperparameterValue>> | undefined {
  const given = parsed.given.get('hyperparameters')
  if (given === undefined) return undefined
  return Object.fromEntries(
    given.map(({ texts: [name = '', value = ''], json }) => [
      name,
      // The parser has looked that it is JSON; whether it can be sent is checked with the task.
      json === true ? (JSON.parse(value) as HyperparameterValue) : value,
    ]),
  )
}

type HyperparameterValue = NonNullable<TrainingOptions['hyperparameters']>[string]

/** The texts of every time an option was given, for those that mean several things at once: `--iis NAME URI [DIST]`. */
export function textsOf(parsed: Parsed, key: string): readonly (readonly string[])[] {
  return (parsed.given.get(key) ?? []).map(({ texts }) => texts)
}

function valueOf(occurrences: readonly Occurrence[], read: (given: readonly (readonly string[])[]) => unknown): unknown {
  return occurrences.at(-1)?.off === true ? false : read(occurrences.map(({ texts }) => texts))
}

/**
 * Every value that is out of bounds, at once, by the names the user typed.
 * @throws {SsmError} `USAGE`.
 */
export function checkValues(command: CommandSpec, parsed: Parsed): void {
  const table = optionsOfCommand(command)
  const wrong = [...parsed.given].flatMap(([key, occurrences]) => problemsOf(table, key, occurrences))
  const unclear = ambiguities(command, parsed).filter(({ path }) => !wrong.some((problem) => problem.path === path))
  const problems = [...wrong, ...unclear]
  const [only, ...more] = problems
  if (only === undefined) return
  const lines = problems.map(({ path, message }) => `${path} ${message}`)
  const hints = [...new Set([...problems.flatMap(({ hint }) => hint ?? []), ...otherReadings(command, parsed, wrong)])]
  throw usageError(
    more.length === 0
      ? (lines[0] ?? '')
      : `The command line has ${problems.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    hints.length > 0 ? hints.join(' ') : helpHint(command),
    { problems },
  )
}

// A value of this form can only be meant for the option: an ARN, the id of a subnet or of a key, an image with its registry, the
// settings of --retry as JSON, the file of --packages or --prices.
const isOfOption = (text: string): boolean =>
  /^(?:arn:|subnet-|sg-|alias\/|mrk-|\{|[\da-f]{8}-[\da-f]{4}-)|\/.*:|\.(?:txt|lock|toml|json)$/.test(text)

const oneOrMore = ['--packages', '--mlflow', '--experiment_config', '--experiment-config']

// A hyperparameter has one value: --packages FILE PYTHON has more. What follows --subnets may be a value and a stray word. A number may
// be a hyperparameter, a duration with its unit, as in --warm '10 minutes', is none.
const isClear = (spelled: string, texts: readonly string[]): boolean =>
  texts.every(isOfOption) ||
  (oneOrMore.includes(spelled) && texts.length > 1) ||
  (spelled === '--warm' && texts.every((text) => /^[\d.]+\s+(?:second|minute|hour|day)s?$/.test(text)))

/** Options that the original did not have, of names and values that its lines may have for hyperparameters. */
function ambiguities(command: CommandSpec, parsed: Parsed): readonly ShownProblem[] {
  if (command.extra !== 'hyperparameters') return []
  const { hyperparameters = [], ...options } = Object.fromEntries(parsed.given)
  const isWord = ({ spelled }: Occurrence): boolean => ordinaryWords.includes(plainName(spelled.slice(2)))
  const last = Object.values(options).flatMap((occurrences) => occurrences.at(-1) ?? [])
  return [
    ...hyperparameters
      .filter(isWord)
      .map(({ spelled, texts: [, value = ''] }) => ({ path: spelled, ...switchReadings(spelled, value) })),
    ...last.filter((each) => each.joined !== true && isWord(each) && !isClear(each.spelled, each.texts)).map(twoReadings),
  ]
}

function twoReadings({ spelled, texts }: Occurrence): ShownProblem {
  const option = texts.map((text) => asArgument(`${spelled}=${text}`)).join(' ')
  const pair = `--hp ${spelled.slice(2)} ${texts.map(asArgument).join(' ')}`
  return {
    path: spelled,
    message: `${texts.join(' ')} can be read in two ways: ${option} is the option of ssm, ${pair} a hyperparameter`,
    hint: `Write ${option} for the option, or ${pair} for the hyperparameter.`,
  }
}

/** Lines of the original may use the name of a newer option for a hyperparameter: both readings are named. */
function otherReadings(command: CommandSpec, parsed: Parsed, problems: readonly ShownProblem[]): readonly string[] {
  if (command.extra !== 'hyperparameters') return []
  const known = originalNames(command.name)
  return [...parsed.given.values()].flatMap((occurrences) => {
    const { spelled, texts } = occurrences.at(-1) ?? { spelled: '', texts: [] }
    const name = spelled.replace(/^-+/, '')
    const isNew = !known.includes(plainName(name)) && problems.some(({ path }) => path === spelled)
    return isNew ? [`As a hyperparameter it is written --hp ${name} ${texts.map(asArgument).join(' ')}.`] : []
  })
}

type ShownProblem = Pick<Problem, 'path' | 'message' | 'hint'>

const forCommandLine = (text: string | Wording): string => (typeof text === 'string' ? text : text.commandLine)

/** `--md loss` and `hyperparameter lr`: what belongs to a key is named as it is typed, the key behind the flag. */
const asTyped = (path: string, name: string, args: readonly string[]): string =>
  (args.length === 2 || name === 'hyperparameter') && path.startsWith(`${name}.`)
    ? `${name} ${path.slice(name.length + 1)}`
    : path

function problemsOf(table: OptionTable, key: string, occurrences: readonly Occurrence[]): readonly ShownProblem[] {
  const option = table[key]
  const last = occurrences.at(-1)
  // Of groups the library sees the parts, and says what is wrong with them.
  if (option?.flag === undefined || last === undefined || option.flag.args.some((arg) => arg.startsWith('['))) return []
  const value = valueOf(occurrences, option.flag.read)
  const typed = last.texts.map((text) => JSON.stringify(text)).join(' ')
  const name = key === 'hyperparameters' ? 'hyperparameter' : last.spelled
  return option.problems(value as never, name).map(({ path, message, hint }) => {
    return {
      path: asTyped(path, name, option.flag?.args ?? []),
      message: path === name && typed !== '' ? `${message} (given: ${typed})` : message,
      ...(hint === undefined ? {} : { hint: forCommandLine(hint) }),
    }
  })
}
