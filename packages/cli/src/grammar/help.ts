import { describeDefault, taskOptions, type AnyOption } from '@simple-sagemaker/core/options'
import { widthOf, wrap } from '../terminal/text.ts'
import { dashed, withValues, type CommandSpec, type FlagGroup } from './command.ts'
import { exits } from './exit-codes.ts'

// Wide enough for most names; longer ones get a line of their own.
const nameColumns = 34
const mostColumns = 110

/** The page that `ssm --help` shows. */
export function overview(commands: readonly CommandSpec[], everywhere: FlagGroup, columns: number): string {
  const wide = Math.min(columns, mostColumns)
  const names = commands.map(({ name, summary }) => row(`  ${name}`, summary, wide, 14)).join('')
  const codes = [
    [exits.done, 'done, or skipped because nothing has changed'],
    [exits.failed, 'the job failed, or an unexpected error'],
    [exits.usage, 'the command line or the task is not valid'],
    [exits.denied, 'credentials or permissions'],
    [exits.missing, 'not found'],
    [exits.quota, 'quota or capacity'],
    [exits.timedOut, 'timed out'],
    [exits.interrupted, 'interrupted'],
  ] as const
  return [
    'Usage: ssm COMMAND [options]\n',
    'Run work on rented machines, or on this computer with --platform local.\n',
    `Examples:\n  ssm run -p ex -t train -e train.py -o ./out --it ml.g5.2xlarge --ic 2\n  ssm shell -p ex -t look --cmd_line "nvidia-smi" -o ./out\n  ssm run -p ex -t train -e train.py --platform local\n`,
    `Commands:\n${names}`,
    group(everywhere, wide),
    `Exit codes:\n${codes.map(([code, means]) => row(`  ${code}`, means, wide, 8)).join('')}`,
    'ssm COMMAND --help shows the options of a command. Names may be written with _ or -.\n',
  ].join('\n')
}

/** The page that `ssm COMMAND --help` shows: examples first, then every option in its group. */
export function commandHelp(command: CommandSpec, columns: number): string {
  const wide = Math.min(columns, mostColumns)
  const about = command.about === undefined ? [] : [`${wrap(command.about, wide).join('\n')}\n`]
  const examples = command.examples.map(({ line, does }) => `  ${line}\n      ${does}\n`).join('')
  const words = command.positionals.map(({ name, summary }) => row(`  ${name}`, summary, wide, nameColumns)).join('')
  return [
    `${wrap(`Usage: ${usage(command)}`, wide).join('\n    ')}\n`,
    `${wrap(command.summary, wide).join('\n')}\n`,
    `Examples:\n${examples}`,
    ...about,
    ...(words === '' ? [] : [`Arguments:\n${words}`]),
    ...command.groups.map((each) => group(each, wide)),
  ].join('\n')
}

function usage(command: CommandSpec): string {
  const needed = command.groups.flatMap(({ options }) => Object.entries(options).filter(([key]) => command.needs.includes(key)))
  const flags = needed.map(([, { flag }]) => (flag === undefined ? '' : `${dashed(shortest(flag.names))} ${flag.args.join(' ')}`))
  const words = command.positionals.map(({ name, isNeeded }) => (isNeeded ? name : `[${name}]`))
  const pairs = command.extra === 'hyperparameters' ? ['[--KEY VALUE …]'] : []
  const rest = command.extra === 'nothing' ? [] : ['[-- ARGUMENTS …]']
  return ['ssm', command.name, ...words, ...flags, '[options]', ...pairs, ...rest].join(' ')
}

function group({ title, options }: FlagGroup, columns: number): string {
  const rows = Object.values(options).flatMap((option) =>
    option.flag === undefined ? [] : [row(`  ${spelling(option)}`, meaning(option), columns, nameColumns)],
  )
  return `${title}:\n${rows.join('')}`
}

/** `-e, --entry_point FILE`: the short names first, as they are typed most. */
export function spelling({ flag }: AnyOption): string {
  if (flag === undefined) return ''
  const names = [...flag.names].sort((one, other) => one.length - other.length)
  const spelled = [...names, ...(flag.off ?? [])].map(dashed).join(', ')
  return withValues(spelled, flag.names[0] ?? '', flag.args)
}

function meaning(option: AnyOption): string {
  const choices = option.choices === undefined ? '' : ` One of ${option.choices.join(', ')}.`
  const repeats = option.flag?.repeat === true ? ' May be given more than once.' : ''
  const usual = describeDefault(option)
  const fallback = usual === undefined || usual === 'false' ? '' : ` (default: ${usual})`
  return inFlags(`${option.summary}${choices}${repeats}${fallback}`)
}

function row(name: string, text: string, columns: number, indent: number): string {
  const lines = wrap(text, Math.max(20, columns - indent))
  const first = widthOf(name) + 2 > indent ? `${name}\n${' '.repeat(indent)}` : name.padEnd(indent)
  return `${first}${lines.join(`\n${' '.repeat(indent)}`)}\n`
}

const shortest = (names: readonly string[]): string => [...names].sort((one, other) => one.length - other.length)[0] ?? ''

const libraryOptions: Readonly<Record<string, AnyOption>> = taskOptions

/** Names of the library that are no options, as the command line has them. */
const otherWords: Readonly<Record<string, string>> = { 'rehearse()': 'ssm rehearse' }

/** The summary of an option, which the library has too, with flags in place of its other options: `--spot_after` for `spotAfter`. */
export const inFlags = (text: string, written: (flag: string) => string = (flag) => flag): string =>
  text.replace(/`([A-Za-z]+(?:\(\))?)`/g, (whole, name: string) => {
    const flag = Object.hasOwn(libraryOptions, name) ? libraryOptions[name]?.flag?.names[0] : undefined
    const said = flag === undefined ? otherWords[name] : dashed(flag)
    return said === undefined ? whole : written(said)
  })
