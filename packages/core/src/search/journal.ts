import { createHash } from 'node:crypto'
import { isSsmError } from '../errors/ssm-error.ts'
import { eachOf } from '../lang/each-of.ts'
import { layoutOf } from '../names/layout.ts'
import { folderUri, joinUri, type ObjectUri } from '../names/object-uri.ts'
import type { Platform } from '../platform/platform.ts'
import { readSmall } from '../run/decide/history.ts'
import type { SearchPlan } from './plan.ts'
import { valuesKey, type Values } from './space.ts'
import type { TrialEnd } from './trial-state.ts'

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

export interface Journal {
  /** Every trial that was begun, in the order of their numbers. */
  read(signal: AbortSignal): Promise<readonly KeptTrial[]>
  /** Notes that a trial begins. Gives the values that another client noted under this number, when one was quicker. */
  begin(number: number, values: Values, signal: AbortSignal): Promise<Values>
  /** Notes how a trial ended. */
  end(number: number, end: TrialEnd): Promise<void>
}

const readAtOnce = 16

/** The variants of a list are known anyway: nothing is kept. */
export const noJournal: Journal = {
  read: async () => [],
  begin: async (_, values) => values,
  end: async () => undefined,
}

/** What makes it the same search: not how many trials it has, how many run at once, and how many may fail. */
export function searchId({ over, goal, by, seed, halving }: SearchPlan, fingerprint: string): string {
  const space = over.kind === 'space' ? valuesKey(over.space as unknown as Values) : ''
  return createHash('sha256')
    .update(JSON.stringify([1, fingerprint, space, goal, by, seed, halving]))
    .digest('hex')
    .slice(0, 16)
}

/** The journal of a search. */
export async function openJournal({ task }: SearchPlan, id: string, platform: Platform, signal: AbortSignal): Promise<Journal> {
  const bucket = await platform.objects.bucket(task.bucket, { signal })
  const { root } = layoutOf({ bucket, prefix: task.prefix, project: task.project, task: task.task })
  const folder = folderUri(joinUri(root, '.search', id))
  const kmsKey = task.outputKmsKey === undefined ? {} : { kmsKey: task.outputKmsKey }
  const write = async (
    uri: ObjectUri,
    value: unknown,
    options: { readonly onlyIf?: 'absent'; readonly signal?: AbortSignal },
  ) => {
    const bytes = Buffer.from(JSON.stringify(value))
    await platform.objects.write(uri, { kind: 'bytes', bytes }, { ...kmsKey, ...options })
  }
  const beginUri = (number: number): ObjectUri => joinUri(folder, `${padded(number)}.json`)
  return {
    async read(given) {
      const begun = new Map<number, Values>()
      const ended = new Map<number, TrialEnd>()
      await eachOf(
        platform.objects.list(folder, { signal: given }),
        readAtOnce,
        async ({ uri }, eachSignal) => {
          const [, number, isEnd] = /(\d+)(\.end)?\.json$/.exec(uri) ?? []
          const value = number === undefined ? undefined : parsed(await readSmall(uri, platform, { signal: eachSignal }))
          if (value === undefined) return
          if (isEnd === undefined) begun.set(Number(number), value as Values)
          else ended.set(Number(number), value as unknown as TrialEnd)
        },
        given,
      )
      return [...begun]
        .toSorted(([one], [other]) => one - other)
        .map(([number, values]) => {
          const end = ended.get(number)
          return { number, values, ...(end === undefined ? {} : { end }) }
        })
    },
    async begin(number, values, given) {
      try {
        await write(beginUri(number), values, { onlyIf: 'absent', signal: given })
        return values
      } catch (cause) {
        if (!isSsmError(cause, 'OBJECT_CHANGED')) throw cause
        return (parsed(await readSmall(beginUri(number), platform, { signal: given })) as Values | undefined) ?? values
      }
    },
    // Not given up when the caller leaves: what ended is then known to the next client.
    end: (number, end) => write(joinUri(folder, `${padded(number)}.end.json`), end, {}),
  }
}

const padded = (number: number): string => String(number).padStart(4, '0')

/** An object of JSON; `undefined` for anything else: a damaged note counts as none. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
