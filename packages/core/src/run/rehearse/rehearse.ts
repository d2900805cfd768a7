import { join } from 'node:path'
import { cacheFolder } from '../../files/cache.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { RunEvent } from '../../events/run-event.ts'
import type { JobState, ProgramStart } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { InputSpec, TaskSpec } from '../../spec/task-spec.ts'
import { systemClock } from '../../time/clock.ts'
import { secondsOf } from '../../time/duration.ts'
import { readingContext } from '../context.ts'
import { runsNode } from '../../request/launch-settings.ts'
import { JobFailedError, RunAbortedError } from '../follow/errors.ts'
import { lookAtTask } from '../resolve/resolve-task.ts'
import type { TaskResult } from '../results/task-result.ts'
import type { RunOptions } from '../run-options.ts'
import type { Runner } from '../runner.ts'
import { keepCertificate, programDigest } from './certificates.ts'
import { differencesOf, endOfRun, type RunEnd } from './compare.ts'
import type { RehearsalPlatform, RehearseOptions } from '../run-options.ts'
import { costsOf, expectedAt, programSeconds } from './costs.ts'
import { fullGraceSeconds, interruptedRuns, type Interrupt } from './interrupted-runs.ts'
import { linesOfJob, marksOf, type InterruptedRun, type PrintedLine } from './marks.ts'
import { faultsOf, onlyStart, type Rehearsal } from './verdict.ts'

/** What a rehearsal works with. */
export interface Stage {
  readonly open: (settings: RehearsalPlatform) => Promise<Platform>
  readonly runnerOn: (platform: Platform) => Runner
}

/** Machines come back in about that time; it differs by type and day, and cannot be measured here. */
const machineSeconds = 180

/** Runs the program on this computer, without interruptions and with them, and compares what comes of it. */
export async function rehearse(given: TaskSpec, options: RehearseOptions, stage: Stage): Promise<Rehearsal> {
  const { interruptions = 20, seed = Math.floor(Math.random() * 2 ** 31), grace = '2 minutes', signal } = options
  const graceSeconds = secondsOf(grace) ?? fullGraceSeconds
  assertRehearsable(given, interruptions)
  const spec = rehearsed(given)
  await using scratch = await temporaryDirectory('ssm-rehearsal-')
  const rehearsal = new RunsOfRehearsal(spec, join(scratch.path, 'store'), options, stage)
  const { start, end, program, lines } = await rehearsal.uninterrupted()
  const interrupt: Interrupt = (moments, grace) => rehearsal.interrupted(moments, end, grace)
  const played = await interruptedRuns(start, interrupt, { interruptions, graceSeconds, seed, signal })
  const marks = marksOf(start, lines)
  const faults = faultsOf(start, await withoutOwnDifferences(played.runs, rehearsal, end), played.graceSeconds, marks)
  const costs = costsOf({ seconds: programSeconds(start), marks }, played.runs)
  const found: Rehearsal = {
    v: 1,
    task: spec.task,
    program,
    survives: faults.length === 0,
    faults,
    seed,
    seconds: programSeconds(start),
    ...costs,
    machineSeconds,
    expected: expectedAt(costs.workLost.meanSeconds, costs.startSeconds, machineSeconds),
    atMs: systemClock.now(),
  }
  await keepCertificate(found, cacheFolder())
  return found
}

/** A program whose result differs from run to run cannot be compared: that is no fault of an interruption. */
async function withoutOwnDifferences(
  runs: readonly InterruptedRun[],
  rehearsal: RunsOfRehearsal,
  end: RunEnd,
): Promise<readonly InterruptedRun[]> {
  if (runs.every(({ differs }) => differs.length === 0)) return runs
  const again = new Set(differencesOf(end, (await rehearsal.uninterrupted()).end))
  return runs.map((run) => ({ ...run, differs: run.differs.filter((name) => !again.has(name)) }))
}

interface Uninterrupted {
  readonly start: ProgramStart
  readonly end: RunEnd
  readonly program: string
  readonly lines: readonly PrintedLine[]
}

class RunsOfRehearsal {
  readonly #spec: TaskSpec
  readonly #root: string
  readonly #options: RehearseOptions
  readonly #stage: Stage

  constructor(spec: TaskSpec, root: string, options: RehearseOptions, stage: Stage) {
    this.#spec = spec
    this.#root = root
    this.#options = options
    this.#stage = stage
  }

  async uninterrupted(): Promise<Uninterrupted> {
    await using platform = await this.#open([], fullGraceSeconds)
    const heard = linesOfJob(this.#spec.task)
    const result = await this.#run(platform, heard.onEvent).catch(async (cause: unknown) => {
      if (!(cause instanceof JobFailedError)) throw cause
      const state = await platform.jobs.describe(cause.job)
      throw state === undefined
        ? cause
        : new JobFailedError(state, cause.lastLines, { cause, isRehearsed: true, isNode: runsNode(this.#spec) })
    })
    const start = onlyStart(await stateOf(platform, result))
    if (start === undefined)
      throw new SsmError('PLATFORM_UNSUPPORTED', 'The local platform did not watch the program of a rehearsal')
    const { signal } = this.#options
    const { task } = await lookAtTask(this.#spec, readingContext(platform, signal))
    return { start, end: await endOfRun(result, signal), program: programDigest(task.parts), lines: heard.lines }
  }

  async interrupted(moments: readonly number[], end: RunEnd, graceSeconds: number): Promise<InterruptedRun> {
    await using platform = await this.#open(moments, graceSeconds)
    const { lines, onEvent, job } = linesOfJob(this.#spec.task)
    try {
      const result = await this.#run(platform, onEvent)
      const { starts = [] } = await stateOf(platform, result)
      return { starts, lines, differs: differencesOf(end, await endOfRun(result, this.#options.signal)) }
    } catch (cause) {
      const ref = job()
      if (cause instanceof RunAbortedError || ref === undefined) throw cause
      const state = await platform.jobs.describe(ref)
      if (state?.status !== 'failed') throw cause
      return { starts: state.starts ?? [], lines, failure: state.failureReason ?? 'it failed', differs: [] }
    }
  }

  #open(moments: readonly number[], stopGraceSeconds: number): Promise<Platform> {
    return this.#stage.open({ root: this.#root, stopGraceSeconds, moments })
  }

  #run(platform: Platform, hear: (event: RunEvent) => void): Promise<TaskResult> {
    const { signal, onEvent } = this.#options
    const runner = this.#stage.runnerOn(platform)
    const options: RunOptions = {
      clean: true,
      ...(signal === undefined ? {} : { signal }),
      onEvent: (event) => {
        hear(event)
        onEvent?.(event)
      },
    }
    return runner.run(this.#spec, options, (error) => error)
  }
}

async function stateOf(platform: Platform, { kind, job: name }: TaskResult): Promise<JobState> {
  const state = await platform.jobs.describe({ kind, name })
  if (state === undefined) throw new SsmError('JOB_LOST', `Job ${name} is gone`)
  return state
}

/** The same program on this computer: one job, whose end counts. */
function rehearsed(spec: TaskSpec): TaskSpec {
  const { retry: _retry, spotWait: _wait, certifiedOverSeconds: _certified, ...rest } = spec
  return rest
}

/** @throws {InvalidTaskError} for what cannot be interrupted, or has inputs that are not on this computer. */
function assertRehearsable({ task, kind, inputs }: TaskSpec, interruptions: number): void {
  const problems = [
    ...(kind === 'training'
      ? []
      : [{ path: 'kind', value: kind, message: 'must be training', hint: 'Only training tasks run on spot machines.' }]),
    ...(Number.isInteger(interruptions) && interruptions >= 1 && interruptions <= 1_000
      ? []
      : [{ path: 'interruptions', value: interruptions, message: 'must be a whole number from 1 to 1000' }]),
    ...inputs.filter(isElsewhere).map(({ channel, source }) => ({
      path: `input ${channel}`,
      value: source.kind,
      message: 'is not on this computer',
      hint: 'Rehearse with a small local input: .input.local(…) in the same channel.',
    })),
  ]
  if (problems.length > 0) throw new InvalidTaskError(task, problems)
}

const isElsewhere = ({ source }: InputSpec): boolean => source.kind !== 'local' && source.kind !== 'upstream'
