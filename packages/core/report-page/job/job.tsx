import type { ReportedJob } from '../../src/run/report/report-document.ts'
import { Metrics, Usage } from './charts.tsx'
import { Code } from './code.tsx'
import { Costs } from './costs.tsx'
import { Log } from './log.tsx'
import { FactList, jobId, Part } from '../part.tsx'
import { moment, plain } from '../text.ts'
import { Timeline } from './timeline.tsx'
import { Hyperparameters } from './hyperparameters.tsx'
import { Data } from './data.tsx'

/** Everything about one job. */
export function Job({ job, alone }: { readonly job: ReportedJob; readonly alone: boolean }) {
  const { state } = job
  const id = jobId(state.name)
  return (
    <article id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{alone ? plain(state.name) : plain(job.task)}</h2>
      <p class="outcome">
        <span class={`status ${state.status}`}>{state.status}</span> {plain(job.outcome)}
      </p>
      {job.because !== undefined && <p class="muted">Why it ran: {plain(job.because)}.</p>}
      {state.failureReason !== undefined && (
        <pre class="reason" tabIndex={0}>
          {plain(state.failureReason)}
        </pre>
      )}
      {job.hint !== undefined && <p class="hint">What to do: {plain(job.hint)}</p>}
      <Facts job={job} />
      <Timeline job={job} />
      <Costs job={job} />
      <Metrics job={job} />
      <Usage job={job} />
      <Hyperparameters job={job} />
      <Data job={job} />
      <Code job={job} />
      <Log job={job} />
      {job.request !== undefined && (
        <Part title="Request">
          <details>
            <summary>The request as it was sent</summary>
            <pre tabIndex={0}>{plain(JSON.stringify(job.request, undefined, 2))}</pre>
          </details>
        </Part>
      )}
    </article>
  )
}

function Facts({ job: { state } }: { readonly job: ReportedJob }) {
  const { endedAtMs, machines, instanceType } = state
  return (
    <FactList
      facts={[
        ['Job', state.name],
        ['Kind', state.kind],
        ['Machines', instanceType === undefined ? String(machines) : `${machines} × ${instanceType}`],
        ['Submitted', moment(state.createdAtMs)],
        ['Ended', endedAtMs === undefined ? undefined : moment(endedAtMs)],
      ]}
    />
  )
}
