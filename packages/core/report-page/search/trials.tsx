import { useState } from 'preact/hooks'
import type { ReportedSearch, ReportedTrial } from '../../src/run/report/search-document.ts'
import { costText } from '../job/costs.tsx'
import { jobId } from '../part.tsx'
import { cut, number, plain, span } from '../text.ts'
import type { Choosing } from './best-so-far.tsx'
import { valueText } from './value.ts'

interface Column {
  readonly name: string
  /** What the rows are sorted by: numbers as numbers, what is missing last. */
  readonly key: (trial: ReportedTrial) => number | string | undefined
  readonly text: (trial: ReportedTrial) => string
}

/** Every trial as a row, sorted by any column. */
export function Trials({
  search,
  jobs,
  chosen,
  choose,
}: { readonly search: ReportedSearch; readonly jobs: ReadonlySet<string> } & Choosing) {
  const columns = columnsOf(search)
  const [sorted, setSorted] = useState<{ readonly column: number; readonly isDown: boolean }>({ column: 0, isDown: false })
  const rows = rowsBy(search.trials, columns[sorted.column], sorted.isDown)
  const sortBy = (column: number): void => setSorted({ column, isDown: sorted.column === column && !sorted.isDown })
  return (
    <div class="wide trials" tabIndex={0} role="region" aria-label={`Trials of ${plain(search.task)}`}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name }, at) => (
              <th
                key={name}
                scope="col"
                aria-sort={at === sorted.column ? (sorted.isDown ? 'descending' : 'ascending') : undefined}
              >
                <button type="button" class="sort" onClick={() => sortBy(at)}>
                  {plain(name)}
                  {at === sorted.column && <span aria-hidden="true"> {sorted.isDown ? '↓' : '↑'}</span>}
                </button>
              </th>
            ))}
            <th scope="col">Course</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((trial) => (
            <tr key={trial.number} class={trial.number === chosen ? 'chosen' : ''}>
              <th scope="row">
                <button
                  type="button"
                  aria-pressed={trial.number === chosen}
                  onClick={() => choose(trial.number === chosen ? undefined : trial.number)}
                >
                  {trial.number}
                </button>
                {trial.number === search.best && ' best'}
                {trial.job !== undefined && jobs.has(trial.job) && (
                  <>
                    {' '}
                    <a href={`#${jobId(trial.job)}`}>job</a>
                  </>
                )}
              </th>
              {columns.slice(1).map(({ name, text }) => (
                <td key={name}>{text(trial)}</td>
              ))}
              <td>
                <Course trial={trial} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function columnsOf({ goal, parameters, trials }: ReportedSearch): readonly Column[] {
  const has = (field: keyof ReportedTrial): boolean => trials.some(({ [field]: value }) => value !== undefined)
  const when = (isShown: boolean, column: Column): readonly Column[] => (isShown ? [column] : [])
  return [
    { name: 'Trial', key: ({ number: own }) => own, text: ({ number: own }) => String(own) },
    { name: 'Status', key: ({ status }) => status, text: statusText },
    ...when(goal !== undefined, {
      name: goal?.metric ?? '',
      key: ({ value }) => value,
      text: ({ value }) => (value === undefined ? '–' : number(value)),
    }),
    ...parameters.map(({ name }) => ({
      name,
      key: ({ values }: ReportedTrial) => values[name],
      text: ({ values }: ReportedTrial) => valueText(values[name]),
    })),
    { name: 'Took', key: ({ seconds }) => seconds, text: ({ seconds }) => (seconds === undefined ? '–' : span(seconds)) },
    ...when(has('billedSeconds'), {
      name: 'Billed',
      key: ({ billedSeconds }) => billedSeconds,
      text: ({ billedSeconds }) => (billedSeconds === undefined ? '–' : span(billedSeconds)),
    }),
    ...when(has('cost'), {
      name: 'Cost',
      key: ({ cost }) => (cost?.kind === 'known' ? cost.usd : undefined),
      text: ({ cost }) => (cost === undefined ? '–' : costText(cost)),
    }),
  ]
}

function statusText({ status, message }: ReportedTrial): string {
  const text = status === 'stopped-early' ? 'stopped early' : status
  return message === undefined ? text : `${text}: ${cut(plain(message), 300)}`
}

function rowsBy(trials: readonly ReportedTrial[], column: Column | undefined, isDown: boolean): readonly ReportedTrial[] {
  if (column === undefined) return trials
  const sign = isDown ? -1 : 1
  return trials.toSorted((one, other) => {
    const [a, b] = [column.key(one), column.key(other)]
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
    return sign * String(a).localeCompare(String(b))
  })
}

const spark = { width: 90, height: 20 }

/** The course of the metric as a small line. */
function Course({ trial: { course } }: { readonly trial: ReportedTrial }) {
  if (course.length < 2) return null
  const values = course.map(([, value]) => value)
  const steps = course.map(([step]) => step)
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 1]
  const points = course.map(([step, value]) => {
    const x = (spark.width * (step - first)) / (last - first || 1)
    const y = 1 + (spark.height - 2) * (1 - (value - least) / (greatest - least || 1))
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const text = `from ${number(values[0] ?? 0)} to ${number(values.at(-1) ?? 0)} in ${last} values`
  return (
    <svg width={spark.width} height={spark.height} role="img" aria-label={text} class="spark">
      <polyline points={points.join(' ')} />
    </svg>
  )
}
