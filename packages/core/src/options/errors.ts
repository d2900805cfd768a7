import { isCallable, isRegExp } from '../lang/realms.ts'
import { hideFromPrint, nameOnPrototype, SsmError } from '../errors/ssm-error.ts'
import { joined, textFor, wording, type Text } from '../errors/wording.ts'
import { unknownFields } from './did-you-mean.ts'
import type { FoundProblem, NamedProblem, Problem } from './option.ts'

/** A task that cannot run as it is described. `problems` holds all of them, not the first. */
export class InvalidTaskError extends SsmError {
  /** The task that is wrong. */
  readonly task: string
  /** Everything that is wrong with it. */
  readonly problems: readonly Problem[]

  static {
    nameOnPrototype(this, 'InvalidTaskError')
  }

  /** @param options `title`: the first line, when it is no task that cannot run */
  constructor(
    task: string,
    problems: readonly NamedProblem[],
    { title, ...options }: { readonly cause?: unknown; readonly title?: string } = {},
  ) {
    const hints = distinct(problems.flatMap((problem) => problem.hint ?? []))
    // Without types a task may have been called anything.
    const name = isText(task) ? task : shown(task)
    super('TASK_INVALID', joined([title ?? `Task ${name} cannot run:`, ...problems.map(describeProblem)], '\n'), {
      ...options,
      hint: hints.length > 0 ? joined(hints, ' ') : 'Fix the options listed above; nothing was started.',
      facts: {
        task: name,
        problems: problems.map(({ value, place: _, from: __, ...rest }) => ({ ...rest, value: shown(value) })),
      },
    })
    this.task = name
    this.problems = problems.map(asProblem)
    hideFromPrint(this, 'problems')
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function describeProblem(problem: NamedProblem): Text {
  const given = problem.value === undefined ? [] : [`given: ${shown(problem.value)}`]
  const facts = joined([...given, ...(problem.from === undefined ? [] : [wording`from: ${problem.from}`])], ', ')
  const remark = facts === '' ? '' : wording` (${facts})`
  return wording`  ${problem.place ?? problem.path} ${problem.message}${remark}${problem.hint === undefined ? '' : wording` — ${problem.hint}`}`
}

// One that is the same as an earlier one is said once.
const distinct = (hints: readonly Text[]): readonly Text[] => [
  ...new Map(hints.map((hint) => [textFor(hint, 'library'), hint])).values(),
]

const asProblem = ({ path, value, message, hint }: NamedProblem): Problem => ({
  path,
  value,
  message: textFor(message, 'library'),
  ...(hint === undefined ? {} : { hint: textFor(hint, 'library') }),
})

function shown(value: unknown): string {
  const text = isRegExp(value) ? String(value) : typeof value === 'function' ? nameOf(value) : asJson(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

const nameOf = (value: { readonly name: string }): string =>
  `${isCallable(value) ? 'function' : 'class'} ${value.name === '' ? 'without a name' : value.name}`

// Whatever was given must be shown: a value that JSON cannot represent must not hide what is wrong with it.
function asJson(value: unknown): string {
  try {
    return (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value)
  } catch {
    return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value} that JSON cannot represent`
  }
}

/** Options of a task, and those that it had from the defaults of its project. */
export interface Levels {
  readonly options: Readonly<Record<string, unknown>>
  /** Names of the options that the task itself set. */
  readonly chosen?: readonly string[]
  readonly defaults?: Readonly<Record<string, unknown>>
  /** The configuration file that each default came from, by its name. */
  readonly files?: Readonly<Record<string, string>>
}

/** The problem, with where its value came from when that is not the task: a configuration file knows no flags. */
export function toldFrom(problem: NamedProblem, levels: Levels): NamedProblem {
  const [name = ''] = /^[^.[]*/.exec(problem.path) ?? []
  if (!isOfDefaults(problem, name, levels)) return problem
  const from = 'defaults of the project'
  const file = levels.files?.[name]
  if (file === undefined) return { ...problem, from }
  const { place: _, message, hint, ...rest } = problem
  return {
    ...rest,
    message: { library: textFor(message, 'library'), commandLine: textFor(message, 'library') },
    from: { library: from, commandLine: file },
    ...(hint === undefined ? {} : { hint: { library: textFor(hint, 'library'), commandLine: hintInFile(name, hint) } }),
  }
}

function isOfDefaults({ path, value }: NamedProblem, name: string, { options, chosen = [], defaults = {} }: Levels): boolean {
  if (!Object.hasOwn(options, name) || !Object.hasOwn(defaults, name)) return false
  if (!chosen.includes(name)) return true
  // Of names with values, those of the defaults and those of the task stand side by side.
  const entries = defaults[name]
  if (typeof entries !== 'object' || entries === null) return false
  return Object.getOwnPropertyDescriptor(entries, path.slice(name.length + 1))?.value === value && value !== undefined
}

/** What to write in a file of JSON: what a program gives to the option's method is the value there. */
function hintInFile(name: string, hint: Text): string {
  const inProgram = textFor(hint, 'library')
  if (typeof hint === 'string' || !/(?:^| )\.\w/.test(inProgram)) return inProgram
  const written = inProgram.replaceAll(/(?<=^| )\.(\w+)\((.+?)\)(?=[,.]( |$))/g, (call, method: string, value: string) =>
    method === name ? `"${name}": ${jsonLike(value)}` : call,
  )
  return /(?:^| )\.\w/.test(written) ? 'Correct it there.' : written
}

const jsonLike = (value: string): string => value.replaceAll("'", '"').replaceAll(/(?<=[{,] )(\w+):/g, '"$1":')

/*
 * What a caller without types may have given to a method that would stumble over it at once.
 */

/** @throws {InvalidTaskError} for what is no object of options. */
export function assertOptions(task: string, path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  refuse(task, path, value, 'must be an object of options', 'Write it as { … }, or leave it out.')
}

/** @throws {InvalidTaskError} for what is no object of options, and for fields that do not exist. */
export function assertFields(task: string, path: string, value: unknown, known: Readonly<Record<string, true>>): void {
  assertOptions(task, path, value)
  const problems = unknownFields(value as object, known)
  if (problems.length > 0) throw new InvalidTaskError(task, problems)
}

/** A path that begins with `~`: a shell replaces it by the home folder, and nothing else does. */
export const homeProblems = (path: string, value: unknown): readonly FoundProblem[] =>
  isHomePath(value) ? [{ path, value, message: homeMessage, hint: homeHint(value) }] : []

/** @throws {SsmError} `STORAGE_DENIED` for a path to write to that begins with `~`: a folder of this name would be made. */
export function assertNoHomePath(path: string): void {
  if (!isHomePath(path)) return
  throw new SsmError('STORAGE_DENIED', `The path ${path} ${homeMessage}`, { hint: homeHint(path), facts: { path } })
}

const isHomePath = (path: unknown): path is string => typeof path === 'string' && /^~(?:\/|$)/.test(path)
const homeMessage = 'begins with ~, which only a shell replaces by the home folder'
const homeHint = (path: string): Text => ({
  library: `Write join(homedir(), ${JSON.stringify(path.slice(2, 62))}) with homedir of node:os, or ./${path.slice(0, 60)} for a folder called ~.`,
  commandLine: 'Write the whole path.',
})

/**
 * @param paths fields that are paths, or lists of them
 * @throws {SsmError} `PLATFORM_UNSUPPORTED` for what are no options of a platform.
 */
export function assertPlatformOptions<Options extends object>(
  platform: string,
  value: Options,
  known: Readonly<Record<string, true>>,
  paths: readonly (keyof Options & string)[],
): void {
  const isObject = typeof value === 'object' && (value as unknown) !== null
  const problems: readonly FoundProblem[] = isObject
    ? [
        ...unknownFields(value, known),
        ...paths.flatMap((name) => [value[name] as unknown].flat().flatMap((path) => homeProblems(name, path))),
      ]
    : [{ path: 'options', value, message: 'must be an object of options', hint: 'Write it as { … }, or leave it out.' }]
  if (problems.length === 0) return
  const title = `The platform ${platform} cannot be opened:`
  throw new SsmError('PLATFORM_UNSUPPORTED', joined([title, ...problems.map(describeProblem)], '\n'), {
    hint: joined([...distinct(problems.flatMap(({ hint }) => hint ?? [])), 'Fix the options listed above.'], ' '),
    facts: { platform, problems: problems.map(({ path, message }) => ({ path, message })) },
  })
}

/** @throws {InvalidTaskError} for what is no function. */
export function assertChange(task: string, value: unknown): void {
  if (isCallable(value)) return
  const hint = 'Write it as .request((request) => ({ ...request, … })).'
  refuse(task, 'request', value, 'must be a function that gives the changed request', hint)
}

/** @throws {InvalidTaskError} for what is no output of a task and no result. */
export function assertSource(task: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && 'output' in value) return
  refuse(task, 'input.from', value, "must be a task's output", "Write it as .input.from(task.output('model')).")
}

/** @throws {InvalidTaskError} for what is no task. */
export function assertTask(project: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && typeof (value as { output?: unknown }).output === 'function') return
  const hint = Array.isArray(value)
    ? 'Several tasks are added by .addAll([…]).'
    : "Write it as .add(project.task('t').code('t.py'))."
  refuse(project, 'add', Array.isArray(value) ? `a list of ${value.length}` : value, 'must be one task', hint)
}

/** The values of a list or of an object. @throws {InvalidTaskError} for what is neither. */
export function listOfTasks(project: string, value: unknown): readonly unknown[] {
  if (typeof value === 'object' && value !== null) return Object.values(value)
  return refuse(project, 'addAll', value, 'must be a list or an object of tasks', 'Write it as .addAll([one, other]).')
}

/** @throws {InvalidTaskError} for a listener that is no function, a signal that is none, and fields that do not exist. */
export function assertRunOptions(task: string, options: unknown, known: Readonly<Record<string, true>>): void {
  assertFields(task, 'run', options, known)
  const { onEvent, signal } = options as { readonly onEvent?: unknown; readonly signal?: unknown }
  if (onEvent !== undefined && !isCallable(onEvent))
    refuse(task, 'onEvent', onEvent, 'must be a function', 'Write it as { onEvent: (event) => … }.')
  if (signal !== undefined && typeof (Object(signal) as { throwIfAborted?: unknown }).throwIfAborted !== 'function')
    refuse(task, 'signal', signal, 'must be an AbortSignal', 'Give the signal of an AbortController.')
}

function refuse(task: string, path: string, value: unknown, message: string, hint: string): never {
  throw new InvalidTaskError(task, [{ path, value, message, hint }])
}
