import type { Occurrence, Parsed } from './parsed.ts'
import { usageError } from './usage-error.ts'

/** What stands in front of the command: `ssm plan run …`. */
type Before = 'plan' | 'why' | 'rehearse' | undefined

/** One flag that is there, and how it was typed. */
type Found = Pick<Occurrence, 'spelled' | 'texts'>

interface Conflict {
  readonly one: (parsed: Parsed) => Found | undefined
  readonly other: (parsed: Parsed) => Found | undefined
  readonly hint: string
}

const last = (parsed: Parsed, key: string): Occurrence | undefined => parsed.given.get(key)?.at(-1)

const on =
  (key: string, value?: string) =>
  (parsed: Parsed): Found | undefined => {
    const found = last(parsed, key)
    return found?.off === false && (value === undefined || found.texts[0] === value) ? found : undefined
  }

const off =
  (key: string) =>
  (parsed: Parsed): Found | undefined =>
    last(parsed, key)?.off === true ? last(parsed, key) : undefined

const localType = (parsed: Parsed): Found | undefined => {
  const type = last(parsed, 'instanceType')
  return type !== undefined && /^local(?:_gpu)?$/.test(type.texts[0] ?? '')
    ? { ...type, spelled: `${type.spelled} local` }
    : undefined
}

const eachGroup = 'Each group has its own type and number of machines: --instance_group data ml.c5.xlarge 2.'
const noWait = 'It is about the wait for spot machines: leave out one of the two.'
const warmWait = 'Warm machines are on-demand machines, and the wait is one for spot machines: leave out one of the two.'

// Each alone is right; together one of them would have no effect. What the library refuses itself is not listed.
const conflicts: readonly Conflict[] = [
  { one: on('instanceGroups'), other: on('instanceType'), hint: eachGroup },
  { one: on('instanceGroups'), other: on('instanceCount'), hint: eachGroup },
  { one: off('spot'), other: on('spotFallback', 'on-demand'), hint: noWait },
  { one: off('spot'), other: on('spotAfter'), hint: noWait },
  { one: off('spot'), other: on('certifiedOver'), hint: 'The certificate is for spot runs: leave out one of the two.' },
  { one: on('warm'), other: on('spotAfter'), hint: warmWait },
  {
    one: on('warm'),
    other: on('certifiedOver'),
    hint: 'Warm machines are on-demand machines, and the certificate is for spot runs: leave out one of the two.',
  },
  {
    one: localType,
    other: on('platform', 'aws'),
    hint: 'That type is this computer: leave out one of the two.',
  },
]

const notRehearsed = [
  ['dryRun', 'A rehearsal runs the program on this computer: to see the request write ssm plan.'],
  ['detach', 'A rehearsal ends with its certificate: leave out one of the two.'],
  ['python', 'A rehearsal takes the Python of VIRTUAL_ENV, else a .venv beside the code: set the variable, or leave it out.'],
] as const

const downloads = ['downloadModel', 'downloadOutput', 'downloadState']

/**
 * Refuses flags that would have no effect beside others, or without them, naming both. What lines of the original could say is only
 * warned of, by `compat`.
 * @throws {SsmError} `USAGE`.
 */
export function refuseConflicts(parsed: Parsed, before: Before): void {
  for (const { one, other, hint } of conflicts) {
    const [first, second] = [one(parsed), other(parsed)]
    if (first !== undefined && second !== undefined) throw together(first.spelled, second.spelled, hint)
  }
  refuseTwice(parsed)
  refuseSearched(parsed)
  refuseTwoVariables(parsed)
  const unpacked = on('noUnpack')(parsed)
  if (unpacked !== undefined && downloads.every((key) => on(key)(parsed) === undefined))
    throw alone(unpacked.spelled, '--download_model, --download_output or --download_state, none of which is given')
  const rehearsal = ['interruptions', 'seed', 'grace'].flatMap((key) => on(key)(parsed) ?? []).at(0)
  if (rehearsal !== undefined && before !== 'rehearse') throw alone(rehearsal.spelled, 'ssm rehearse in front of run or shell')
  for (const [key, hint] of before === 'rehearse' ? notRehearsed : []) {
    const found = on(key)(parsed)
    if (found !== undefined) throw together(found.spelled, 'ssm rehearse', hint)
  }
}

const together = (one: string, other: string, hint: string): Error =>
  usageError(`${one} cannot be combined with ${other}`, hint, { flags: [one, other] })

const alone = (flag: string, needed: string): Error =>
  usageError(`${flag} applies only with ${needed}`, `Leave out ${flag}, or add the other.`, { flags: [flag] })

/** Flags that may be given several times, but only once for each name. */
function refuseTwice(parsed: Parsed): void {
  for (const key of ['inputAt', 'outputAt', 'inputGroups', 'search']) {
    const names = (parsed.given.get(key) ?? []).map(({ texts: [name = ''] }) => name)
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice === undefined) continue
    const flag = last(parsed, key)?.spelled ?? ''
    throw usageError(`${flag} names ${twice} twice`, `Write ${flag} ${twice} once, with all of it.`, { flag, name: twice })
  }
}

/** A hyperparameter with one value and with many: each trial takes one of the many. */
function refuseSearched(parsed: Parsed): void {
  const searched = (parsed.given.get('search') ?? []).map(({ texts: [name = ''] }) => name)
  const fixed = (parsed.given.get('hyperparameters') ?? []).find(({ texts: [name = ''] }) => searched.includes(name))
  const name = fixed?.texts[0] ?? ''
  if (fixed !== undefined)
    throw together(
      fixed.spelled === `--${name}` ? fixed.spelled : `${fixed.spelled} ${name}`,
      `--search ${name}`,
      `Leave out --search ${name} for one value, or ${fixed.spelled} for those of the search.`,
    )
}

/** One variable with two values: one of them would be lost. */
function refuseTwoVariables(parsed: Parsed): void {
  const set = new Map<string, string>()
  for (const key of ['env', 'envFrom', 'secret']) {
    const found = parsed.given.get(key) ?? []
    const names = found.flatMap(({ texts }) => (key === 'env' ? texts.slice(0, 1) : texts))
    const spelled = found.at(-1)?.spelled ?? ''
    for (const name of names) {
      const other = set.get(name) ?? spelled
      if (other !== spelled) throw together(`${other} ${name}`, `${spelled} ${name}`, `Give ${name} in one way.`)
      set.set(name, spelled)
    }
  }
}
