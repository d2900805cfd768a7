import type { AnyOption, Flag } from '@simple-sagemaker/core/options'

export type OptionTable = Readonly<Record<string, AnyOption>>

/** Flags that are shown together in help. */
export interface FlagGroup {
  readonly title: string
  readonly options: OptionTable
}

/** A word without a dash that a command takes. */
export interface Positional {
  readonly name: string
  readonly summary: string
  readonly isNeeded: boolean
  readonly choices?: readonly string[]
}

/** A command as data: parser, help, completion and the printed guide are made from it. */
export interface CommandSpec {
  readonly name: string
  readonly summary: string
  /** What one must know beyond the summary, in a paragraph or two. */
  readonly about?: string
  readonly examples: readonly Example[]
  readonly groups: readonly FlagGroup[]
  readonly positionals: readonly Positional[]
  /** Keys of the options without which it cannot start. */
  readonly needs: readonly string[]
  /**
   * What is done with what it does not know: `hyperparameters` takes `--key value` pairs and arguments after `--`,
   * `arguments` takes the latter alone, `nothing` refuses both.
   */
  readonly extra: 'hyperparameters' | 'arguments' | 'nothing'
  /** Names of flags of other commands that would be taken for hyperparameters, and what to do instead. */
  readonly refuses?: ReadonlyMap<string, string>
}

export interface Example {
  readonly line: string
  readonly does: string
}

/** One spelling of a flag. */
export interface KnownFlag {
  readonly key: string
  readonly option: AnyOption
  readonly flag: Flag<unknown>
  /** Whether this spelling turns a switch off. */
  readonly off: boolean
}

/** `use_spot_instances` and `use-spot-instances` are one name. */
export const plainName = (name: string): string => name.replaceAll('-', '_')

/** A name as it is typed: one letter with one dash, more with two. */
export const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)

/** Names of options that people call hyperparameters, too: lines of the original may have them so. */
export const ordinaryWords: readonly string[] =
  'role profile python retries retry warm subnets security_groups image packages output_kms_key volume_kms_key prices budget mlflow experiment_config tensorboard'.split(
    ' ',
  )

/**
 * A flag with its values, as it is written: `--ic N`, and `--image=URI` where a value behind a space may be that of a hyperparameter,
 * and is refused.
 */
export function withValues(spelled: string, name: string, args: readonly string[]): string {
  const [first = '', second, ...more] = args
  if (first === '' || first.endsWith('...') || !ordinaryWords.includes(plainName(name))) return [spelled, ...args].join(' ')
  if (second === undefined) return `${spelled}=${first}`
  // More than one value is no hyperparameter.
  return `${spelled}=${first}, ${[spelled, first, second.replace(/^\[(.*)\]$/, '$1'), ...more].join(' ')}`
}

/** Every spelling of every flag of a command. */
export function knownFlags(command: CommandSpec): ReadonlyMap<string, KnownFlag> {
  const known = new Map<string, KnownFlag>()
  for (const { options } of command.groups) {
    for (const [key, option] of Object.entries(options)) {
      const { flag } = option
      if (flag === undefined) continue
      for (const name of flag.names) known.set(plainName(name), { key, option, flag, off: false })
      for (const name of offNames(flag)) known.set(plainName(name), { key, option, flag, off: true })
    }
  }
  return known
}

/** Names that turn a switch off: those that its table lists, and `no_` before each of its long ones. */
export function offNames(flag: Flag<unknown>): readonly string[] {
  if (flag.args.length > 0) return []
  return [
    ...(flag.off ?? []),
    ...flag.names.filter((name) => name.length > 1 && !name.startsWith('no_')).map((name) => `no_${name}`),
  ]
}

/** Every option of a command by its key. */
export function optionsOfCommand(command: CommandSpec): OptionTable {
  return Object.assign({}, ...command.groups.map(({ options }) => options)) as OptionTable
}
