import type { ReportedSearch, ReportedTrial } from '../../src/run/report/search-document.ts'
import { number, plain } from '../text.ts'
import { metricAxis } from './scale.ts'

const size = { width: 720, height: 240, left: 78, right: 14, top: 12, below: 34 }

/** Which trial is looked at, and how another one is chosen. */
export interface Choosing {
  readonly chosen: number | undefined
  readonly choose: (trial: number | undefined) => void
}

interface Point {
  readonly trial: ReportedTrial
  readonly value: number
}

/** Each trial's result in the order of the trials, and the best completed one so far as a line. */
export function BestSoFar({ search, chosen, choose }: { readonly search: ReportedSearch } & Choosing) {
  const axis = metricAxis(search)
  const points = search.trials.flatMap((trial): readonly Point[] =>
    trial.value === undefined ? [] : [{ trial, value: trial.value }],
  )
  const last = search.trials.at(-1)?.number ?? 1
  if (axis === undefined || points.length === 0) return <p class="muted">No trial has a result.</p>
  const x = (trial: number): number => size.left + ((size.width - size.left - size.right) * (trial - 1)) / Math.max(1, last - 1)
  const y = (value: number): number => size.top + (size.height - size.top - size.below) * (1 - (axis.place(value) ?? 0))
  const steps = bestOf(points, search.goal?.direction === 'maximize')
  const end = steps.at(-1)
  const line = steps.map(({ trial, value }, at) => `${at === 0 ? 'M' : 'H'}${x(trial.number)}${at === 0 ? ' ' : 'V'}${y(value)}`)
  const sentence =
    end === undefined
      ? 'No trial completed.'
      : `${search.goal?.metric ?? ''} ${number(steps[0]?.value ?? end.value)} after trial ${steps[0]?.trial.number}, ${number(end.value)} after trial ${end.trial.number}.`
  return (
    <figure class="wide" tabIndex={0} aria-label="Best so far">
      <svg viewBox={`0 0 ${size.width} ${size.height}`} class="plot" role="img" aria-label={plain(sentence)}>
        {axis.marks.map(({ at, text }) => (
          <g key={text}>
            <path class="grid" d={`M${size.left} ${markY(at)}H${size.width - size.right}`} />
            <text class="small" x={size.left - 8} y={markY(at) + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {line.length > 0 && <path class="best" d={`${line.join('')}H${x(last)}`} />}
        {points.map(({ trial, value }) => (
          <circle
            key={trial.number}
            class={`trial ${trial.status} ${trial.number === chosen ? 'chosen' : ''}`}
            cx={x(trial.number)}
            cy={y(value)}
            r={trial.number === chosen ? 6 : 4}
            onClick={() => choose(trial.number === chosen ? undefined : trial.number)}
          >
            <title>{`Trial ${trial.number}, ${trial.status}: ${number(value)}`}</title>
          </circle>
        ))}
        <text class="small" x={size.left} y={size.height - 10}>
          trial 1
        </text>
        <text class="small" x={size.width - size.right} y={size.height - 10} text-anchor="end">
          trial {last}
        </text>
      </svg>
      <figcaption class="muted">
        {plain(axis.name)}: the line is the best completed trial so far; full dots completed, hollow ones were stopped early.
      </figcaption>
    </figure>
  )
}

const markY = (at: number): number => size.top + (size.height - size.top - size.below) * (1 - at)

/** The trials that were better than all before them. */
function bestOf(points: readonly Point[], isMaximized: boolean): readonly Point[] {
  const best: Point[] = []
  for (const point of points) {
    const before = best.at(-1)
    if (point.trial.status !== 'completed') continue
    if (before === undefined || (isMaximized ? point.value > before.value : point.value < before.value)) best.push(point)
  }
  return best
}
