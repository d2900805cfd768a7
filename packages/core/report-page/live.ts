import { signal, type Signal } from '@preact/signals'
import type { ReportDocument, ReportedLine } from '../src/run/report/report-document.ts'

/** What the page shows now. */
export interface Source {
  readonly document: Signal<ReportDocument>
  /** Whether the page is connected to its server: `undefined` for a file. */
  readonly connected: Signal<boolean | undefined>
}

/** New lines of the log of the first job, as the server sends them. */
interface Lines {
  readonly total: number
  readonly lines: readonly ReportedLine[]
}

const mostLines = 20_000

/** Reads the document of the page, and follows its server where there is one. */
export function startWith(data: Element): Source {
  const source: Source = { document: signal(JSON.parse(data.textContent ?? '') as ReportDocument), connected: signal(undefined) }
  const address = data.getAttribute('data-events')
  if (address !== null) follow(address, source)
  return source
}

function follow(address: string, { document, connected }: Source): void {
  const events = new EventSource(address)
  connected.value = false
  events.addEventListener('open', () => (connected.value = true))
  events.addEventListener('error', () => (connected.value = false))
  events.addEventListener('document', ({ data }: MessageEvent<string>) => {
    document.value = withKeptLines(JSON.parse(data) as ReportDocument, document.value)
  })
  events.addEventListener('lines', ({ data }: MessageEvent<string>) => {
    document.value = withLines(document.value, JSON.parse(data) as Lines)
  })
  events.addEventListener('end', () => {
    connected.value = undefined
    events.close()
  })
}

function withLines(document: ReportDocument, { total, lines }: Lines): ReportDocument {
  const [first, ...others] = document.jobs
  if (first === undefined) return document
  const log = { ...first.log, total, tail: [...first.log.tail, ...lines].slice(-mostLines) }
  return { ...document, jobs: [{ ...first, log }, ...others] }
}

/** Only the first document of a server holds lines: later ones come with the lines since. */
function withKeptLines(now: ReportDocument, before: ReportDocument): ReportDocument {
  const jobs = now.jobs.map((job) => {
    const { log } = before.jobs.find(({ state }) => state.name === job.state.name) ?? job
    return job.log.head.length > 0 || job.log.total === 0 ? job : { ...job, log: { ...log, total: job.log.total } }
  })
  return { ...now, jobs }
}
