import { useEffect, useRef, useState } from 'preact/hooks'
import type { MetricSeries, ReportedJob } from '../../src/run/report/report-document.ts'
import { csvOf, svgOf, type Line } from '../exports.ts'
import { Part } from '../part.tsx'
import { bytes, number, plain } from '../text.ts'
import { plotOf } from './plot.ts'

/** The metrics of a job: one chart for each, a line for each machine. */
export function Metrics({ job }: { readonly job: ReportedJob }) {
  const names = [...new Set(job.series.map(({ name }) => name))]
  if (names.length === 0) return null
  return (
    <Part title="Metrics">
      <div class="charts">
        {names.map((name) => (
          <Chart key={name} title={name} lines={linesOf(name, job.series)} />
        ))}
        {names.length > 1 && names.length < 9 && (
          <Chart
            title="All metrics"
            lines={names.flatMap((name) =>
              linesOf(name, job.series).map((line) => ({ ...line, label: `${name} ${line.label}` })),
            )}
          />
        )}
      </div>
    </Part>
  )
}

const linesOf = (name: string, series: readonly MetricSeries[]): readonly Line[] =>
  series.filter((each) => each.name === name).map(({ machine, atMs, values }) => ({ label: machine, atMs, values }))

const used = [
  { title: 'Processors, %', key: 'cpuPercent', shown: number },
  { title: 'Memory', key: 'memoryBytes', shown: bytes },
  { title: 'Memory, % of the machine', key: 'memoryPercent', shown: number },
  { title: 'GPUs, %', key: 'gpuPercent', shown: number },
  { title: 'GPU memory, %', key: 'gpuMemoryPercent', shown: number },
  { title: 'Disk, % of the volume', key: 'diskPercent', shown: number },
  { title: 'Read from files', key: 'readBytes', shown: bytes },
  { title: 'Written to files', key: 'writtenBytes', shown: bytes },
  { title: 'Received over the network', key: 'receivedBytes', shown: bytes },
  { title: 'Sent over the network', key: 'sentBytes', shown: bytes },
] as const

/** What the machines used over time. */
export function Usage({ job: { usage, usageHint } }: { readonly job: ReportedJob }) {
  const machines = [...new Set(usage.map(({ machine }) => machine))]
  const charts = used.flatMap(({ title, key, shown }) => {
    const lines = machines.flatMap((machine) => {
      const samples = usage.filter((sample) => sample.machine === machine && sample[key] !== undefined)
      const values = samples.map((sample) => sample[key] ?? 0)
      return samples.length < 2 || values.every((value) => value === 0)
        ? []
        : [{ label: machine, atMs: samples.map(({ atMs }) => atMs), values }]
    })
    return lines.length === 0 ? [] : [<Chart key={key} title={title} lines={lines} shown={shown} />]
  })
  const isNetworkKnown = usage.some(({ receivedBytes }) => receivedBytes !== undefined)
  return (
    <Part title="Machine use">
      {charts.length === 0 && <p class="muted">Too few measurements for a curve.</p>}
      {usageHint !== undefined && <p class="hint">Hint: {plain(usageHint)}.</p>}
      <div class="charts">{charts}</div>
      {charts.length > 0 && !isNetworkKnown && (
        <p class="muted">
          Network traffic is not known: SageMaker publishes none, and on the local platform only containers have a network of
          their own.
        </p>
      )}
    </Part>
  )
}

interface ChartProps {
  readonly title: string
  readonly lines: readonly Line[]
  readonly shown?: (value: number) => string
}

/** A chart: values on hover, zoom by dragging, linear or logarithmic, and its values to take along. */
function Chart({ title, lines, shown = number }: ChartProps) {
  const [isLogarithmic, setLogarithmic] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const dark = useDarkScheme()
  // One value makes no line: the caption tells it.
  const isDrawn = lines.some(({ values }) => values.length > 1)
  const canBeLogarithmic = isDrawn && lines.every(({ values }) => values.every((value) => value > 0))
  useEffect(() => {
    const target = place.current
    if (target === null) return
    const plot = plotOf(lines, target, { isLogarithmic: isLogarithmic && canBeLogarithmic, shown })
    const resized = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: 200 }))
    resized.observe(target)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [lines, isLogarithmic, isDrawn, dark])
  return (
    <figure class="chart">
      <figcaption>
        {plain(title)} <span class="muted">{summaryOf(lines, shown)}</span>
      </figcaption>
      {isDrawn && <div ref={place} role="img" aria-label={`${plain(title)}: ${summaryOf(lines, shown)}`} />}
      <p class="controls">
        {canBeLogarithmic && (
          <label>
            <input
              type="checkbox"
              checked={isLogarithmic}
              onChange={({ currentTarget }) => setLogarithmic(currentTarget.checked)}
            />
            logarithmic
          </label>
        )}
        <button type="button" onClick={() => save(`${title}.csv`, 'text/csv', csvOf(lines))}>
          CSV
        </button>
        <button
          type="button"
          onClick={() => save(`${title}.svg`, 'image/svg+xml', svgOf(title, lines, isLogarithmic && canBeLogarithmic, shown))}
        >
          SVG
        </button>
      </p>
    </figure>
  )
}

function summaryOf(lines: readonly Line[], shown: (value: number) => string): string {
  const last = lines.map(({ label, values }) => `${plain(label)} ${shown(values.at(-1) ?? 0)}`)
  return last.length > 4 ? `${last.slice(0, 4).join(', ')}, …` : last.join(', ')
}

function useDarkScheme(): boolean {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'))
  const [dark, setDark] = useState(query.matches)
  useEffect(() => {
    const changed = (): void => setDark(query.matches)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [query])
  return dark
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name.replace(/[^\w.-]+/g, '-')
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
