import type { ReportedSearch, ReportedTrial } from '../../src/run/report/search-document.ts'
import { number, plain } from '../text.ts'
import type { Choosing } from './best-so-far.tsx'
import { metricAxis, parameterAxis, type Axis } from './scale.ts'

const height = { top: 34, plot: 210, below: 14 }
const apart = 150
const side = 70

/** Parallel coordinates: each trial is a line from its hyperparameters to its result. The better it is, the more it stands out. */
export function ParallelCoordinates({ search, chosen, choose }: { readonly search: ReportedSearch } & Choosing) {
  const metric = metricAxis(search)
  const axes = [...search.parameters.map(parameterAxis), ...(metric === undefined ? [] : [metric])]
  const width = 2 * side + apart * Math.max(1, axes.length - 1)
  const shown = byRank(search)
  const x = (at: number): number => side + apart * at
  const lines = shown.map((trial, rank) => ({ trial, rank, path: pathOf(trial, axes, x) }))
  const isChosen = (trial: ReportedTrial): boolean => trial.number === chosen
  return (
    <figure class="wide" tabIndex={0} aria-label="Hyperparameters and result of each trial">
      <svg
        width={width}
        height={height.top + height.plot + height.below}
        role="img"
        aria-label={`Parallel coordinates of ${shown.length} trials`}
      >
        {/* What is drawn last lies on top. */}
        {lines
          .toReversed()
          .toSorted((one, other) => Number(isChosen(one.trial)) - Number(isChosen(other.trial)))
          .map(({ trial, rank, path }) => (
            <path
              key={trial.number}
              d={path}
              class={`thread ${trial.status} ${rankClass(rank, lines.length)} ${isChosen(trial) ? 'chosen' : ''}`}
              onClick={() => choose(isChosen(trial) ? undefined : trial.number)}
            >
              <title>{`Trial ${trial.number}, ${trial.status}: ${number(trial.value ?? 0)}`}</title>
            </path>
          ))}
        {axes.map((axis, at) => (
          <Coordinate key={axis.name} axis={axis} x={x(at)} isLast={at === axes.length - 1} />
        ))}
      </svg>
      <figcaption class="muted">
        Trials with a result; the best quarter is bold, those that were stopped early are dashed. Choose a line, a dot or a row to
        see the same trial everywhere.
      </figcaption>
    </figure>
  )
}

function Coordinate({ axis, x, isLast }: { readonly axis: Axis; readonly x: number; readonly isLast: boolean }) {
  return (
    <g>
      <path class="coordinate" d={`M${x} ${height.top}V${height.top + height.plot}`} />
      <text x={x} y={16} text-anchor="middle">
        {shortened(plain(axis.name), 20)}
      </text>
      {axis.marks.map(({ at, text }) => (
        <text key={text} class="small outlined" x={isLast ? x + 7 : x - 7} y={yOf(at) + 4} text-anchor={isLast ? 'start' : 'end'}>
          {shortened(plain(text), 9)}
        </text>
      ))}
    </g>
  )
}

const yOf = (at: number): number => height.top + height.plot * (1 - at)

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** A line through the axes on which the trial has a place. */
function pathOf({ values, value }: ReportedTrial, axes: readonly Axis[], x: (at: number) => number): string {
  const places = axes.flatMap(({ place, parameter }, at) => {
    const own = place(parameter === undefined ? value : values[parameter])
    return own === undefined ? [] : [`${x(at)} ${yOf(own).toFixed(1)}`]
  })
  return places.length === 0 ? '' : `M${places.join('L')}`
}

/** Trials with a result, the best first; those that were stopped early after those that completed. */
function byRank({ trials, goal }: ReportedSearch): readonly ReportedTrial[] {
  const sign = goal?.direction === 'maximize' ? -1 : 1
  const early = ({ status }: ReportedTrial): number => Number(status !== 'completed')
  return trials
    .filter(({ value }) => goal === undefined || value !== undefined)
    .toSorted((one, other) => early(one) - early(other) || sign * ((one.value ?? 0) - (other.value ?? 0)))
}

const rankClass = (rank: number, all: number): string => (rank < all / 4 ? 'good' : rank < all / 2 ? 'middling' : 'poor')
