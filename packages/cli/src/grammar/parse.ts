import { dashed, knownFlags, plainName, type CommandSpec, type KnownFlag } from './command.ts'
import { nearName } from './near-names.ts'
import { readToken } from './token.ts'
import { usageError } from './usage-error.ts'

/** One time a flag was given. */
export interface Occurrence {
  readonly texts: readonly string[]
  readonly off: boolean
  readonly spelled: string
}

/** A command line, understood but not yet read: texts by option. */
export interface Parsed {
  readonly given: ReadonlyMap<string, readonly Occurrence[]>
  readonly positionals: readonly string[]
  /** What stood after `--`, untouched; `undefined` when there was no `--`. */
  readonly rest: readonly string[] | undefined
  /** Names that were no flags and were taken as hyperparameters, as they were typed. */
  readonly taken: readonly string[]
}

/** The key under which hyperparameters are gathered, those of `--hp` and the others, in the order given. */
const hyperparametersKey = 'hyperparameters'

/**
 * Understands the arguments of a command. Nothing is lost on the way: every argument ends in `given`, `positionals` or
 * `rest`, or in an error that names it.
 * @throws {SsmError} `USAGE`.
 */
export function parse(command: CommandSpec, argv: readonly string[]): Parsed {
  return new Reader(command, argv).read()
}

class Reader {
  readonly #command: CommandSpec
  readonly #argv: readonly string[]
  readonly #known: ReadonlyMap<string, KnownFlag>
  readonly #given = new Map<string, Occurrence[]>()
  readonly #positionals: string[] = []
  readonly #taken: string[] = []
  #at = 0

  constructor(command: CommandSpec, argv: readonly string[]) {
    this.#command = command
    this.#argv = argv
    this.#known = knownFlags(command)
  }

  read(): Parsed {
    let rest: readonly string[] | undefined
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token === '--') {
        rest = this.#argv.slice(this.#at)
        break
      }
      this.#take(token)
    }
    if (rest !== undefined && this.#command.extra === 'nothing') {
      throw usageError(`ssm ${this.#command.name} starts no program, so nothing can follow --`, helpHint(this.#command))
    }
    return { given: this.#given, positionals: this.#positionals, rest, taken: this.#taken }
  }

  #next(): string | undefined {
    return this.#argv[this.#at++]
  }

  #take(token: string): void {
    const found = readToken(token, this.#known)
    switch (found.kind) {
      case 'value':
        return this.#takePositional(token)
      case 'flag':
        return this.#takeFlag(found.known, found.spelled, found.inline)
      case 'short-for-long':
        throw usageError(`${token} has one dash, and names of several letters have two`, `Write it as ${dashed(found.name)}.`, {
          argument: token,
        })
      case 'unknown':
        return this.#takeUnknown(found.name, found.spelled, found.inline)
    }
  }

  #takePositional(token: string): void {
    if (this.#positionals.length < this.#command.positionals.length) {
      this.#positionals.push(token)
      return
    }
    const hint =
      this.#command.extra === 'nothing'
        ? helpHint(this.#command)
        : 'Arguments for the program go after --, hyperparameters are written --key value.'
    throw usageError(`Unexpected argument ${JSON.stringify(token)}`, hint, { argument: token })
  }

  #takeFlag(known: KnownFlag, spelled: string, inline: string | undefined): void {
    const { flag, key, off } = known
    if (flag.args.length === 0) {
      if (inline !== undefined) throw usageError(`${spelled} is a switch and takes no value`, `Write ${spelled} alone.`)
      this.#note(key, { texts: [], off, spelled })
      return
    }
    const texts = inline === undefined ? [] : [inline]
    for (const [index, arg] of flag.args.entries()) {
      if (arg.endsWith('...')) while (this.#nextIsValue()) texts.push(this.#next() ?? '')
      else if (texts.length === index && (this.#nextIsValue() || (index > 0 && isNeeded(arg) && this.#nextIsUnknown())))
        texts.push(this.#next() ?? '')
    }
    const needed = flag.args.filter(isNeeded).length
    if (texts.length < needed) throw this.#tooFew(known, spelled, texts)
    if (key === hyperparametersKey) this.#takeHyperparameter(texts[0] ?? '', texts[1] ?? '', spelled)
    else this.#note(key, { texts, off: false, spelled })
  }

  #tooFew({ flag }: KnownFlag, spelled: string, texts: readonly string[]): Error {
    const next = this.#argv[this.#at]
    const dash = next?.startsWith('-') === true && next !== '--' && texts.length === 0
    const hint = dash
      ? `A value that begins with a dash is written ${spelled}=${next}`
      : `Write it as ${spelled} ${flag.args.join(' ')}.`
    return usageError(`${spelled} needs ${flag.args.filter(isNeeded).join(' and ')}`, hint, { flag: spelled })
  }

  #takeUnknown(name: string, spelled: string, inline: string | undefined): void {
    const isPair = this.#command.extra === 'hyperparameters' && spelled.startsWith('--')
    const near = nearName(plainName(name).toLowerCase(), this.#known.keys())
    if (!isPair) {
      const program = this.#command.extra === 'nothing' ? '' : ' Arguments for the program go after --.'
      const hint = near === undefined ? `${helpHint(this.#command)}${program}` : `Did you mean ${dashed(near)}?${program}`
      throw usageError(`ssm ${this.#command.name} has no option ${spelled}`, hint, { option: spelled })
    }
    if (near !== undefined) {
      throw usageError(
        `${spelled} is no option, but looks like ${dashed(near)}`,
        `Say ${dashed(near)}, or --hp ${name} VALUE if it is meant as a hyperparameter.`,
        {
          option: spelled,
          near: dashed(near),
        },
      )
    }
    if (inline === undefined && !this.#nextIsValue()) {
      const hint = `Hyperparameters are pairs: ${spelled} VALUE, or ${spelled}=VALUE when the value begins with a dash. A switch for the program goes after --.`
      throw usageError(
        `${spelled} is no option of ssm ${this.#command.name}, and without a value it is no hyperparameter either`,
        hint,
        { option: spelled },
      )
    }
    this.#taken.push(name)
    this.#takeHyperparameter(name, inline ?? this.#next() ?? '', spelled)
  }

  #takeHyperparameter(name: string, value: string, spelled: string): void {
    // Such names change their place in a record of values, and with it the order of the program's arguments.
    if (/^(0|[1-9]\d*|__proto__)$/.test(name))
      throw usageError(
        `${JSON.stringify(name)} cannot be the name of a hyperparameter`,
        'Choose a name with letters, or pass it after --.',
      )
    const earlier = this.#given.get(hyperparametersKey)?.some(({ texts }) => texts[0] === name)
    if (earlier === true)
      throw usageError(
        `The hyperparameter ${name} is given twice`,
        'Give it once; a program that takes lists can be given them after --.',
      )
    this.#note(hyperparametersKey, { texts: [name, value], off: false, spelled })
  }

  #note(key: string, occurrence: Occurrence): void {
    this.#given.set(key, [...(this.#given.get(key) ?? []), occurrence])
  }

  #nextIsValue(): boolean {
    const next = this.#argv[this.#at]
    return next !== undefined && next !== '--' && readToken(next, this.#known).kind === 'value'
  }

  /** `--env OPTS -Xmx1g`: what cannot be a flag of ours may be the value that is still needed. */
  #nextIsUnknown(): boolean {
    const next = this.#argv[this.#at]
    return next !== undefined && next !== '--' && readToken(next, this.#known).kind === 'unknown'
  }
}

const isNeeded = (arg: string): boolean => !arg.startsWith('[')

/** Where to read on. */
export const helpHint = (command: Pick<CommandSpec, 'name'>): string => `See: ssm ${command.name} --help`
