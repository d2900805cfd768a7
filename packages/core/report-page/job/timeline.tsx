import type { ReportedAttempt, ReportedJob, ReportedMachine } from '../../src/run/report/report-document.ts'
import { Part } from '../part.tsx'
import { plain, span } from '../text.ts'

/** The moments between which everything is drawn. */
interface Scale {
  readonly from: number
  readonly to: number
}

/** The phases of each attempt, and below them a row for each of its machines. */
export function Timeline({ job: { attempts, state } }: { readonly job: ReportedJob }) {
  const phases = attempts.flatMap((attempt) => attempt.phases)
  const from = Math.min(...phases.map(({ startedAtMs }) => startedAtMs))
  const to = Math.max(state.endedAtMs ?? Date.now(), ...phases.map(({ endedAtMs }) => endedAtMs ?? 0))
  if (phases.length === 0 || to <= from) return null
  const hasMachines = attempts.some(({ atWork }) => atWork.length > 1)
  return (
    <Part title={attempts.length === 1 ? 'Timeline' : `Timeline of ${attempts.length} attempts`}>
      {attempts.map((attempt) => (
        <Attempt
          key={attempt.job}
          attempt={attempt}
          isOnly={attempts.length === 1}
          hasMachines={hasMachines}
          scale={{ from, to }}
        />
      ))}
      {hasMachines && (
        <p class="muted">
          The row of a machine goes from its first to its last sign of work: a line of its log, or a measurement.
        </p>
      )}
    </Part>
  )
}

function Attempt({
  attempt: { number, job, status, reason, phases, atWork },
  isOnly,
  hasMachines,
  scale,
}: {
  readonly attempt: ReportedAttempt
  readonly isOnly: boolean
  readonly hasMachines: boolean
  readonly scale: Scale
}) {
  const lasted = ({ startedAtMs, endedAtMs = scale.to }: ReportedAttempt['phases'][number]): string =>
    span((endedAtMs - startedAtMs) / 1000)
  return (
    <div class={hasMachines ? 'timeline with-machines' : 'timeline'}>
      {!isOnly && (
        <p class="muted">
          Attempt {number}: <span class={`status ${status}`}>{status}</span> {plain(reason ?? '')}
        </p>
      )}
      <ol class="bar" aria-label={`Phases of ${plain(job)}`}>
        {phases.map((phase) => (
          <li
            key={`${phase.name}${phase.startedAtMs}`}
            class={`phase ${phaseClass(phase.name)}`}
            style={placeOf(phase, scale)}
            title={`${plain(phase.name)}: ${lasted(phase)}`}
          />
        ))}
      </ol>
      <p class="legend">
        {phases.map((phase) => (
          <span key={`${phase.name}${phase.startedAtMs}`}>
            <i class={`phase ${phaseClass(phase.name)}`} />
            {plain(phase.name)} {lasted(phase)}
            {phase.message === undefined || phase.message === '' ? '' : `: ${plain(phase.message)}`}
          </span>
        ))}
      </p>
      {atWork.length > 1 && <Machines machines={atWork} scale={scale} />}
    </div>
  )
}

/** When each machine showed signs of work: a machine that ended early or came late is seen at once. */
function Machines({ machines, scale }: { readonly machines: readonly ReportedMachine[]; readonly scale: Scale }) {
  return (
    <ul class="machines">
      {machines.map(({ machine, atWork }) => (
        <li key={machine}>
          <span>{plain(machine)}</span>
          <span class="bar">
            {atWork.map((stretch) => (
              <i key={stretch.startedAtMs} class="phase work" style={placeOf(stretch, scale)} />
            ))}
          </span>
          <span class="muted">{atWork.length === 0 ? 'no sign' : span(secondsOf(atWork))}</span>
        </li>
      ))}
    </ul>
  )
}

const secondsOf = (stretches: ReportedMachine['atWork']): number =>
  stretches.reduce((sum, { startedAtMs, endedAtMs }) => sum + (endedAtMs - startedAtMs) / 1000, 0)

function placeOf(
  { startedAtMs, endedAtMs }: { readonly startedAtMs: number; readonly endedAtMs?: number },
  { from, to }: Scale,
): { readonly left: string; readonly width: string } {
  const percent = (ms: number): string => `${(100 * ms) / (to - from)}%`
  return { left: percent(startedAtMs - from), width: percent((endedAtMs ?? to) - startedAtMs) }
}

/** The colour of a phase: work, transfer, waiting or end. */
function phaseClass(name: string): string {
  if (/Training|Processing/.test(name)) return 'work'
  if (/Download|Upload/.test(name)) return 'transfer'
  return /Failed|Interrupt|Exceeded/.test(name) ? 'bad' : 'waiting'
}
