import type { ReportedAttempt, ReportedFiles, ReportedJob } from '../src/run/report/report-document.ts'
import { Metrics, Usage } from './charts.tsx'
import { Code } from './code.tsx'
import { Costs } from './costs.tsx'
import { Log } from './log.tsx'
import { jobId, Part } from './part.tsx'
import { bytes, moment, number, plain, span } from './text.ts'

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
      <Timeline attempts={job.attempts} endMs={state.endedAtMs} />
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
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Job', state.name],
    ['Kind', state.kind],
    ['Machines', instanceType === undefined ? String(machines) : `${machines} × ${instanceType}`],
    ['Submitted', moment(state.createdAtMs)],
    ['Ended', endedAtMs === undefined ? undefined : moment(endedAtMs)],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{plain(value)}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function Timeline({ attempts, endMs }: { readonly attempts: readonly ReportedAttempt[]; readonly endMs: number | undefined }) {
  const phases = attempts.flatMap((attempt) => attempt.phases)
  const from = Math.min(...phases.map(({ startedAtMs }) => startedAtMs))
  const to = Math.max(endMs ?? Date.now(), ...phases.map(({ endedAtMs }) => endedAtMs ?? 0))
  if (phases.length === 0 || to <= from) return null
  const percent = (ms: number): string => `${(100 * ms) / (to - from)}%`
  return (
    <Part title={attempts.length === 1 ? 'Timeline' : `Timeline of ${attempts.length} attempts`}>
      {attempts.map(({ number: attempt, job, status, reason, phases: own }) => (
        <div key={job} class="timeline">
          {attempts.length > 1 && (
            <p class="muted">
              Attempt {attempt}: <span class={`status ${status}`}>{status}</span> {plain(reason ?? '')}
            </p>
          )}
          <ol class="bar" aria-label={`Phases of ${plain(job)}`}>
            {own.map(({ name, startedAtMs, endedAtMs }) => (
              <li
                key={`${name}${startedAtMs}`}
                class={`phase ${phaseClass(name)}`}
                style={{ left: percent(startedAtMs - from), width: percent((endedAtMs ?? to) - startedAtMs) }}
                title={`${plain(name)}: ${span(((endedAtMs ?? to) - startedAtMs) / 1000)}`}
              />
            ))}
          </ol>
          <p class="legend">
            {own.map(({ name, startedAtMs, endedAtMs, message }) => (
              <span key={`${name}${startedAtMs}`}>
                <i class={`phase ${phaseClass(name)}`} />
                {plain(name)} {span(((endedAtMs ?? to) - startedAtMs) / 1000)}
                {message === undefined || message === '' ? '' : `: ${plain(message)}`}
              </span>
            ))}
          </p>
        </div>
      ))}
    </Part>
  )
}

/** The colour of a phase: work, transfer, waiting or end. */
function phaseClass(name: string): string {
  if (/Training|Processing/.test(name)) return 'work'
  if (/Download|Upload/.test(name)) return 'transfer'
  return /Failed|Interrupt|Exceeded/.test(name) ? 'bad' : 'waiting'
}

function Hyperparameters({ job: { state, hyperparameters, earlier } }: { readonly job: ReportedJob }) {
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

function Data({
  job: {
    inputs,
    outputs,
    state: { name: job },
  },
}: {
  readonly job: ReportedJob
}) {
  if (inputs.length === 0 && outputs.length === 0) return null
  return (
    <Part title="Inputs and outputs">
      {inputs.length > 0 && (
        <div class="wide" tabIndex={0} role="region" aria-label={`Inputs of ${plain(job)}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Input</th>
                <th scope="col">From</th>
                <th scope="col">Known by</th>
              </tr>
            </thead>
            <tbody>
              {inputs.map(({ channel, uri, digest }) => (
                <tr key={channel}>
                  <th scope="row">{plain(channel)}</th>
                  <td>{plain(uri)}</td>
                  <td>
                    <code>{plain(digest ?? '').slice(0, 40)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {outputs.map((output) => (
        <Files key={output.name} files={output} />
      ))}
    </Part>
  )
}

function Files({ files: { name, uri, files, bytes: size, first } }: { readonly files: ReportedFiles }) {
  return (
    <details>
      <summary>
        <b>{plain(name)}</b>: {files} {files === 1 ? 'file' : 'files'}, {bytes(size)} <span class="muted">{plain(uri)}</span>
      </summary>
      <ul class="files">
        {first.map(({ path, bytes: own, etag }) => (
          <li key={path}>
            {plain(path)} <span class="muted">{bytes(own)}</span> <code>{plain(etag).replaceAll('"', '').slice(0, 34)}</code>
          </li>
        ))}
        {files > first.length && <li class="muted">and {files - first.length} more</li>}
      </ul>
    </details>
  )
}
