import { imageOptions } from '@simple-sagemaker/core/options'
import type { Occurrence, Parsed } from './parsed.ts'

/** A command line of the original with what cannot be honoured taken out and named, one warning each. */
export interface Compat {
  readonly parsed: Parsed
  readonly warnings: readonly string[]
}

/** Makes lines of the original mean what they can: never silently, never by refusing them. */
export function compat(parsed: Parsed): Compat {
  return [notes, cleanOrKeep, distribution, waitOnDemand, downloadNowhere].reduce<Compat>(
    (sofar, rule) => {
      const { parsed: next, warnings } = rule(sofar.parsed)
      return { parsed: next, warnings: [...sofar.warnings, ...warnings] }
    },
    { parsed, warnings: [] },
  )
}

/** What the parser completed or replaced. */
const notes = (parsed: Parsed): Compat => ({ parsed, warnings: parsed.notes })

/** In the original both switches set one value: the last one given counted. */
function cleanOrKeep(parsed: Parsed): Compat {
  const [clean, keep] = [parsed.given.get('clean')?.at(-1), parsed.given.get('keep')?.at(-1)]
  if (clean === undefined || keep === undefined || clean.off || keep.off) return fine(parsed)
  const [kept, dropped] = clean.at > keep.at ? [clean, 'keep'] : [keep, 'clean']
  const other = dropped === 'keep' ? keep : clean
  return changed(parsed, dropped, undefined, [
    `${other.spelled} and ${kept.spelled} exclude each other: the last one, ${kept.spelled}, counts`,
  ])
}

const fine = (parsed: Parsed): Compat => ({ parsed, warnings: [] })

function changed(
  parsed: Parsed,
  key: string,
  occurrences: readonly Occurrence[] | undefined,
  warnings: readonly string[],
): Compat {
  const given = new Map(parsed.given)
  if (occurrences === undefined) given.delete(key)
  else given.set(key, occurrences)
  return { parsed: { ...parsed, given }, warnings }
}

/** The original took any policy of the Python SDK as JSON. Those we do not start are left out, and named. */
function distribution(parsed: Parsed): Compat {
  const given = parsed.given.get('distribution')?.at(-1)
  const asked = policiesIn(given?.texts[0] ?? '')
  if (given === undefined || asked === undefined) return fine(parsed)
  const known = asked.filter(([name]) => imageOptions.distribution.problems({ [name]: { enabled: true } }, name).length === 0)
  const unknown = asked.filter((policy) => !known.includes(policy)).map(([name]) => name)
  const kept = known.length === 0 ? undefined : [{ ...given, texts: [JSON.stringify(Object.fromEntries(known))] }]
  const warnings = unknown.length === 0 ? [] : [`--distribution: ${unknown.join(', ')} cannot be honoured`]
  return changed(parsed, 'distribution', kept, warnings)
}

/** The policies that are turned on; `undefined` for what is no JSON object. */
function policiesIn(text: string): readonly (readonly [string, unknown])[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    return Object.entries(value).filter(([, how]) => !isOff(how))
  } catch {
    return undefined
  }
}

const isOff = (how: unknown): boolean =>
  how === false || (typeof how === 'object' && how !== null && 'enabled' in how && how.enabled === false)

/** The original let `--max_wait_mins` stand beside `--no_spot`. */
function waitOnDemand(parsed: Parsed): Compat {
  const isOnDemand = parsed.given.get('spot')?.at(-1)?.off === true
  const wait = parsed.given.get('maxWait')?.at(-1)
  if (!isOnDemand || wait === undefined) return fine(parsed)
  const warnings =
    wait.texts[0] === '0'
      ? []
      : [`${wait.spelled} ${wait.texts.join(' ')} has no effect without spot: it limits the wait for spot machines`]
  return changed(parsed, 'maxWait', undefined, warnings)
}

function downloadNowhere(parsed: Parsed): Compat {
  const given = ['downloadState', 'downloadModel', 'downloadOutput']
    .flatMap((key) => parsed.given.get(key)?.at(-1) ?? [])
    .filter(({ off }) => !off)
  if (given.length === 0 || parsed.given.has('outputPath')) return fine(parsed)
  return { parsed, warnings: [`${given.map(({ spelled }) => spelled).join(', ')} downloads nothing without -o DIR`] }
}
