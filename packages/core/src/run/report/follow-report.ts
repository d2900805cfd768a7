import { setTimeout as pause } from 'node:timers/promises'
import type { StoragePlace } from '../lookup/projects.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { isTerminal, type JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { logReader, pageLimits, type LogReader } from './log-reader.ts'
import { machineNumber } from './machine-times.ts'
import type { ReportDocument, ReportedLine } from './report-document.ts'
import { documentOf, subjectsOf } from './report-of.ts'
import { lastingParts, type JobToReport } from './reported-job.ts'
import { reportedRequest } from './request-facts.ts'

/**
 * A change of a report: the document anew, or lines that the log of its first job got since. Only the first document with a job holds the lines
 * of its log so far.
 */
export type ReportChange =
  | {
      readonly type: 'document'
      /** The report as it is now. */
      readonly document: ReportDocument
    }
  | {
      readonly type: 'lines'
      /** How many lines the log has now. */
      readonly total: number
      /** The new ones; of very many at once the last ones. */
      readonly lines: readonly ReportedLine[]
    }

/** One job, or the newest job of a task. */
export type FollowedPlace = StoragePlace &
  (
    | {
        /** The name of a job. */
        readonly job: string
      }
    | {
        /** The name of a project. */
        readonly project: string
        /** The name of a task of it. */
        readonly task: string
      }
  )

const apartMs = 1_000
/** What a browser takes easily in one change. */
const mostLines = 5_000

/** The report of a job as it changes, at most once a second, until the job has ended. Leaving the loop or an abort ends the following. */
export async function* followJobReport(place: FollowedPlace, { signal }: Abortable = {}): AsyncGenerator<ReportChange> {
  const leaving = new AbortController()
  const ends = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal])
  const options = { signal: ends }
  const [found] = await subjectsOf(place, options)
  if (found === undefined) return
  const subject = { ...found, lasting: await lastingParts(found, place.platform, options) }
  const followed = await follow(subject, place.platform, ends)
  try {
    for (let isFirst = true; ; isFirst = false) {
      const isOver = followed.isOver()
      const { reader, lines } = followed
      const fresh = lines.splice(0)
      const now = { ...subject, past: [{ ...subject.past[0], state: followed.state() }, ...subject.past.slice(1)] as const }
      const document = await documentOf(place, [now], () => Promise.resolve(reader.read()), options)
      yield { type: 'document', document: isFirst ? document : withoutLines(document) }
      if (!isFirst && fresh.length > 0)
        yield { type: 'lines', total: document.jobs[0]?.log.total ?? 0, lines: fresh.slice(-mostLines) }
      if (isOver) return
      await Promise.race([followed.ended, pause(apartMs, undefined, options)])
      await pause(apartMs / 4, undefined, options)
      followed.throwIfFailed()
    }
  } finally {
    leaving.abort()
    await followed.ended
  }
}

interface Followed {
  readonly reader: LogReader
  /** Lines since the last change. */
  readonly lines: ReportedLine[]
  state(): JobState
  isOver(): boolean
  throwIfFailed(): void
  /** Resolves when job and log have ended, or the following has. */
  readonly ended: Promise<void>
}

async function follow(
  { past: [{ state: first }], request }: JobToReport,
  platform: Platform,
  signal: AbortSignal,
): Promise<Followed> {
  const reader = await logReader(first, request === undefined ? {} : reportedRequest(request).metrics, pageLimits)
  const lines: ReportedLine[] = []
  let state = first
  let isOver = false
  let failure: { readonly cause: unknown } | undefined
  const watching = async (): Promise<void> => {
    if (isTerminal(first.status)) return
    for await (const now of platform.jobs.watch(first, { signal })) state = now
  }
  const reading = async (): Promise<void> => {
    for await (const line of platform.logs.follow(first, { signal })) {
      reader.add(line)
      lines.push([line.atMs, machineNumber(line.machine), line.text])
      if (lines.length > 2 * mostLines) lines.splice(0, mostLines)
    }
  }
  const ended = Promise.all([watching(), reading()])
    .catch((cause: unknown) => {
      failure = { cause }
    })
    .then(() => {
      isOver = true
    })
  return {
    reader,
    lines,
    state: () => state,
    isOver: () => isOver,
    ended,
    throwIfFailed: () => {
      if (failure !== undefined) throw failure.cause
    },
  }
}

/** Whoever follows has the lines already, of the first document or as changes. */
export function withoutLines(document: ReportDocument): ReportDocument {
  return { ...document, jobs: document.jobs.map((job) => ({ ...job, log: { total: job.log.total, head: [], tail: [] } })) }
}
