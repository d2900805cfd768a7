import { useState } from 'preact/hooks'
import type { ReportedSearch } from '../../src/run/report/search-document.ts'
import { costText, Prices } from '../job/costs.tsx'
import { FactList, Part } from '../part.tsx'
import { moment, number, plain, span } from '../text.ts'
import { BestSoFar } from './best-so-far.tsx'
import { Importances } from './importance.tsx'
import { ParallelCoordinates } from './parallel.tsx'
import { Trials } from './trials.tsx'
import { valueText } from './value.ts'

/** A search: what it found, and what its trials tell. */
export function Search({ search, jobs }: { readonly search: ReportedSearch; readonly jobs: ReadonlySet<string> }) {
  const [chosen, choose] = useState<number>()
  const { task, trials, goal, cost, createdAtMs, parameters } = search
  const id = `search-${task}-${createdAtMs ?? 0}`
  return (
    <article aria-labelledby={id}>
      <h2 id={id}>Search of {plain(task)}</h2>
      <p class="outcome">{outcomeOf(search)}</p>
      <Facts search={search} />
      <Part title="Best so far">
        <BestSoFar search={search} chosen={chosen} choose={choose} />
      </Part>
      {parameters.length > 0 && trials.length > 1 && (
        <Part title="Hyperparameters and result">
          <ParallelCoordinates search={search} chosen={chosen} choose={choose} />
        </Part>
      )}
      <Part title="Importance of each hyperparameter alone">
        <Importances importance={search.importance} />
      </Part>
      <Part title={`Trials${goal === undefined ? '' : ` by ${plain(goal.metric)}`}`}>
        <Trials search={search} jobs={jobs} chosen={chosen} choose={choose} />
        {cost.kind === 'known' && <p>All trials together: {costText(cost)}.</p>}
        <Prices cost={cost} />
      </Part>
    </article>
  )
}

function outcomeOf({ trials, best, goal, parameters }: ReportedSearch): string {
  const found = trials.find((trial) => trial.number === best)
  if (goal === undefined) return `${trials.length} variants.`
  if (found?.value === undefined) return `No trial has completed yet; ${goal.direction} ${plain(goal.metric)}.`
  const values = parameters.map(({ name }) => `${plain(name)} ${valueText(found.values[name])}`).join(', ')
  return `The best of ${trials.length} trials is trial ${found.number}: ${plain(goal.metric)} ${number(found.value)} with ${values}.`
}

function Facts({ search: { trials, createdAtMs, goal } }: { readonly search: ReportedSearch }) {
  const ends = (['completed', 'stopped-early', 'failed', 'stopped', 'running'] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length
    return count === 0 ? [] : [`${count} ${status === 'stopped-early' ? 'stopped early' : status}`]
  })
  const seconds = trials.reduce((sum, trial) => sum + (trial.seconds ?? 0), 0)
  return (
    <FactList
      facts={[
        ['Goal', goal === undefined ? undefined : `${goal.direction} ${goal.metric}`],
        ['Trials', ends.join(', ')],
        ['Began', createdAtMs === undefined ? undefined : moment(createdAtMs)],
        ['Time of all trials', span(seconds)],
      ]}
    />
  )
}
