import { useEffect } from 'preact/hooks'
import type { ReportDocument } from '../src/run/report/report-document.ts'
import { Graph } from './graph.tsx'
import { Job } from './job/job.tsx'
import { jobId } from './part.tsx'
import { Search } from './search/search.tsx'
import type { Source } from './live.ts'
import { withoutTrials } from './without-trials.ts'
import { moment, plain, span } from './text.ts'

/** The whole page. */
export function Report({ source }: { readonly source: Source }) {
  const report = source.document.value
  const title = titleOf(report)
  const shown = new Set(report.jobs.map(({ state }) => state.name as string))
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <>
      <header>
        <h1>{title}</h1>
        <p class="muted">
          {plain(report.place)} · made {moment(report.madeAtMs)}
          <Connection connected={source.connected.value} />
        </p>
      </header>
      {report.about === 'project' && <Overview report={withoutTrials(report)} />}
      {report.searches.map((search) => (
        <Search key={`${search.task} ${search.createdAtMs ?? 0}`} search={search} jobs={shown} />
      ))}
      {report.jobs.map((job) => (
        <Job key={job.state.name} job={job} alone={report.about !== 'project' && report.searches.length === 0} />
      ))}
      {report.leftOut.length > 0 && (
        <section aria-labelledby="left-out">
          <h2 id="left-out">Not in this report</h2>
          <ul>
            {report.leftOut.map((text) => (
              <li key={text}>{plain(text)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function titleOf({ about, project, task, jobs }: ReportDocument): string {
  if (about === 'project') return `Project ${plain(project ?? '')}`
  if (about === 'task') return `Task ${plain(task ?? '')} of project ${plain(project ?? '')}`
  return `Job ${plain(jobs[0]?.state.name ?? '')}`
}

function Connection({ connected }: { readonly connected: boolean | undefined }) {
  if (connected === undefined) return null
  return <span role="status"> · {connected ? 'live' : 'not connected: the server has ended or is restarting'}</span>
}

/** A project: its tasks as a table and as a graph. */
function Overview({ report }: { readonly report: ReportDocument }) {
  if (report.jobs.length === 0) return null
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks">Tasks</h2>
      <Graph report={report} />
      <div class="wide" tabIndex={0} role="region" aria-label="Tasks of the project">
        <table>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Status</th>
              <th scope="col">Took</th>
              <th scope="col">Why it ran</th>
            </tr>
          </thead>
          <tbody>
            {report.jobs.map(({ task, state, because }) => (
              <tr key={task}>
                <th scope="row">
                  <a href={`#${jobId(state.name)}`}>{plain(task)}</a>
                </th>
                <td>
                  <span class={`status ${state.status}`}>{state.status}</span>
                </td>
                <td class="span">{span(((state.endedAtMs ?? report.madeAtMs) - state.createdAtMs) / 1000)}</td>
                <td>{plain(because ?? '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
