import type { OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs'
import type { LogLine } from '../../platform/logs.ts'
import { abortable, type Clients } from '../clients.ts'
import { errorKindOf } from '../error-kind.ts'
import type { RateLimiter } from '../rate-limiter.ts'
import { withErrorTranslation } from '../translate.ts'

export interface LogStreamsOptions {
  readonly clients: Clients
  readonly group: string
  readonly job: string
  readonly sinceMs: number | undefined
  /** Only the streams of this machine. */
  readonly machine: string | undefined
  readonly paces: { readonly streams: RateLimiter; readonly events: RateLimiter }
  readonly signal: AbortSignal
}

/** How far a stream was read. */
export interface Cursor {
  readonly stream: string
  readonly machine: string
  /** From the last page; the end is where AWS gives the same token back. */
  token: string | undefined
  drained: boolean
  /** Where to take up again should the token be refused (they live for 24 hours): the last moment and how many lines it had. */
  lastMs: number
  atLast: number
}

export interface Event {
  readonly atMs: number
  readonly text: string
}

/** Moves a cursor behind these events. */
export function moveOn(cursor: Cursor, events: readonly OutputLogEvent[], token: string | undefined): void {
  cursor.token = token ?? cursor.token
  for (const { timestamp = 0 } of events) {
    cursor.atLast = timestamp === cursor.lastMs ? cursor.atLast + 1 : 1
    cursor.lastMs = timestamp
  }
}

/** The lines of events of a stream. */
export const eventsOf = (stream: string, events: readonly OutputLogEvent[]): readonly Event[] =>
  events.flatMap(({ message = '', timestamp = 0 }) =>
    [...linesOf(stream, message, timestamp)].map(({ text }) => ({ atMs: timestamp, text })),
  )

/** The newest wanted lines of a stream, at least so many where it has them. Its cursor is then at its end. */
export async function newestOf(
  cursor: Cursor,
  count: number,
  isWanted: (line: LogLine) => boolean,
  options: LogStreamsOptions,
): Promise<readonly Event[]> {
  const { group, paces, signal, sinceMs } = options
  const { client, sdk } = await options.clients.open('logs')
  const input = {
    logGroupName: group,
    logStreamName: cursor.stream,
    startFromHead: false,
    ...(sinceMs === undefined ? {} : { startTime: sinceMs }),
  }
  const events: (readonly Event[])[] = []
  let found = 0
  for (let token: string | undefined, isFirst = true; isFirst || found < count; isFirst = false) {
    await paces.events.take(signal)
    const next = token === undefined ? {} : { nextToken: token }
    const response = await paced(paces.events, 'logs:GetLogEvents', group, signal, () =>
      client.send(new sdk.GetLogEventsCommand({ ...input, ...next }), abortable(signal)),
    )
    if (isFirst) Object.assign(cursor, { lastMs: 0, atLast: 0 })
    if (isFirst) moveOn(cursor, response?.events ?? [], response?.nextForwardToken)
    const wanted = eventsOf(cursor.stream, response?.events ?? []).filter((event) =>
      isWanted({ machine: cursor.machine, ...event }),
    )
    events.unshift(wanted)
    found += wanted.length
    // As forwards, the beginning is where AWS gives the same token back.
    if (response?.nextBackwardToken === undefined || response.nextBackwardToken === token) break
    token = response.nextBackwardToken
  }
  return events.flat()
}

/** One call; a group or stream that is not there (yet, or any more) gives `undefined`. */
export async function paced<T>(
  rateLimiter: RateLimiter,
  action: string,
  resource: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return withErrorTranslation({ action, resource }, signal, async () => {
    try {
      return await work()
    } catch (cause) {
      const kind = errorKindOf(cause)
      if (kind === 'missing') return undefined
      if (kind === 'throttled') rateLimiter.slowDown()
      throw cause
    }
  })
}

/** One event as lines: `algo-1` out of `<job>/algo-1-1700000000`. */
export function* linesOf(stream: string, message: string, atMs: number): Generator<LogLine> {
  const machine = machineOf(stream)
  for (const text of message.replace(/\r?\n$/, '').split(/\r?\n/)) yield { machine, text, atMs }
}

/** The machine a stream belongs to. */
export function machineOf(stream: string): string {
  return /\/(.+?)-\d+$/.exec(stream)?.[1] ?? stream.slice(stream.indexOf('/') + 1)
}
