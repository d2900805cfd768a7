import type { ReportedJob } from '../../src/run/report/report-document.ts'
import { Part } from '../part.tsx'
import { number, plain } from '../text.ts'

/** The hyperparameters of a job beside those of earlier ones; what is different is marked. */
export function Hyperparameters({ job: { state, hyperparameters, earlier } }: { readonly job: ReportedJob }) {
  const names = [
    ...new Set([hyperparameters, ...earlier.map((each) => each.hyperparameters)].flatMap((each) => Object.keys(each))),
  ]
  const final = Object.fromEntries(state.finalMetrics.map(({ name, value }) => [name, value]))
  const metrics = [...new Set([final, ...earlier.map((each) => each.metrics)].flatMap((each) => Object.keys(each)))]
  if (names.length === 0 && earlier.length === 0) return null
  const rows = [{ job: state.name as string, status: state.status, hyperparameters, metrics: final }, ...earlier]
  return (
    <Part title={earlier.length === 0 ? 'Hyperparameters' : 'Hyperparameters, beside earlier jobs'}>
      <div class="wide" tabIndex={0} role="region" aria-label={`Hyperparameters of ${plain(state.name)}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Status</th>
              {names.map((name) => (
                <th scope="col" key={name}>
                  {plain(name)}
                </th>
              ))}
              {metrics.map((name) => (
                <th scope="col" key={`metric ${name}`}>
                  {plain(name)} <span class="muted">metric</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.job}>
                <th scope="row">{at === 0 ? 'this job' : plain(row.job)}</th>
                <td>
                  <span class={`status ${row.status}`}>{row.status}</span>
                </td>
                {names.map((name) => (
                  <td key={name} class={row.hyperparameters[name] === hyperparameters[name] ? '' : 'changed'}>
                    {plain(row.hyperparameters[name] ?? '–')}
                  </td>
                ))}
                {metrics.map((name) => (
                  <td key={`metric ${name}`}>{row.metrics[name] === undefined ? '–' : number(row.metrics[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  )
}
