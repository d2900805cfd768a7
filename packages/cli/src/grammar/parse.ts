import { dashed, knownFlags, plainName, type CommandSpec, type KnownFlag } from './command.ts'
import { nearName } from './near-names.ts'
import {
  ambiguous,
  elsewhere,
  isNeeded,
  refuseEmptyPaths,
  refuseNoJson,
  switchOrHyperparameter,
  tooFew,
  unexpected,
} from './refusals.ts'
import { originalNames, originalNamesFrom } from './tables/original.ts'
import { readToken } from './token.ts'
import type { Occurrence, Parsed } from './parsed.ts'
import { helpHint, usageError } from './usage-error.ts'

/** The key under which hyperparameters are gathered, those of `--hp` and the others, in the order given. */
const hyperparametersKey = 'hyperparameters'
const jsonKey = 'hyperparametersJson'

// An unset variable of a shell, as in `-b "$BUCKET"`: as if the flag were not there. The original read them so.
const emptyMeansAbsent = ['bucket', 'prefix', 'outputPath', 'region', 'profile']

// One value for each name: of two the last one counts, as in the original.
const keyedOnce = ['env', 'tags', 'metrics']

/**
 * Understands the arguments of a command. Nothing is lost on the way: every argument ends in `given`, `positionals` or
 * `rest`, or in an error that names it.
 * @throws {SsmError} `USAGE`.
 */
export function parse(command: CommandSpec, argv: readonly string[]): Parsed {
  return new Reader(command, argv).read()
}

/** Flags that a mistyped name of a hyperparameter is compared with: not all, as lines of the original may use our newer names. */
function comparedNames({ name, groups }: CommandSpec): readonly string[] {
  if (name !== 'search') return originalNames(name)
  const own = groups.filter(({ title }) => title === 'Search').flatMap(({ options }) => Object.values(options))
  return [...own.flatMap(({ flag }) => flag?.names ?? []), ...originalNames('run'), ...originalNames('shell')]
}

class Reader {
  readonly #command: CommandSpec
  readonly #argv: readonly string[]
  readonly #known: ReadonlyMap<string, KnownFlag>
  readonly #given = new Map<string, Occurrence[]>()
  readonly #positionals: string[] = []
  readonly #taken: string[] = []
  readonly #notes: string[] = []
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
      throw usageError(`ssm ${this.#command.name} starts no program, so nothing may follow --`, helpHint(this.#command))
    }
    return { given: this.#given, positionals: this.#positionals, rest, taken: this.#taken, notes: this.#notes }
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
        throw usageError(`${token} has one dash, but names of several letters have two`, `Write it as ${dashed(found.name)}.`, {
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
    throw unexpected(this.#command, token, this.#argv)
  }

  #takeFlag(known: KnownFlag, spelled: string, inline: string | undefined): void {
    const { flag, key, off } = known
    const at = this.#at
    if (flag.args.length === 0) {
      if (this.#isOnlyOurs(spelled) && (inline !== undefined || this.#nextIsValue()))
        return this.#takeAsHyperparameter(spelled.slice(2), inline ?? this.#next() ?? '', spelled)
      if (inline !== undefined) throw usageError(`${spelled} is a switch and takes no value`, `Write ${spelled} alone.`)
      this.#note(key, { texts: [], off, spelled, at })
      return
    }
    const texts = this.#textsOf(flag.args, inline)
    const needed = flag.args.filter(isNeeded).length
    if (texts.length < needed) {
      // `--env prod` of the original, which had no --env in these commands.
      if (texts.length === 1 && key === 'env' && this.#isOnlyOurs(spelled))
        return this.#takeAsHyperparameter(spelled.slice(2), texts[0] ?? '', spelled)
      throw tooFew(flag.args, spelled, texts, this.#argv[this.#at])
    }
    if (emptyMeansAbsent.includes(key) && texts[0] === '') {
      this.#notes.push(`${spelled} is given an empty text: as if it were not there`)
      this.#given.delete(key)
      return
    }
    refuseEmptyPaths(flag.args, texts, spelled)
    if (key === hyperparametersKey || key === jsonKey)
      this.#takeHyperparameter(texts[0] ?? '', texts[1] ?? '', spelled, key === jsonKey)
    else
      this.#note(key, { texts, off: false, spelled, at, ...(inline === undefined ? {} : { joined: true as const }) }, flag.repeat)
  }

  #textsOf(args: readonly string[], inline: string | undefined): readonly string[] {
    const texts = inline === undefined ? [] : [inline]
    for (const [index, arg] of args.entries()) {
      // As argparse has it, a value after = is the only one, but for those that must follow.
      if (inline !== undefined && (index === 0 || !isNeeded(arg))) continue
      if (arg.endsWith('...')) while (this.#nextIsValue()) texts.push(this.#next() ?? '')
      else if (texts.length === index && (this.#nextIsValue() || (index > 0 && isNeeded(arg) && this.#nextIsUnknown())))
        texts.push(this.#next() ?? '')
    }
    return texts
  }

  /** An option that the original did not have, in a command whose other names are hyperparameters. */
  #isOnlyOurs(spelled: string): boolean {
    const name = plainName(spelled.replace(/^-+/, ''))
    return (
      this.#command.extra === 'hyperparameters' &&
      spelled.startsWith('--') &&
      name !== 'help' &&
      !originalNames(this.#command.name).includes(name)
    )
  }

  /** The name of an option of ours that was meant as a hyperparameter, for its value does not fit. */
  #takeAsHyperparameter(name: string, value: string, spelled: string): void {
    this.#taken.push(name)
    this.#takeHyperparameter(name, value, spelled, false)
  }

  #takeUnknown(name: string, spelled: string, inline: string | undefined): void {
    const instead = this.#command.refuses?.get(plainName(name))
    if (instead !== undefined) throw elsewhere(this.#command, name, spelled, instead)
    if (this.#takeAbbreviation(name, spelled, inline)) return
    const isPair = this.#command.extra === 'hyperparameters' && spelled.startsWith('--')
    const near = nearName(plainName(name).toLowerCase(), isPair ? comparedNames(this.#command) : this.#known.keys())
    if (!isPair) {
      const first = near === undefined ? helpHint(this.#command) : `Did you mean ${dashed(near)}?`
      // Behind a command line no full stop: it would be typed with the command.
      const more = near === undefined ? '; arguments' : ' Arguments'
      const hint = this.#command.extra === 'nothing' ? first : `${first}${more} for the program go after --.`
      throw usageError(`ssm ${this.#command.name} has no option ${spelled}`, hint, { option: spelled })
    }
    if (near !== undefined) {
      throw usageError(
        `${spelled} is not an option, but looks like ${dashed(near)}`,
        `Write ${dashed(near)}, or --hp ${name} VALUE for a hyperparameter.`,
        {
          option: spelled,
          near: dashed(near),
        },
      )
    }
    if (inline === undefined && !this.#nextIsValue()) {
      const hint = `Hyperparameters are pairs: ${spelled} VALUE, or ${spelled}=VALUE when the value begins with a dash. A switch for the program goes after --.`
      throw usageError(
        `${spelled} is not an option of ssm ${this.#command.name}, and without a value it is not a hyperparameter`,
        hint,
        { option: spelled },
      )
    }
    this.#taken.push(name)
    this.#takeHyperparameter(name, inline ?? this.#next() ?? '', spelled, false)
  }

  /** argparse, which the original used, takes the beginning of a long name for the whole when there is only one such name. */
  #takeAbbreviation(name: string, spelled: string, inline: string | undefined): boolean {
    if (!spelled.startsWith('--') || name === '') return false
    const names = originalNamesFrom(this.#command.name, plainName(name))
    const [only, ...more] = names
    const known = only === undefined ? undefined : this.#known.get(only)
    if (only === undefined || known === undefined) return false
    // One or two letters are rather a name of the user's own than the beginning of one of ours.
    if (more.length > 0 || name.length < 3) throw ambiguous(this.#command, name, spelled, names)
    const value = inline ?? (this.#nextIsValue() ? this.#argv[this.#at] : undefined)
    if (this.#command.extra === 'hyperparameters' && known.flag.args.length === 0 && value !== undefined)
      throw switchOrHyperparameter(name, value, only)
    this.#notes.push(`${spelled} is read as ${dashed(only)}`)
    this.#takeFlag(known, spelled, inline)
    return true
  }

  #takeHyperparameter(name: string, value: string, spelled: string, json: boolean): void {
    if (name === '__proto__')
      throw usageError('"__proto__" cannot be the name of a hyperparameter', 'Choose another name, or pass it after --.')
    if (json) refuseNoJson(name, value, spelled)
    const earlier = this.#given.get(hyperparametersKey) ?? []
    const at = earlier.findIndex(({ texts }) => texts[0] === name)
    const last = { texts: [name, value], off: false, spelled, at: this.#at, ...(json ? { json: true as const } : {}) }
    if (at < 0) this.#given.set(hyperparametersKey, [...earlier, last])
    else {
      this.#notes.push(`the hyperparameter ${name} is given twice: ${JSON.stringify(value)}, the last value, counts`)
      this.#given.set(hyperparametersKey, earlier.with(at, last))
    }
  }

  #note(key: string, occurrence: Occurrence, repeats = false): void {
    const earlier = this.#given.get(key) ?? []
    const [name = '', value = ''] = occurrence.texts
    if (keyedOnce.includes(key) && earlier.some(({ texts }) => texts[0] === name))
      this.#notes.push(`${occurrence.spelled} ${name} is given twice: ${value}, the last value, counts`)
    if (!repeats && earlier.length > 0 && occurrence.texts.length > 0)
      this.#notes.push(`${occurrence.spelled} is given twice: the last value, ${occurrence.texts.join(' ')}, counts`)
    this.#given.set(key, repeats || occurrence.texts.length === 0 ? [...earlier, occurrence] : [occurrence])
  }

  #nextIsValue(): boolean {
    const next = this.#argv[this.#at]
    return next !== undefined && next !== '--' && readToken(next, this.#known).kind === 'value'
  }

  /** `--env OPTS -Xmx1g`: what cannot be a flag of ours may be the value that is still needed. */
  #nextIsUnknown(): boolean {
    const next = this.#argv[this.#at]
    return next !== undefined && !next.startsWith('--') && readToken(next, this.#known).kind === 'unknown'
  }
}
