import type { ReportedAttempt, ReportedJob } from '../../src/run/report/report-document.ts'
import type { Cost } from '../../src/spec/money/cost.ts'
import { Part } from '../part.tsx'
import { plain, span, usd } from '../text.ts'

/** What a job cost: by attempt, and all of them together. */
export function Costs({ job: { attempts, cost, state } }: { readonly job: ReportedJob }) {
  if (attempts.every(({ ranSeconds }) => ranSeconds === 0)) return null
  const isBilled = attempts.some(({ billedSeconds }) => billedSeconds !== undefined)
  return (
    <Part title="Cost">
      <div class="wide" tabIndex={0} role="region" aria-label={`Cost of ${plain(state.name)}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Machines</th>
              <th scope="col">Ran</th>
              {isBilled && <th scope="col">Billed</th>}
              {isBilled && <th scope="col">Saved by spot</th>}
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <Row key={attempt.job} attempt={attempt} isBilled={isBilled} />
            ))}
            {attempts.length > 1 && <Total attempts={attempts} cost={cost} isBilled={isBilled} />}
          </tbody>
        </table>
      </div>
      <Prices cost={cost} />
    </Part>
  )
}

function Row({ attempt, isBilled }: { readonly attempt: ReportedAttempt; readonly isBilled: boolean }) {
  const { number, machines, instanceType, ranSeconds, billedSeconds, interruptions, cost } = attempt
  const times = interruptions === 0 ? '' : `, interrupted ${interruptions === 1 ? 'once' : `${interruptions} times`}`
  return (
    <tr>
      <th scope="row">{number}</th>
      <td>
        {machines} × {plain(instanceType ?? 'unknown type')}
        {times}
      </td>
      <td class="span">{span(ranSeconds)}</td>
      {isBilled && <td>{billedSeconds === undefined ? '–' : span(billedSeconds)}</td>}
      {isBilled && <td>{savedText(ranSeconds - (billedSeconds ?? ranSeconds), ranSeconds, cost)}</td>}
      <td>{costText(cost)}</td>
    </tr>
  )
}

function Total({
  attempts,
  cost,
  isBilled,
}: {
  readonly attempts: readonly ReportedAttempt[]
  readonly cost: Cost
  readonly isBilled: boolean
}) {
  const ran = attempts.reduce((sum, { ranSeconds }) => sum + ranSeconds, 0)
  const billed = attempts.reduce((sum, { billedSeconds, ranSeconds }) => sum + (billedSeconds ?? ranSeconds), 0)
  return (
    <tr class="total">
      <th scope="row">together</th>
      <td />
      <td class="span">{span(ran)}</td>
      {isBilled && <td>{span(billed)}</td>}
      {isBilled && <td>{savedText(ran - billed, ran, cost)}</td>}
      <td>{costText(cost)}</td>
    </tr>
  )
}

function savedText(seconds: number, ran: number, cost: Cost): string {
  if (ran <= 0 || seconds / ran < 0.005) return '–'
  const share = `${Math.round((100 * seconds) / ran)} %`
  return cost.kind === 'known' ? `${share}, ${usd(cost.savedUsd)}` : share
}

/** A cost as a cell of a table shows it. */
export const costText = (cost: Cost): string =>
  cost.kind === 'unknown' ? 'not known' : `${usd(cost.usd + cost.warmUsd)}${cost.isFinal ? '' : ' so far'}`

/** Where the amounts are from, and what is no part of them; or why there are none. */
export function Prices({ cost }: { readonly cost: Cost }) {
  if (cost.kind === 'unknown') return <p class="muted">The cost is not known: {plain(cost.because)}.</p>
  const { pricesFrom, pricesAsOf, notCounted, warmUsd } = cost
  return (
    <p class="muted">
      Times are those of each machine. Prices: {plain(pricesFrom)}
      {pricesAsOf === undefined ? '' : `, ${plain(pricesAsOf)}`}.{' '}
      {warmUsd > 0 ? `Of this, ${usd(warmUsd)} for keeping machines warm. ` : ''}
      {notCounted.length === 0 ? '' : `Not counted: ${notCounted.map(plain).join(', ')}.`}
    </p>
  )
}
