import { useMemo, useRef, useState } from 'preact/hooks'
import type { ReportedJob, ReportedLine } from '../../src/run/report/report-document.ts'
import { Part } from '../part.tsx'
import { plain } from '../text.ts'

const rowHeight = 20
const shownRows = 24
const spare = 12

/** The log: searched, by machine. Only the rows in sight are in the page, so that 20 000 lines scroll at once. */
export function Log({ job: { state, log } }: { readonly job: ReportedJob }) {
  const [search, setSearch] = useState('')
  const [machine, setMachine] = useState(0)
  const [top, setTop] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const missing = log.total - log.head.length - log.tail.length
  const rows = useMemo(() => matching(log.head, log.tail, missing, search, machine), [log, missing, search, machine])
  if (log.total === 0)
    return (
      <Part title="Log">
        <p class="muted">The job printed nothing.</p>
      </Part>
    )
  const from = Math.max(0, Math.floor(top / rowHeight) - spare)
  const inSight = rows.slice(from, from + shownRows + 2 * spare)
  const first = log.head[0]?.[0] ?? 0
  return (
    <Part title={`Log, ${log.total} ${log.total === 1 ? 'line' : 'lines'}`}>
      <p class="controls">
        <label>
          Search <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
        </label>
        {state.machines > 1 && (
          <label>
            Machine{' '}
            <select value={machine} onChange={({ currentTarget }) => setMachine(Number(currentTarget.value))}>
              <option value={0}>all</option>
              {Array.from({ length: state.machines }, (_, at) => (
                <option key={at} value={at + 1}>
                  algo-{at + 1}
                </option>
              ))}
            </select>
          </label>
        )}
        <span class="muted" role="status">
          {search === '' && machine === 0 ? '' : `${rows.length} lines`}
        </span>
      </p>
      <div
        class="log"
        ref={list}
        tabIndex={0}
        role="region"
        aria-label={`Log of ${plain(state.name)}`}
        style={{ height: `${Math.min(shownRows, rows.length) * rowHeight + 14}px` }}
        onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      >
        <div class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
          {inSight.map((line, at) => (
            <div key={from + at} class="line" style={{ top: `${(from + at) * rowHeight}px` }}>
              <span class="when">+{((line[0] - first) / 1000).toFixed(1)}</span>
              {state.machines > 1 && <span class="machine">algo-{line[1]}</span>}
              <bdi>{plain(line[2])}</bdi>
            </div>
          ))}
        </div>
      </div>
    </Part>
  )
}

function matching(
  head: readonly ReportedLine[],
  tail: readonly ReportedLine[],
  missing: number,
  search: string,
  machine: number,
): readonly ReportedLine[] {
  const word = search.toLowerCase()
  const wanted = ([, from, text]: ReportedLine): boolean =>
    (machine === 0 || machine === from) && (word === '' || text.toLowerCase().includes(word))
  const gap: readonly ReportedLine[] =
    missing > 0 && word === '' ? [[tail[0]?.[0] ?? 0, machine, `… ${missing} lines are not in this report …`]] : []
  return [...head.filter(wanted), ...gap, ...tail.filter(wanted)]
}
