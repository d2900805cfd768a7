import type { Importance } from '../../src/run/report/search-document.ts'
import { plain } from '../text.ts'

/** What each hyperparameter alone tells of the result, with the name of the measure and what it does not see. */
export function Importances({ importance }: { readonly importance: Importance }) {
  if (importance.kind === 'unknown') return <p class="muted">Not known: {plain(importance.because)}.</p>
  const { parameters, trials } = importance
  return (
    <>
      <table class="importance">
        <thead>
          <tr>
            <th scope="col">Hyperparameter</th>
            <th scope="col">Share</th>
            <th scope="col" aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {parameters.map(({ name, share }) => (
            <tr key={name}>
              <th scope="row">{plain(name)}</th>
              <td>{share === undefined ? 'not known' : `${Math.round(100 * share)} %`}</td>
              <td aria-hidden="true" class="share">
                <i style={{ width: `${100 * (share ?? 0)}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        The share of the differences between the ranks of {trials} trials that the values of one hyperparameter alone explain: the
        adjusted η² of the ranks, as in the Kruskal–Wallis test. What hyperparameters do only together is not seen, and a search
        that prefers good values tries others rarely.
      </p>
    </>
  )
}
