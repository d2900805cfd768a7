import { createHash } from 'node:crypto'
import { isSsmError } from '../errors/ssm-error.ts'
import { eachOf } from '../lang/each-of.ts'
import { layoutOf } from '../names/layout.ts'
import { folderUri, joinUri, type ObjectUri } from '../names/object-uri.ts'
import type { TaskName } from '../names/task-name.ts'
import type { StoredObject, WriteOptions } from '../platform/objects.ts'
import type { Platform } from '../platform/platform.ts'
import { readSmall } from '../run/decide/history.ts'
import type { Goal } from './found.ts'
import type { SearchPlan } from './plan.ts'
import { valuesKey, type Space, type Values } from './space.ts'
import { trialEndIn, type TrialEnd } from './trials/trial-state.ts'

/*
 * What a search has tried, in the bucket: `<task>/.search/<search>/0007.json` is written before the trial begins, and `0007.end.json`
 * when it ended. A later client reads both, so no trial is lost and none is repeated.
 */

/** A trial as an earlier client left it. */
export interface KeptTrial {
  readonly number: number
  readonly values: Values
  readonly end?: TrialEnd
}

/** What a search is, as it is kept. */
export interface SearchNote {
  readonly v: 1
  readonly goal: Goal | undefined
  readonly space: Space
  readonly by: string
  readonly seed: number
  readonly createdAtMs: number
  /** The task of all its trials, where SageMaker's tuner makes them; else each has a task of its own. */
  readonly tuned?: TaskName
}

export interface SearchJournal {
  /** Notes what the search is, unless it is noted. */
  note(signal: AbortSignal): Promise<void>
  /** Every trial that was begun, in the order of their numbers. */
  read(signal: AbortSignal): Promise<readonly KeptTrial[]>
  /** Notes that a trial begins. Gives the values that another client noted under this number, when one was quicker. */
  begin(number: number, values: Values, signal: AbortSignal): Promise<Values>
  /** Notes how a trial ended. */
  end(number: number, end: TrialEnd): Promise<void>
}

const readAtOnce = 16

/** The variants of a list are known anyway: nothing is kept. */
export const noJournal: SearchJournal = {
  note: async () => undefined,
  read: async () => [],
  begin: async (_, values) => values,
  end: async () => undefined,
}

/** What makes it the same search: not how many trials it has, how many run at once, and how many may fail. */
export function searchId({ over, goal, by, seed, halving, on }: SearchPlan, fingerprint: string): string {
  const space = over.kind === 'space' ? valuesKey(over.space as unknown as Values) : ''
  return createHash('sha256')
    .update(JSON.stringify([1, fingerprint, space, goal, by, seed, halving, ...(on === undefined ? [] : [on])]))
    .digest('hex')
    .slice(0, 16)
}

/** The journal of a search. */
export async function openSearchJournal(
  plan: SearchPlan,
  id: string,
  platform: Platform,
  signal: AbortSignal,
  tuned?: TaskName,
): Promise<SearchJournal> {
  const { task, over, goal, by, seed } = plan
  const bucket = await platform.objects.bucket(task.bucket, { signal })
  const { root } = layoutOf({ bucket, prefix: task.prefix, project: task.project, task: task.task })
  const folder = folderUri(joinUri(searchesOf(root), id))
  const kmsKey = task.outputKmsKey === undefined ? {} : { kmsKey: task.outputKmsKey }
  const write = async (uri: ObjectUri, value: unknown, options: WriteOptions): Promise<void> => {
    const bytes = Buffer.from(JSON.stringify(value))
    await platform.objects.write(uri, { kind: 'bytes', bytes }, { ...kmsKey, ...options })
  }
  return {
    async note(given) {
      if (over.kind !== 'space' || (await readNote(joinUri(folder, noteName), platform, given)) !== undefined) return
      await write(
        joinUri(folder, noteName),
        { v: 1, goal, space: over.space, by, seed, createdAtMs: Date.now(), ...(tuned === undefined ? {} : { tuned }) },
        { signal: given },
      )
    },
    read: (given) => keptTrials(folder, platform, given),
    async begin(number, values, given) {
      const uri = joinUri(folder, `${padded(number)}.json`)
      try {
        await write(uri, values, { onlyIf: 'absent', signal: given })
        return values
      } catch (cause) {
        if (!isSsmError(cause, 'OBJECT_CHANGED')) throw cause
        return ((await readNote(uri, platform, given)) as Values | undefined) ?? values
      }
    },
    // Not given up when the caller leaves: what ended is then known to the next client.
    end: (number, end) => write(joinUri(folder, `${padded(number)}.end.json`), end, {}),
  }
}

/** Notes that were read before, by their address and version. */
export type KnownNotes = Map<string, Readonly<Record<string, unknown>>>

/** The trials that are noted in a search's folder. Notes that did not change since are taken from `known`, and kept there. */
export async function keptTrials(
  folder: ObjectUri,
  platform: Platform,
  signal: AbortSignal,
  known: KnownNotes = new Map(),
): Promise<readonly KeptTrial[]> {
  const begun = new Map<number, Values>()
  const ended = new Map<number, TrialEnd>()
  const readOne = async ({ uri, etag }: StoredObject, given: AbortSignal): Promise<void> => {
    const [, number, isEnd] = /(\d+)(\.end)?\.json$/.exec(uri) ?? []
    const key = `${uri} ${etag}`
    const value = number === undefined ? undefined : (known.get(key) ?? (await readNote(uri, platform, given)))
    if (value === undefined) return
    known.set(key, value)
    if (isEnd === undefined) {
      // Written above, by this or an earlier client.
      begun.set(Number(number), value as Values)
      return
    }
    const end = trialEndIn(value)
    if (end !== undefined) ended.set(Number(number), end)
  }
  await eachOf(platform.objects.list(folder, { signal }), readAtOnce, readOne, signal)
  return [...begun]
    .toSorted(([one], [other]) => one - other)
    .map(([number, values]) => {
      const end = ended.get(number)
      return { number, values, ...(end === undefined ? {} : { end }) }
    })
}

const noteName = 'search.json'

/** Where the notes of a task's searches lie. */
export const searchesOf = (root: ObjectUri): ObjectUri => folderUri(joinUri(root, '.search'))

/** What a search is; `undefined` when nothing says so. */
export async function noteOf(folder: ObjectUri, platform: Platform, signal: AbortSignal): Promise<SearchNote | undefined> {
  const note = await readNote(joinUri(folder, noteName), platform, signal)
  // Written above, by this or an earlier client.
  return note?.['v'] === 1 ? (note as unknown as SearchNote) : undefined
}

const padded = (number: number): string => String(number).padStart(4, '0')

/** A note; `undefined` for what is none: a damaged one counts as absent. */
async function readNote(
  uri: ObjectUri,
  platform: Platform,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readSmall(uri, platform, { signal })
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isNote(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isNote = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
