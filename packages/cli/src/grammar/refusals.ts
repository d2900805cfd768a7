import { asArgument } from '../terminal/text.ts'
import { dashed, optionsOfCommand, plainName, withValues, type CommandSpec } from './command.ts'
import { helpHint, usageError } from './usage-error.ts'

/** Whether a value of a flag must be given: `NAME`, and not `[NAME]`. */
export const isNeeded = (arg: string): boolean => !arg.startsWith('[')

/** A flag with too few values; `next` is the argument that stands behind it. */
export function tooFew(args: readonly string[], spelled: string, texts: readonly string[], next: string | undefined): Error {
  const dash = next?.startsWith('-') === true && next !== '--' && texts.length === 0
  const hint = dash
    ? `A value that begins with a dash is written ${spelled}=${next}`
    : `Write it as ${withValues(spelled, spelled.slice(2), args)}.`
  return usageError(`${spelled} needs ${args.filter(isNeeded).join(' and ')}`, hint, { flag: spelled })
}

/** `-i "$DATA"` with an unset variable would mean the whole working folder. */
export function refuseEmptyPaths(args: readonly string[], texts: readonly string[], spelled: string): void {
  const isPath = (index: number): boolean => /^(PATH|FILE|DIR|URI|SOURCE)(\.\.\.)?$/.test(args[index] ?? args.at(-1) ?? '')
  if (!texts.some((text, index) => text === '' && isPath(index))) return
  throw usageError(
    `${spelled} is given an empty text where a path belongs`,
    'Check the variable that should hold it, or leave the option out.',
    { flag: spelled },
  )
}

/** A name that begins several names, or is too short to begin one. */
export function ambiguous(command: CommandSpec, name: string, spelled: string, names: readonly string[]): Error {
  const own = command.extra === 'hyperparameters' ? `, or --hp ${name} VALUE for a hyperparameter` : ''
  return usageError(`${spelled} could be short for ${names.map(dashed).join(', ')}`, `Write the name in full${own}.`, {
    option: spelled,
    names,
  })
}

/** `--keep 3`: argparse took the beginning of a switch's name for the switch, but a switch takes no value. */
export function switchOrHyperparameter(name: string, value: string, full: string): Error {
  const { message, hint } = switchReadings(`--${name}`, value, dashed(full))
  return usageError(`--${name} ${message}`, hint, { option: `--${name}` })
}

/** What a switch with a value may mean: the message without the flag in front of it, and the hint. */
export function switchReadings(
  spelled: string,
  value: string,
  full = spelled,
): { readonly message: string; readonly hint: string } {
  const pair = `--hp ${spelled.slice(2)} ${asArgument(value)}`
  return {
    message: `${value} can be read in two ways: ${full} is the switch, ${pair} a hyperparameter`,
    hint: `Write ${full} alone for the switch, or ${pair} for the hyperparameter.`,
  }
}

// What people write without its flag, in the order in which it is missed.
const oftenMissed = ['entry', 'shell', 'code', 'task', 'project']

/** A word where a flag is wanted: `ssm run train.py`, `ssm best train`. */
export function unexpected(command: CommandSpec, token: string, argv: readonly string[]): Error {
  const options = optionsOfCommand(command)
  const isThere = (name: string): boolean =>
    argv.some(
      (given) => plainName(given) === plainName(dashed(name)) || plainName(given).startsWith(`${plainName(dashed(name))}=`),
    )
  const missed = oftenMissed
    .flatMap((key) => options[key]?.flag ?? [])
    .filter(({ names }) => !names.some(isThere))
    .map(({ names }) => dashed(names.findLast((name) => name.length === 1) ?? names[0] ?? ''))
    .at(0)
  const program =
    command.extra === 'nothing'
      ? helpHint(command)
      : 'Arguments for the program go after --, hyperparameters are written --key value.'
  const hint = missed === undefined ? program : `Did you mean ${missed} ${asArgument(token)}? ${program}`
  return usageError(`Unexpected argument ${JSON.stringify(token)}`, hint, { argument: token })
}

/** A flag of another command: what it asks for is done in another way. */
export function elsewhere(command: CommandSpec, name: string, spelled: string, instead: string): Error {
  return usageError(
    `${spelled} cannot be combined with ssm ${command.name}`,
    `${instead}. A hyperparameter of that name is written --hp ${name} VALUE`,
    { option: spelled },
  )
}

/** The value of `--hp-json` must be JSON. */
export function refuseNoJson(name: string, value: string, spelled: string): void {
  try {
    JSON.parse(value)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw usageError(`${spelled} ${name} needs a value that is JSON: ${why}`, `For a text write --hp ${name} VALUE.`, { name })
  }
}
