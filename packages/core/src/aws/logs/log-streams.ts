import type { OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs'
import { eachOf } from '../../lang/each-of.ts'
import { lastItems, type LogLine } from '../../platform/logs.ts'
import { abortable, type OpenedClient } from '../clients.ts'
import { freshTokens } from '../page-tokens.ts'
import { vendorError } from '../error-kind.ts'
import { eventsOf, machineOf, moveOn, newestOf, paced, type Cursor, type Event, type LogStreamsOptions } from './stream.ts'

/** The streams of one job: one per machine, and one more each time a machine was replaced. */
export interface LogStreams {
  /** One look at every stream: what is new, merged by time, each machine's lines in order. When it throws, what it found was given before. */
  round(): AsyncGenerator<LogLine>
  /** The last lines there are now that are wanted, read from the newest page of each stream backwards. Rounds go on after them. */
  newest(count: number, isWanted: (line: LogLine) => boolean): Promise<readonly LogLine[]>
  /** Whether the last round left something unread: then there is no need to pause. */
  hasMore(): boolean
}

const readsAtOnce = 8

export function streamsOf(options: LogStreamsOptions): LogStreams {
  const { signal } = options
  const cursors = new Map<string, Cursor>()
  let more = false
  return {
    hasMore: () => more,
    async newest(count, isWanted) {
      await addStreams(cursors, options)
      return newestOfAll([...cursors.values()], count, isWanted, options)
    },
    async *round() {
      await addStreams(cursors, options)
      const due = readable([...cursors.values()])
      const found = new Map<Cursor, readonly Event[]>()
      more = false
      let failure: { readonly error: unknown } | undefined
      const reading = eachOf(
        due,
        readsAtOnce,
        async (cursor) => {
          const events = await page(cursor, options)
          if (!cursor.drained) more = true
          if (events.length > 0) found.set(cursor, events)
        },
        signal,
      )
      await reading.catch((error: unknown) => (failure = { error }))
      // A replaced machine's new stream waits until the old one is read to its end: then there is more at once.
      if (due.length < cursors.size && due.every(({ drained }) => drained) && readable([...cursors.values()]).length > due.length)
        more = true
      // Their cursors have moved on: what was read is given even when another stream failed.
      yield* merged(found)
      if (failure !== undefined) throw failure.error
    },
  }
}

/** Adds the streams that appeared. */
async function addStreams(cursors: Map<string, Cursor>, options: LogStreamsOptions): Promise<void> {
  for await (const stream of streamNames(options)) {
    const machine = machineOf(stream)
    if (cursors.has(stream) || (options.machine ?? machine) !== machine) continue
    cursors.set(stream, { stream, machine, token: undefined, drained: false, lastMs: 0, atLast: 0 })
  }
}

async function newestOfAll(
  cursors: readonly Cursor[],
  count: number,
  isWanted: (line: LogLine) => boolean,
  options: LogStreamsOptions,
): Promise<readonly LogLine[]> {
  const found = new Map<Cursor, readonly Event[]>()
  const read = async (cursor: Cursor): Promise<void> => {
    found.set(cursor, await newestOf(cursor, count, isWanted, options))
  }
  await eachOf(cursors, readsAtOnce, read, options.signal)
  const last = lastItems<LogLine>(count)
  for (const line of merged(found)) last.add(line)
  return last.items()
}

/** Streams to read now: of each machine the old ones again and the first that is not read to its end, in the order of their birth. */
function readable(cursors: readonly Cursor[]): readonly Cursor[] {
  const waiting = new Set<string>()
  return cursors.toSorted(byBirth).filter((cursor) => {
    if (waiting.has(cursor.machine)) return false
    if (!cursor.drained) waiting.add(cursor.machine)
    return true
  })
}

const byBirth = (left: Cursor, right: Cursor): number => birthOf(left.stream) - birthOf(right.stream)
const birthOf = (stream: string): number => Number(/-(\d+)$/.exec(stream)?.[1] ?? 0)

async function* streamNames({ clients, group, job, paces, signal }: LogStreamsOptions): AsyncGenerator<string> {
  const { client, sdk } = await clients.open('logs')
  const fresh = freshTokens({ action: 'logs:DescribeLogStreams', resource: group })
  let token: string | undefined
  do {
    await paces.streams.take(signal)
    const input = {
      logGroupName: group,
      logStreamNamePrefix: `${job}/`,
      limit: 50,
      ...(token === undefined ? {} : { nextToken: token }),
    }
    const page = await paced(paces.streams, 'logs:DescribeLogStreams', group, signal, () =>
      client.send(new sdk.DescribeLogStreamsCommand(input), abortable(signal)),
    )
    for (const { logStreamName } of page?.logStreams ?? []) if (logStreamName !== undefined) yield logStreamName
    token = fresh(page?.nextToken)
  } while (token !== undefined)
}

/** The next page of a stream. An empty one is not the end: only a token that comes back is. */
async function page(cursor: Cursor, options: LogStreamsOptions): Promise<readonly Event[]> {
  const { group, paces, signal } = options
  const logs = await options.clients.open('logs')
  await paces.events.take(signal)
  const response = await paced(paces.events, 'logs:GetLogEvents', group, signal, () => ask(logs, cursor, options))
  if (response === undefined) {
    cursor.drained = true
    return []
  }
  cursor.drained = response.nextForwardToken === undefined || response.nextForwardToken === cursor.token
  const events = afterGap(response.events ?? [], cursor, response.reopened)
  moveOn(cursor, events, response.nextForwardToken)
  return eventsOf(cursor.stream, events)
}

interface LogPage {
  readonly events?: OutputLogEvent[] | undefined
  readonly nextForwardToken?: string | undefined
  readonly reopened: boolean
}

async function ask(
  { client, sdk }: OpenedClient<'logs'>,
  cursor: Cursor,
  { group, sinceMs, signal }: LogStreamsOptions,
): Promise<LogPage> {
  const input = { logGroupName: group, logStreamName: cursor.stream, startFromHead: true }
  const since = sinceMs === undefined ? {} : { startTime: sinceMs }
  if (cursor.token === undefined)
    return { ...(await client.send(new sdk.GetLogEventsCommand({ ...input, ...since }), abortable(signal))), reopened: false }
  try {
    return {
      ...(await client.send(new sdk.GetLogEventsCommand({ ...input, ...since, nextToken: cursor.token }), abortable(signal))),
      reopened: false,
    }
  } catch (cause) {
    if (vendorError(cause).name !== 'InvalidParameterException') throw cause
    return {
      ...(await client.send(new sdk.GetLogEventsCommand({ ...input, startTime: cursor.lastMs }), abortable(signal))),
      reopened: true,
    }
  }
}

/** After a refused token the stream is read from the last moment on: what was given of that moment is left out. */
function afterGap(events: readonly OutputLogEvent[], cursor: Cursor, reopened: boolean): readonly OutputLogEvent[] {
  if (!reopened) return events
  const again = events.findIndex(({ timestamp = 0 }) => timestamp > cursor.lastMs)
  const known = again === -1 ? events.length : again
  return events.slice(Math.min(known, cursor.atLast))
}

/** The new lines of all machines by time; those of one machine stay in their own order, whatever their clocks say. */
function* merged(found: ReadonlyMap<Cursor, readonly Event[]>): Generator<LogLine> {
  const queues = new Map<string, Event[][]>()
  for (const [cursor, events] of [...found].toSorted(([left], [right]) => byBirth(left, right))) {
    queues.set(cursor.machine, [...(queues.get(cursor.machine) ?? []), [...events]])
  }
  const heads = [...queues].map(([machine, parts]) => ({ machine, events: parts.flat(), at: 0 }))
  for (;;) {
    let first: (typeof heads)[number] | undefined
    for (const head of heads) {
      const atMs = head.events[head.at]?.atMs
      if (atMs !== undefined && (first === undefined || atMs < (first.events[first.at]?.atMs ?? Infinity))) first = head
    }
    const event = first?.events[first.at]
    if (first === undefined || event === undefined) return
    first.at += 1
    yield { machine: first.machine, text: event.text, atMs: event.atMs }
  }
}
