import Plot from 'uplot'
import { lineColour, type Line } from '../exports.ts'
import { plain } from '../text.ts'

/** How a chart is drawn. */
interface Drawing {
  readonly isLogarithmic: boolean
  readonly shown: (value: number) => string
}

/**
 * Draws lines into an element. Of more values than there are pixels only the least and the greatest of neighbours are drawn; zoomed in, it is
 * every one again.
 */
export function plotOf(given: readonly Line[], target: HTMLElement, drawing: Drawing): Plot {
  const lines = given.map(({ label, atMs, values }): Drawn => ({ label, at: strictlyRising(atMs), values }))
  const all = dataOf(lines, -Infinity, Infinity)
  const options = optionsOf(lines, target, drawing)
  const zoomed = (plot: Plot, key: string): void => {
    const { min, max } = plot.scales['x'] ?? {}
    if (key === 'x' && min !== undefined && max !== undefined) plot.setData(dataOf(lines, min, max), false)
  }
  return new Plot(
    {
      ...options,
      cursor: {
        // Machines print at times of their own: of each the value next to the pointer is told.
        dataIdx: (plot, series, hovered) => nearestValue(plot.data[series] ?? [], hovered),
        bind: {
          dblclick: (plot) => () => {
            plot.setData(all, true)
            return null
          },
        },
      },
      hooks: { setScale: [zoomed] },
    },
    all,
    target,
  )
}

/** A line with its times in seconds, each of them later than the one before. */
interface Drawn {
  readonly label: string
  readonly at: readonly number[]
  readonly values: readonly number[]
}

/** Several values of one millisecond stand one after another: a chart has one value at a time. */
function strictlyRising(atMs: readonly number[]): readonly number[] {
  let last = -Infinity
  return atMs.map((each) => (last = Math.max(each / 1000, last + 0.000_001)))
}

/** Of one line as many as a chart is wide, and fewer of each when there are many lines: about two for three pixels. */
const runsOf = (lines: number): number => Math.max(150, Math.min(600, Math.floor(4_000 / lines)))

const dataOf = (lines: readonly Drawn[], from: number, to: number): Plot.AlignedData =>
  Plot.join(lines.map((line) => pointsBetween(line, from, to, runsOf(lines.length))))

/** What is drawn of a line between two times: with one value before and one behind them, so that it goes to the edges. */
function pointsBetween({ at, values }: Drawn, from: number, to: number, mostRuns: number): [number[], number[]] {
  const first = Math.max(0, firstAtLeast(at, from) - 1)
  const end = Math.min(at.length, firstAtLeast(at, to) + 2)
  const run = Math.ceil((end - first) / mostRuns)
  const kept: number[] = []
  for (let start = first; start < end; start += run) {
    let [least, greatest] = [start, start]
    for (let each = start; each < Math.min(start + run, end); each += 1) {
      if ((values[each] ?? 0) < (values[least] ?? 0)) least = each
      if ((values[each] ?? 0) > (values[greatest] ?? 0)) greatest = each
    }
    kept.push(Math.min(least, greatest))
    if (least !== greatest) kept.push(Math.max(least, greatest))
  }
  return [kept.map((each) => at[each] ?? 0), kept.map((each) => values[each] ?? 0)]
}

/** Where the first of rising numbers is that is not less than this one. */
function firstAtLeast(rising: readonly number[], wanted: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** The nearest place with a value; the place itself when there is none. */
function nearestValue(values: ArrayLike<number | null | undefined>, hovered: number): number {
  for (let apart = 0; apart < values.length; apart += 1)
    for (const at of [hovered - apart, hovered + apart]) if (typeof values[at] === 'number') return at
  return hovered
}

function optionsOf(lines: readonly Drawn[], target: HTMLElement, { isLogarithmic, shown }: Drawing): Plot.Options {
  const style = getComputedStyle(target)
  const axis = {
    stroke: style.getPropertyValue('--muted'),
    grid: { stroke: style.getPropertyValue('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: target.clientWidth || 320,
    height: 200,
    scales: { y: { distr: isLogarithmic ? 3 : 1 } },
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shown(tick))) }],
    legend: { live: true },
    series: [
      {},
      ...lines.map(({ label, values }, at) => ({
        label: plain(label),
        stroke: lineColour(at),
        width: 1.5,
        spanGaps: true,
        points: { show: values.length < 60, fill: style.getPropertyValue('--ground') },
        value: (_: Plot, value: number | null) => (value === null ? '–' : shown(value)),
      })),
    ],
  }
}
