import { terms, wording } from '../../errors/wording.ts'
import { hideFromPrint, nameOnPrototype, SsmError, type SsmErrorOptions } from '../../errors/ssm-error.ts'
import type { JobRef, JobState } from '../../platform/jobs.ts'
import { PlatformError } from '../../platform/errors.ts'
import { redact } from '../../secrets/redact.ts'
import type { AttemptNumber, WaitEnded } from '../../spec/result.ts'
import { describeSeconds } from '../../time/duration.ts'

/** How an error about a job is told. */
export interface JobErrorOptions {
  readonly cause?: unknown
  /** The value of `--platform` with which `ssm` opens the platform of the job, for the command in the hint; without it there is no command. */
  readonly platform?: string | undefined
  /** Which attempt of its run it was. */
  readonly attempt?: AttemptNumber | undefined
  /** Its log is gone with the rehearsal that it was part of. */
  readonly isRehearsed?: boolean
  /** Node ran its program: what its exit codes mean is told. */
  readonly isNode?: boolean
}

/** The program of a job ended with an error. */
export class JobFailedError extends SsmError {
  /** The job that failed. */
  readonly job: JobRef
  /** What the platform says, at most 1,024 characters. */
  readonly reason: string
  /** The program's exit code, when it is known. */
  readonly exitCode: number | undefined
  /** `algo-1`, …, when it is known. */
  readonly machine: string | undefined
  /** The last lines of the failed machine's log. */
  readonly lastLines: readonly string[]

  static {
    nameOnPrototype(this, 'JobFailedError')
  }

  constructor(
    state: JobState,
    lastLines: readonly string[],
    { platform, attempt, isRehearsed, isNode, ...options }: JobErrorOptions = {},
  ) {
    const { exitCode, machine } = readReason(state.failureReason ?? '')
    super('JOB_FAILED', failureMessage(state, lastLines, isNode === true && exitCode === 13 ? unsettled : ''), {
      ...options,
      hint: isRehearsed === true ? rehearsedHint : failedHint(state, { platform, attempt }),
      facts: { job: state.name, kind: state.kind, exitCode, machine, reason: state.failureReason, lastLines },
    })
    this.job = { kind: state.kind, name: state.name }
    this.reason = redact(state.failureReason ?? 'no reason was given')
    this.exitCode = exitCode
    this.machine = machine
    this.lastLines = lastLines.map(redact)
    hideFromPrint(this, 'reason', 'lastLines', 'exitCode', 'machine')
  }
}

/** The interpreter that missed a module, as the launcher names it, and what installs it there. */
function missingModuleHint(reason: string): string {
  const found = /a module is not installed in (.+) \(Python [\d.]+\)( of this computer)?/.exec(reason)
  const module = /ModuleNotFoundError: No module named '([\w.]+)'/.exec(reason)?.[1]?.split('.')[0]
  if (found === null || module === undefined) return ''
  const [, python = '', own] = found
  const missed = `${python} ran the program and has no module ${module}`
  // Never a package: whoever installs one of that name gets the code of somebody else.
  if (module === 'ssm_types')
    return `${missed}, which is the file that ssm types writes: send ssm_types.py with dependencies (-d), or its folder with sourceDir (-s). `
  const here =
    own === undefined
      ? ''
      : ` Or install it there: ${python} -m pip install ${module} (some packages have another name than their module).`
  return `${missed}: list its package in a requirements.txt that is sent with the entry: give its folder with sourceDir (-s), or the file with dependencies (-d). Or, when it is a file of yours, send that the same way.${here} `
}

/** The job was stopped, or ran into its time limit, before it ended. */
export class JobStoppedError extends SsmError {
  /** The job that was stopped. */
  readonly job: JobRef

  static {
    nameOnPrototype(this, 'JobStoppedError')
  }

  constructor(state: JobState) {
    const timedOut = /^Max(Runtime|WaitTime)Exceeded$/.test(state.phase)
    super(
      timedOut ? 'JOB_TIMED_OUT' : 'JOB_STOPPED',
      timedOut ? `Job ${state.name} ran into its time limit` : `Job ${state.name} was stopped`,
      {
        hint: timedOut
          ? wording`Give it longer with ${terms.maxRun}; what it saved as state is kept and found by the next job.`
          : 'Run the task again: what it saved as state is kept.',
        facts: { job: state.name, kind: state.kind, phase: state.phase },
      },
    )
    this.job = { kind: state.kind, name: state.name }
  }
}

/** Waiting was aborted by the caller; the job itself goes on, unless the run was disposed. */
export class RunAbortedError extends SsmError {
  /** The job that was under way; `undefined` when there was none. */
  readonly job: JobRef | undefined

  static {
    nameOnPrototype(this, 'RunAbortedError')
  }

  constructor(
    task: string,
    job: JobRef | undefined,
    cause: unknown,
    { isStopped = false, platform }: Pick<JobErrorOptions, 'platform'> & { readonly isStopped?: boolean } = {},
  ) {
    super('RUN_ABORTED', abortedMessage(task, job, isStopped), {
      cause,
      hint: abortedHint(job, isStopped, platform),
      facts: { task, job: job?.name },
    })
    this.job = job
  }
}

type Hint = NonNullable<SsmErrorOptions['hint']>

const rehearsedHint: Hint = {
  library: 'It fails without an interruption. Call run() on this computer first: the log of that job stays.',
  commandLine: 'It fails without an interruption. Run the line without rehearse first: the log of that job stays.',
}

function failedHint({ name, failureReason = '' }: JobState, { platform, attempt }: JobErrorOptions): Hint {
  const missing = attemptHint(attempt) + missingModuleHint(failureReason)
  return platform === undefined
    ? `${missing}Read the whole log with tailLog of @simple-sagemaker/core/jobs.`
    : { before: `${missing}Read the whole log with: `, command: `ssm logs ${name}`, flags: `--platform ${platform}` }
}

function attemptHint(attempt: AttemptNumber | undefined): string {
  if (attempt === undefined || attempt.of === 1) return ''
  const { number, of } = attempt
  return `It was attempt ${number} of ${of}${number === of ? '' : ', and no other follows after this end'}. `
}

function abortedMessage(task: string, job: JobRef | undefined, isStopped: boolean): string {
  if (job === undefined) return `The run of ${task} was aborted before a job was started`
  return `Waiting for job ${job.name} was aborted; the job ${isStopped ? 'was asked to stop' : 'goes on'}`
}

function abortedHint(job: JobRef | undefined, isStopped: boolean, platform: string | undefined): Hint {
  if (job === undefined) return 'Nothing was started.'
  if (platform === undefined) return isStopped ? 'What it saved as state is kept.' : 'Run the task again to join it.'
  const after = isStopped ? '; what it saved as state is kept.' : '; run the task again to join it.'
  return { before: 'Follow it with: ', command: `ssm logs --follow ${job.name}`, after, flags: `--platform ${platform}` }
}

/** What the launcher's failure file says: `exit code 3 on algo-1`, `killed by signal 9 (SIGKILL) on algo-2`. */
export function readReason(reason: string): { readonly exitCode: number | undefined; readonly machine: string | undefined } {
  // Our launcher says it first, SageMaker last; what the program said stands between, and may speak of other programs' codes.
  const killed = /^(?:[A-Za-z]+: )?killed by signal (\d+)[^\n]*? on (algo-\d+)/.exec(reason)
  if (killed !== null) return { exitCode: 128 + Number(killed[1]), machine: killed[2] }
  const exit =
    /^(?:[A-Za-z]+: )?exit code (\d+) on (algo-\d+)/.exec(reason) ??
    /exit code: (\d+)(?: on (algo-\d+))?\s*$/i.exec(reason) ??
    /exit code:? (\d+)(?: on (algo-\d+))?/i.exec(reason)
  if (exit !== null) return { exitCode: Number(exit[1]), machine: exit[2] }
  const signal = /killed by signal (\d+)[^\n]*? on (algo-\d+)/.exec(reason)
  return { exitCode: signal === null ? undefined : 128 + Number(signal[1]), machine: signal?.[2] }
}

/** A job that did not complete, with the last lines of each machine. */
interface BadEnd {
  readonly state: JobState
  readonly lastLines: ReadonlyMap<string, readonly string[]>
  readonly waitEnded?: WaitEnded | undefined
  readonly attempt?: AttemptNumber
  readonly isNode?: boolean
}

/** What a job that did not complete is told as. */
export function endedBadly(
  { state, lastLines, waitEnded, attempt, isNode = false }: BadEnd,
  platform: string | undefined,
): Error {
  if (waitEnded !== undefined) return noSpotMachines(state, waitEnded)
  if (state.status === 'stopped') return new JobStoppedError(state)
  const { machine } = readReason(state.failureReason ?? '')
  const lines = machine === undefined ? [...lastLines.values()].flat().slice(-20) : lastLines.get(machine)
  return new JobFailedError(state, lines ?? [], { platform, attempt, isNode })
}

function noSpotMachines({ name, kind }: JobState, { waitedSeconds }: WaitEnded): Error {
  return new PlatformError(
    'PLATFORM_CAPACITY',
    `There were no spot machines for job ${name}: its wait was ended after ${describeSeconds(waitedSeconds)}`,
    {
      hint: {
        library: "Try again later, name more types with .instances([…]), or take others with .spot({ fallback: 'on-demand' }).",
        commandLine: 'Try again later, name more types with --fallback_types, or take others with --spot_fallback on-demand.',
      },
      facts: { job: name, kind, waitedSeconds },
    },
  )
}

/** The launcher reports its own problems twice: in the log and as the failure reason. */
const isRepeated = (line: string, reason: string): boolean =>
  line.startsWith('ssm: ') && reason.includes(line.slice('ssm: '.length))

const unsettled = ', with which Node ends a program whose top-level await is never settled'

function failureMessage(state: JobState, lastLines: readonly string[], meaning: string): string {
  const [first = 'no reason was given', ...more] = (state.failureReason ?? '').split('\n')
  const tail = more.some((line) => line.trim() !== '') ? more : lastLines.filter((line) => !isRepeated(line, first))
  const shown = tail.map((line) => `  ${line}`).join('\n')
  return `Job ${state.name} failed: ${first}${meaning}${shown === '' ? '' : `\n${shown}`}`
}
