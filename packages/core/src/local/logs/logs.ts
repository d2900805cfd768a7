import { systemClock } from '../../time/clock.ts'
import { turns } from '../../lang/turns.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobRef, type JobState } from '../../platform/jobs.ts'
import { lastItems, type FollowOptions, type LogLine, type Logs } from '../../platform/logs.ts'
import { changesOf } from '../jobs/changes.ts'
import { namesIn } from '../objects/folders.ts'
import { currentState } from '../jobs/liveness.ts'
import { streamOf, type LogStream } from './format.ts'
import { openLog, type StreamReader } from './reader.ts'
import { jobPlace } from '../jobs/records.ts'

/** Follows the log files of a job's machines. `closed` ends every following. */
export function localLogs(root: string, closed: AbortSignal): Logs {
  return {
    follow: (job, options = {}) => {
      const signal = options.signal === undefined ? closed : AbortSignal.any([options.signal, closed])
      return follow(root, job, options, signal)
    },
  }
}

const firstPauseMs = 15
const longestPauseMs = 100
const watchedPauseMs = 3_000
// A program that prints without a pause is read this often.
const leastPauseMs = 10

async function* follow(root: string, job: JobRef, options: FollowOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
  const { state, logs } = jobPlace(root, job.name)
  const open = openLogs(logs, options.machine)
  // Of the job's state, too: its end must not wait for the next look at the logs.
  using changes = options.untilNow === true ? undefined : changesOf(state, logs)
  let pauseMs = firstPauseMs
  const turn = turns()
  const isWanted = wantedLines(options)
  let tail = options.last === undefined ? undefined : lastItems<LogLine>(options.last)
  try {
    if (options.last !== undefined) await open.seek(options.last, isWanted, { sinceMs: options.sinceMs ?? 0, turn, signal })
    for (;;) {
      signal.throwIfAborted()
      // The state first: what was written before a job's end is then surely read.
      const last = options.untilNow === true || isTerminal((await knownState(root, job)).status)
      open.refresh()
      for (const line of open.lines(last)) {
        pauseMs = firstPauseMs
        if (tail !== undefined && isWanted(line)) tail.add(line)
        else if (isWanted(line)) yield line
        const due = turn()
        if (due !== undefined) await due
        if (signal.aborted) throw signal.reason
      }
      yield* tail?.items() ?? []
      tail = undefined
      if (last) return
      await changes?.next(changes.isWatching ? watchedPauseMs : pauseMs, signal)
      if (changes?.isWatching === true) await systemClock.sleep(leastPauseMs, signal)
      pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)
    }
  } finally {
    open.close()
  }
}

const wantedLines =
  ({ sinceMs = 0, where = () => true }: FollowOptions) =>
  (line: LogLine): boolean =>
    line.atMs >= sinceMs && where(line)

async function knownState(root: string, job: JobRef): Promise<JobState> {
  const state = await currentState(jobPlace(root, job.name), job.kind)
  if (state !== undefined) return state
  throw new PlatformError('JOB_LOST', `There is no ${job.kind} job ${job.name} on the local platform`, {
    facts: { job: job.name },
  })
}

interface OpenLogs {
  /** Opens the streams there are now at or before their last `count` lines that are wanted. */
  seek(count: number, isWanted: (line: LogLine) => boolean, seeking: Seeking): Promise<void>
  /** Opens streams that appeared. */
  refresh(): void
  /** Everything there is now, machines merged by time. With `last`, unfinished lines too. */
  lines(last: boolean): Generator<LogLine>
  close(): void
}

interface Cursor {
  readonly reader: StreamReader
  batch: readonly LogLine[]
  position: number
}

function openLogs(folder: string, machine: string | undefined): OpenLogs {
  const cursors = new Map<string, Cursor>()
  const unopened = (): readonly (readonly [string, LogStream])[] =>
    namesIn(folder).flatMap((name) => {
      const stream = cursors.has(name) ? undefined : streamOf(folder, name)
      return stream === undefined || (machine ?? stream.machine) !== stream.machine ? [] : [[name, stream] as const]
    })
  const add = (name: string, reader: StreamReader): void => void cursors.set(name, { reader, batch: [], position: 0 })
  return {
    async seek(count, isWanted, seeking) {
      for (const [name, stream] of unopened()) add(name, await openTail(stream, count, isWanted, seeking))
    },
    refresh() {
      for (const [name, stream] of unopened()) add(name, openLog(stream))
    },
    *lines(last) {
      const live = [...cursors.values()].sort((left, right) => left.reader.stream.startedAtMs - right.reader.stream.startedAtMs)
      for (;;) {
        const head = earliest(live, last)
        if (head === undefined) return
        yield head
      }
    },
    close() {
      for (const { reader } of cursors.values()) reader.close()
      cursors.clear()
    },
  }
}

interface Seeking {
  readonly sinceMs: number
  readonly turn: ReturnType<typeof turns>
  readonly signal: AbortSignal
}

/** Opens a log where at least `count` wanted lines follow, or at its beginning. */
async function openTail(
  stream: LogStream,
  count: number,
  isWanted: (line: LogLine) => boolean,
  { sinceMs, turn, signal }: Seeking,
): Promise<StreamReader> {
  for (let lines = count; ; lines = lines * 4 + 1_000) {
    const reader = openLog(stream, lines)
    let found = 0
    try {
      for (let batch = reader.next(); batch.length > 0 && !reader.isWhole && found < count; batch = reader.next()) {
        found += batch.filter(isWanted).length
        // What is before lines that are too old is older still.
        if ((batch[0]?.atMs ?? 0) < sinceMs) found = count
        await turn()
        signal.throwIfAborted()
      }
    } finally {
      reader.close()
    }
    if (reader.isWhole || found >= count) return openLog(stream, lines)
  }
}

/** The next line in time among the logs, which is taken out of its own. */
function earliest(cursors: readonly Cursor[], last: boolean): LogLine | undefined {
  let best: { readonly cursor: Cursor; readonly line: LogLine } | undefined
  for (const cursor of cursors) {
    const line = headOf(cursor, last)
    if (line !== undefined && (best === undefined || line.atMs < best.line.atMs)) best = { cursor, line }
  }
  if (best !== undefined) best.cursor.position += 1
  return best?.line
}

function headOf(cursor: Cursor, last: boolean): LogLine | undefined {
  if (cursor.position >= cursor.batch.length) {
    cursor.batch = cursor.reader.next()
    if (cursor.batch.length === 0 && last) cursor.batch = cursor.reader.rest()
    cursor.position = 0
  }
  return cursor.batch[cursor.position]
}
