import type { ReportDocument, ReportedEdge, ReportedJob } from '../src/run/report/report-document.ts'
import { jobId } from './part.tsx'
import { plain, span } from './text.ts'

const box = { width: 168, height: 46, right: 44, below: 18 }

interface Placed {
  readonly job: ReportedJob
  readonly x: number
  readonly y: number
}

/** The tasks of a project and what flows between them, from left to right. The path that decided how long it all took is bold. */
export function Graph({ report: { jobs, edges } }: { readonly report: ReportDocument }) {
  if (edges.length === 0) return null
  const placed = placedInColumns(jobs, edges)
  const at = new Map(placed.map((one) => [one.job.task, one]))
  const critical = criticalPath(jobs, edges)
  const width = Math.max(...placed.map(({ x }) => x)) + box.width + 2
  const height = Math.max(...placed.map(({ y }) => y)) + box.height + 2
  return (
    <figure class="wide" tabIndex={0} aria-label="Graph of the tasks">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label="Tasks and what flows between them"
      >
        {edges.map(({ from, to, channel }) => (
          <Edge
            key={`${from}>${to}>${channel}`}
            from={at.get(from)}
            to={at.get(to)}
            isCritical={critical.has(from) && critical.has(to)}
          />
        ))}
        {placed.map(({ job, x, y }) => (
          <a key={job.task} href={`#${jobId(job.state.name)}`}>
            <rect
              x={x + 1}
              y={y + 1}
              width={box.width}
              height={box.height}
              rx={7}
              class={`node ${job.state.status} ${critical.has(job.task) ? 'critical' : ''}`}
            />
            <text x={x + 12} y={y + 20} class="name">
              {shortened(plain(job.task))}
            </text>
            <text x={x + 12} y={y + 37} class="small">
              {job.state.status} · {span(secondsOf(job))}
            </text>
          </a>
        ))}
      </svg>
      {critical.size > 1 && (
        <figcaption class="muted">
          The longest chain, {[...critical].map(plain).join(' → ')}, took{' '}
          {span(jobs.filter(({ task }) => critical.has(task)).reduce((sum, job) => sum + secondsOf(job), 0))}.
        </figcaption>
      )}
    </figure>
  )
}

function Edge({
  from,
  to,
  isCritical,
}: {
  readonly from: Placed | undefined
  readonly to: Placed | undefined
  readonly isCritical: boolean
}) {
  if (from === undefined || to === undefined) return null
  const [x1, y1, x2, y2] = [from.x + box.width + 1, from.y + box.height / 2, to.x, to.y + box.height / 2]
  const middle = (x1 + x2) / 2
  return <path d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`} class={isCritical ? 'edge critical' : 'edge'} />
}

const shortened = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text)
const secondsOf = ({ state }: ReportedJob): number => ((state.endedAtMs ?? Date.now()) - state.createdAtMs) / 1000

/** Each task one column to the right of the last task it needs. */
function placedInColumns(jobs: readonly ReportedJob[], edges: readonly ReportedEdge[]): readonly Placed[] {
  const column = new Map<string, number>()
  const columnOf = (task: string, above: readonly string[]): number => {
    const known = column.get(task)
    if (known !== undefined) return known
    const needs = edges.filter(({ to, from }) => to === task && !above.includes(from)).map(({ from }) => from)
    const own = needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => columnOf(need, [...above, task])))
    column.set(task, own)
    return own
  }
  const rows = new Map<number, number>()
  return jobs.map((job) => {
    const x = columnOf(job.task, [])
    const y = rows.get(x) ?? 0
    rows.set(x, y + 1)
    return { job, x: x * (box.width + box.right), y: y * (box.height + box.below) }
  })
}

/** The chain of tasks that need each other and took longest in sum. */
function criticalPath(jobs: readonly ReportedJob[], edges: readonly ReportedEdge[]): ReadonlySet<string> {
  const best = new Map<string, { readonly seconds: number; readonly path: readonly string[] }>()
  const bestTo = (task: string, above: readonly string[]): { readonly seconds: number; readonly path: readonly string[] } => {
    const known = best.get(task)
    if (known !== undefined) return known
    const job = jobs.find((each) => each.task === task)
    const before = edges
      .filter(({ to, from }) => to === task && !above.includes(from))
      .map(({ from }) => bestTo(from, [...above, task]))
      .reduce((long, one) => (one.seconds > long.seconds ? one : long), { seconds: 0, path: [] as readonly string[] })
    const own = { seconds: before.seconds + (job === undefined ? 0 : secondsOf(job)), path: [...before.path, task] }
    best.set(task, own)
    return own
  }
  const ends = jobs.map(({ task }) => bestTo(task, []))
  return new Set(
    ends.reduce((long, one) => (one.seconds > long.seconds ? one : long), { seconds: 0, path: [] as readonly string[] }).path,
  )
}
