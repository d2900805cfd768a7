import type { Call, Command } from './settings/call.ts'
import { exitCodeOf, exits, signalBehind } from './grammar/exit-codes.ts'
import { dashed, knownFlags, type CommandSpec } from './grammar/command.ts'
import { commandNamed, commands, everywhere, frontCommand, type CommandName } from './grammar/tables/commands.ts'
import { refuseConflicts } from './grammar/conflicts.ts'
import { commandHelp, overview } from './grammar/help.ts'
import { compat } from './grammar/compat.ts'
import { nearest } from '@simple-sagemaker/core/options'
import { globalOptions, planOptions } from './grammar/tables/cli-options.ts'
import { parse } from './grammar/parse.ts'
import { readToken } from './grammar/token.ts'
import { usageError } from './grammar/usage-error.ts'
import { checkValues, valuesOf } from './grammar/values.ts'
import { renderFailure } from './render/failure.ts'
import { helpDocument } from './render/documents/help-document.ts'
import { placeFlags, settingsOf } from './settings/settings.ts'
import { version } from './terminal/version.ts'
import type { CliContext } from './terminal/context.ts'

// Loaded when asked for: help and completion never wait for what runs jobs.
const load: Readonly<Record<Exclude<CommandName, 'plan' | 'why' | 'rehearse'>, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run/run.ts')).run,
  shell: async () => (await import('./commands/run/run.ts')).run,
  process: async () => (await import('./commands/run/run.ts')).run,
  search: async () => (await import('./commands/search/search.ts')).search,
  best: async () => (await import('./commands/search/best.ts')).best,
  metrics: async () => (await import('./commands/job/metrics.ts')).metrics,
  tensorboard: async () => (await import('./commands/job/tensorboard.ts')).tensorboard,
  data: async () => (await import('./commands/job/data.ts')).data,
  ps: async () => (await import('./commands/ps/ps.ts')).ps,
  logs: async () => (await import('./commands/job/logs.ts')).logs,
  show: async () => (await import('./commands/job/show.ts')).show,
  report: async () => (await import('./commands/job/report.ts')).report,
  watch: async () => (await import('./commands/job/watch.ts')).watch,
  wait: async () => (await import('./commands/job/wait.ts')).wait,
  stop: async () => (await import('./commands/job/stop.ts')).stop,
  warm: async () => (await import('./commands/job/warm.ts')).warm,
  clean: async () => (await import('./commands/job/clean.ts')).clean,
  policies: async () => (await import('./commands/policies.ts')).printPolicies,
  graph: async () => (await import('./commands/graph.ts')).graph,
  types: async () => (await import('./commands/types/types.ts')).types,
  doctor: async () => (await import('./commands/doctor/doctor.ts')).doctor,
  init: async () => (await import('./commands/init.ts')).init,
  config: async () => (await import('./commands/config.ts')).config,
  completion: async () => (await import('./commands/completion.ts')).completion,
}

/** Runs one command line to its end. Resolves to the exit code; never rejects. */
export async function app(argv: readonly string[], context: CliContext): Promise<number> {
  // Asked by the scripts of ssm completion.
  if (argv[0] === '__values') return (await import('./commands/values.ts')).values(argv.slice(1), context)
  const front = switchesIn(beforeRest(argv))
  const verbose = front.includes('--verbose') || (context.env['SSM_DEBUG'] ?? '') !== ''
  const output = { json: front.includes('--json'), verbose, flags: '' }
  try {
    const line = splitLine(argv, front)
    const page = pageFor(line, output.json, context)
    if (page !== undefined) {
      context.stdout.write(page)
      return exits.done
    }
    return await dispatch(line, output, context)
  } catch (error) {
    if (signalBehind(error) === undefined || output.json) renderFailure(error, context, output)
    return exitCodeOf(error)
  }
}

/** A command that stands in front of another one. */
type Front = 'plan' | 'why' | 'rehearse'

const isFront = (name: string | undefined): name is Front => name === 'plan' || name === 'why' || name === 'rehearse'

interface Line {
  /** The one that stands in front, when there is one. */
  readonly before: Front | undefined
  readonly command: NamedCommand | undefined
  /** The flags in front of the command and everything behind it. */
  readonly argv: readonly string[]
  readonly asks: 'help' | 'version' | undefined
}

type NamedCommand = CommandSpec & { readonly name: CommandName }

function splitLine(argv: readonly string[], front: readonly string[]): Line {
  const asks = front.includes('--help') || front.includes('-h') ? 'help' : front.includes('--version') ? 'version' : undefined
  const first = commandAt(argv, 0)
  if (first.word === 'help') {
    const { word } = commandAt(argv, first.at + 1)
    return { before: undefined, command: word === undefined ? undefined : namedOrThrow(word), argv, asks: 'help' }
  }
  const command = first.word === undefined ? undefined : namedOrThrow(first.word)
  if (!isFront(command?.name)) return { before: undefined, command, argv: without(argv, [first.at]), asks }
  const second = asks === 'help' ? { word: undefined, at: argv.length } : commandAt(argv, first.at + 1, command.name)
  if (second.word === undefined) return { before: command.name, command, argv: without(argv, [first.at]), asks }
  const planned = namedOrThrow(second.word)
  const followers = followersOf(command.name)
  if (!followers.includes(planned.name))
    throw usageError(
      `ssm ${command.name} can be followed by ${oneOf(followers)}, not by ${planned.name}`,
      `See: ssm ${command.name} --help`,
    )
  return { before: command.name, command: planned, argv: without(argv, [first.at, second.at]), asks }
}

/** Only training tasks run on machines that are taken away. */
const followersOf = (name: Front): readonly string[] => (name === 'rehearse' ? ['run', 'shell'] : ['run', 'shell', 'process'])

const oneOf = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** The first word that is no flag, and no value of one. */
function commandAt(
  argv: readonly string[],
  from: number,
  after?: Front,
): { readonly word: string | undefined; readonly at: number } {
  const known = knownFlags(frontCommand)
  for (let at = from; at < argv.length; at++) {
    const token = argv[at] ?? ''
    if (token === '--') break
    const found = readToken(token, known)
    if (found.kind === 'value') return { word: token, at }
    if (found.kind !== 'flag' && after !== undefined) throw nothingToExplain(after)
    if (found.kind !== 'flag')
      throw usageError(`ssm has no option ${token} before a command`, 'Options of a command come after its name. See: ssm --help')
    if (found.known.flag.args.length > 0 && found.inline === undefined) at++
  }
  return { word: undefined, at: argv.length }
}

const nothingToExplain = (name: Front): Error =>
  usageError(`ssm ${name} must be followed by ${oneOf(followersOf(name))} and its options`, `See: ssm ${name} --help`)

function namedOrThrow(word: string): NamedCommand {
  const command = commandNamed(word)
  if (command !== undefined) return command
  const names = commands.map(({ name }) => name)
  const near = names.find((name) => name.startsWith(word) || word.startsWith(name)) ?? nearest(word, names)
  throw usageError(
    `There is no command ${JSON.stringify(word)}`,
    near === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ssm ${near}?`,
  )
}

/** What is shown instead of doing anything. */
function pageFor({ command, asks }: Line, json: boolean, context: CliContext): string | undefined {
  if (asks === 'version') return json ? `${JSON.stringify({ v: 1, version })}\n` : `${version}\n`
  if (asks === undefined) return undefined
  if (json) return `${JSON.stringify(helpDocument(command === undefined ? commands : [command]))}\n`
  const columns = context.stdout.isTTY ? context.stdout.columns() : 100
  return command === undefined ? overview(commands, everywhere, columns) : commandHelp(command, columns)
}

async function dispatch(
  { before, command, argv }: Line,
  output: { readonly json: boolean; readonly verbose: boolean; flags: string },
  context: CliContext,
): Promise<number> {
  if (command === undefined) throw usageError('No command was given', 'See: ssm --help')
  if (isFront(command.name)) throw nothingToExplain(command.name)
  const { parsed, warnings } = compat(parse(command, argv))
  checkValues(command, parsed)
  refuseConflicts(parsed, before)
  for (const { name, isNeeded } of command.positionals.slice(parsed.positionals.length)) {
    if (isNeeded) throw usageError(`ssm ${command.name} needs ${name}`, `See: ssm ${command.name} --help`)
  }
  const given = valuesOf(parsed, globalOptions)
  const { dryRun } = valuesOf(parsed, planOptions)
  const settings = settingsOf(parsed, context)
  output.flags = placeFlags(parsed, settings)
  needAll(command, parsed, settings)
  const call: Call = {
    command,
    parsed,
    settings,
    context,
    warnings,
    json: given.json === true,
    verbose: output.verbose,
    quiet: given.quiet === true,
    instead: before ?? (dryRun === true ? 'plan' : undefined),
  }
  const runCommand = await load[command.name]()
  return await runCommand(call)
}

function needAll(command: CommandSpec, parsed: Call['parsed'], settings: Call['settings']): void {
  const flags = command.groups.flatMap(({ options }) => Object.entries(options))
  const missing = command.needs.filter(
    (key) => !parsed.given.has(key) && (settings.values as Readonly<Record<string, unknown>>)[key] === undefined,
  )
  if (missing.length === 0) return
  const names = missing.map((key) => {
    const flag = flags.find(([name]) => name === key)?.[1].flag
    return flag === undefined ? key : `${flag.names.map(dashed).join('/')} ${flag.args.join(' ')}`
  })
  throw usageError(`ssm ${command.name} needs ${names.join(', ')}`, `See: ssm ${command.name} --help`, { missing: names })
}

/**
 * The line without the names of switches that are followed by a value in a line of `run` or `shell`: those are the names of
 * hyperparameters, as in `--version 3`.
 */
function switchesIn(argv: readonly string[]): readonly string[] {
  const isTraining = argv.find((token) => !token.startsWith('-') && commandNamed(token)?.extra === 'hyperparameters')
  const start = isTraining === undefined ? argv.length : argv.indexOf(isTraining)
  return argv.filter((token, at) => {
    const next = argv[at + 1]
    return at < start || !/^--(json|quiet|verbose|version)$/.test(token) || next === undefined || next.startsWith('-')
  })
}

const beforeRest = (argv: readonly string[]): readonly string[] =>
  argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
const without = (argv: readonly string[], places: readonly number[]): readonly string[] =>
  argv.filter((_, at) => !places.includes(at))
