import type { Progress, RunEvent, Wording } from '@simple-sagemaker/core'
import { CostLog, isCostEvent, type CostEvent } from './cost/cost-log.ts'
import { reusedText } from './cost/warm-text.ts'
import { ImageLog } from './image-log.ts'
import type { Notice } from './lines.ts'
import { bar, bytesText, countText, sparkline, spanText } from '../terminal/text.ts'

/** A warning with what to do about it, in the words of whoever reads it. */
export function warningText(
  { message, commandLine, hint }: Extract<RunEvent, { type: 'warned' }>,
  reader: keyof Wording = 'commandLine',
): string {
  const said = reader === 'commandLine' ? (commandLine ?? message) : message
  return hint === undefined ? said : `${said}; ${hint[reader]}`
}

interface Moving {
  readonly startedAtMs: number
  readonly progress: Progress
  readonly verb: string
}

// Below this, that a thing was sent is not worth a line.
const smallBytes = 100_000
const keptValues = 200

/**
 * Turns what happens in a run into lines: those that stay, and those that show the present. Pure but for its memory: the
 * same events give the same lines, on a terminal and in a file.
 */
export class RunLog {
  readonly #image = new ImageLog()
  readonly #cost = new CostLog()
  readonly #moving = new Map<string, Moving>()
  /** Values by metric and machine. */
  readonly #metrics = new Map<string, Map<string, number[]>>()
  #phase: { readonly name: string; readonly sinceMs: number; readonly message: string | undefined } | undefined
  #startedAtMs: number | undefined
  /** Phases that are over, while it is not known how. */
  readonly #past: string[] = []
  readonly #reader: keyof Wording | undefined
  #isFinished = false
  job: string | undefined

  readonly #flags: string

  /** `flags` go behind the commands that are named, so that these can be typed as they are. */
  constructor(reader?: keyof Wording, flags = '') {
    this.#reader = reader
    this.#flags = flags === '' ? '' : ` ${flags}`
  }

  /** Whether the task has not finished, or something of it is on its way. */
  get isRunning(): boolean {
    return !this.#isFinished || this.#moving.size > 0
  }

  /** The lines that an event is worth. */
  tell(event: RunEvent): readonly Notice[] {
    this.#startedAtMs ??= event.atMs
    // A download comes after the end; a decision begins anew.
    if (event.type === 'finished' || event.type === 'decided') this.#isFinished = event.type === 'finished'
    return isCostEvent(event) ? this.#cost.tell(event) : this.#notices(event)
  }

  #notices(event: Exclude<RunEvent, CostEvent>): readonly Notice[] {
    switch (event.type) {
      case 'decided':
        return this.#decided(event)
      case 'waited-for-starter':
        return [fact('waiting for another client that is starting the same task')]
      case 'warned':
        return [{ kind: 'warning', text: warningText(event, this.#reader) }]
      case 'packed':
        return [fact(packedText(event))]
      case 'uploaded':
        return this.#moved('uploaded', event.what, event.progress, event.atMs)
      case 'downloaded':
        return this.#moved('downloaded', event.what, event.progress, event.atMs)
      case 'image-progressed':
        return this.#image.tell(event.progress)
      case 'state-cleaned':
        return [fact(`cleared the state: ${countText(event.files, 'file')}`)]
      case 'packages-collected':
      case 'python-chosen':
        return [fact(pythonText(event))]
      case 'submitted':
        this.job = event.job.name
        return [fact(`job ${event.job.name}`)]
      case 'retried':
        return [fact(retriedText(event))]
      case 'machines-reused':
        return [fact(reusedText(event))]
      case 'status-changed':
        return this.#changed(event)
      case 'measured':
        return this.#measured(event)
      case 'lines-skipped':
        return [{ kind: 'warning', text: this.#skippedText(event.lines) }]
      case 'logged':
      case 'finished':
        return []
    }
  }

  /** Lines that were not shown are in the log: how to see them all. */
  #skippedText(lines: number): string {
    const all =
      this.#reader === 'library' ? 'logs() has them all' : `all of them: ssm logs ${this.job ?? 'JOB'} --tail 0${this.#flags}`
    return `${countText(lines, 'log line')} came too fast to be shown; ${all}`
  }

  /** The present, in a few lines. */
  live(nowMs: number): readonly string[] {
    const moving = [...this.#moving].map(
      ([what, { progress, startedAtMs, verb }]) =>
        `${verb === 'uploaded' ? '↑' : '↓'} ${what}  ${progressText(progress, nowMs - startedAtMs)}`,
    )
    const metrics = this.metrics().slice(-4)
    const total = this.#startedAtMs === undefined ? '' : `  ${spanText(Math.max(0, nowMs - this.#startedAtMs))}`
    const doing =
      this.#phase === undefined
        ? this.#isFinished
          ? 'downloading'
          : 'preparing'
        : `${this.#phase.name} ${spanText(Math.max(0, nowMs - this.#phase.sinceMs))}`
    const message = this.#phase?.message === undefined || this.#phase.message === '' ? '' : `  ${this.#phase.message}`
    return [
      ...moving,
      ...this.#image.live(),
      ...(metrics.length === 0 ? [] : [metrics.join('   ')]),
      `${doing}${message}${total}${this.#cost.live(nowMs)}`,
    ]
  }

  /** The last value of each metric with its course: `loss ▁▃▅ 0.5`. */
  metrics(): readonly string[] {
    return [...this.#metrics].flatMap(([metric, byMachine]) =>
      [...byMachine].map(([machine, values]) => {
        // Named alike: with the machine when several tell the metric, without when only one does.
        const name = byMachine.size > 1 ? `${metric} (${machine})` : metric
        return `${name} ${sparkline(values)} ${values.at(-1)}`
      }),
    )
  }

  #decided({ decision, task }: Extract<RunEvent, { type: 'decided' }>): readonly Notice[] {
    if (decision.kind !== 'start') this.job = decision.job.name
    const verb = { skip: 'skipped', join: 'joined', start: 'started' }[decision.kind]
    const job = decision.kind === 'start' ? '' : ` (${decision.job.name})`
    return [fact(`${task} is ${verb}, because ${decision.because}${job}`)]
  }

  #moved(verb: string, what: string, progress: Progress, atMs: number): readonly Notice[] {
    const { startedAtMs } = this.#moving.get(what) ?? { startedAtMs: atMs }
    const isOver = progress.bytes >= progress.ofBytes && progress.files >= progress.ofFiles
    if (!isOver) {
      this.#moving.set(what, { startedAtMs, progress, verb })
      return []
    }
    this.#moving.delete(what)
    if (progress.ofBytes < smallBytes && (what === 'code' || progress.ofFiles === 0)) return []
    const ms = Math.max(1, atMs - startedAtMs)
    const rate = progress.ofBytes < smallBytes ? '' : ` (${bytesText((progress.ofBytes / ms) * 1000)}/s)`
    return [
      {
        kind: 'done',
        text: `${verb} ${what}: ${countText(progress.ofFiles, 'file')}, ${bytesText(progress.ofBytes)} in ${spanText(ms)}${rate}`,
      },
    ]
  }

  #changed({ phase, phaseStartedAtMs, message, atMs, status }: Extract<RunEvent, { type: 'status-changed' }>): readonly Notice[] {
    this.#cost.status = status
    const before = this.#phase
    if (before?.name === phase) {
      this.#phase = { ...before, message }
      return []
    }
    const isOver = status === 'completed' || status === 'failed' || status === 'stopped'
    this.#phase = isOver ? undefined : { name: phase, sinceMs: phaseStartedAtMs ?? atMs, message }
    if (before !== undefined) this.#past.push(`${before.name} ${spanText(Math.max(0, atMs - before.sinceMs))}`)
    // How the program ended is known when its results are stored.
    if (!isOver && phasesAfterProgram.includes(phase)) return []
    const [first, ...more] = this.#past.splice(0)
    return first === undefined ? [] : [phaseEnd(first, status, phase), ...more.map((text) => done(text))]
  }

  #measured({ metric, machine, value }: Extract<RunEvent, { type: 'measured' }>): readonly Notice[] {
    const byMachine = this.#metrics.get(metric) ?? new Map<string, number[]>()
    this.#metrics.set(metric, byMachine)
    const values = byMachine.get(machine) ?? []
    values.push(value)
    if (values.length > keptValues) values.shift()
    byMachine.set(machine, values)
    return []
  }
}

function pythonText(event: Extract<RunEvent, { type: 'packages-collected' | 'python-chosen' }>): string {
  if (event.type === 'python-chosen') return `Python: ${event.path} (${pythonOrigins[event.foundBy]})`
  const { file, packages, bytes = 0 } = event
  return packages === undefined
    ? `bringing the packages of ${file}`
    : `brought ${countText(packages, 'package')}, ${bytesText(bytes)}`
}

const pythonOrigins = {
  option: 'as given',
  environment: 'the active VIRTUAL_ENV',
  folder: 'found beside the code',
  path: 'in the PATH',
} as const

const packedText = ({ files, bytes, skippedFiles }: Extract<RunEvent, { type: 'packed' }>): string =>
  `packed ${countText(files, 'file')}, ${bytesText(bytes)}${skippedFiles === 0 ? '' : `; ${skippedFiles} left out by ignore rules`}`

const fact = (text: string): Notice => ({ kind: 'fact', text })
const done = (text: string): Notice => ({ kind: 'done', text })

// The program has ended, or is about to, but the job has not.
const phasesAfterProgram = ['Stopping', 'Uploading']

/** The end of the phase in which the job's program ended. */
function phaseEnd(text: string, status: string, phase: string): Notice {
  if (status === 'stopped' && phase === 'Stopped') return fact(`${text}, stopped`)
  return status === 'failed' || status === 'stopped' ? { kind: 'failed', text } : done(text)
}

/** `[███░░] 45 %  12 MB of 26 MB  5.1 MB/s  3 s left` */
export function progressText({ bytes, ofBytes, files, ofFiles }: Progress, elapsedMs: number): string {
  const share = ofBytes === 0 ? (ofFiles === 0 ? 1 : files / ofFiles) : bytes / ofBytes
  const perSecond = elapsedMs > 200 ? (bytes / elapsedMs) * 1000 : 0
  const left = perSecond > 0 && bytes < ofBytes ? `  ${spanText(((ofBytes - bytes) / perSecond) * 1000)} left` : ''
  const rate = perSecond > 0 ? `  ${bytesText(perSecond)}/s` : ''
  const counted = ofFiles > 1 ? `  ${files} of ${countText(ofFiles, 'file')}` : ''
  return `${bar(share)} ${Math.floor(Math.min(1, share) * 100)} %  ${bytesText(bytes)} of ${bytesText(ofBytes)}${counted}${rate}${left}`
}

function retriedText({ because, attempt, pauseSeconds, machines }: Extract<RunEvent, { type: 'retried' }>): string {
  const when = pauseSeconds === 0 ? 'follows now' : `follows in ${spanText(pauseSeconds * 1000)}`
  const on = machines === undefined ? '' : `, on ${machines.instanceTypes.join(' or ')}, ${machines.spot ? 'spot' : 'on demand'}`
  return `${because}; attempt ${attempt.number} of ${attempt.of} ${when}${on}`
}
