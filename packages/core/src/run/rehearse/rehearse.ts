import { join } from 'node:path'
import { cacheFolder } from '../../files/cache.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { JobRef, JobState, ProgramStart } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { InputSpec, TaskSpec } from '../../spec/task-spec.ts'
import { systemClock } from '../../time/clock.ts'
import { secondsOf } from '../../time/duration.ts'
import { readingContext } from '../context.ts'
import { RunAbortedError } from '../follow/errors.ts'
import { lookAtTask } from '../resolve/resolve-task.ts'
import type { TaskResult } from '../results/task-result.ts'
import type { RunOptions } from '../run-options.ts'
import type { Runner } from '../runner.ts'
import { keepCertificate, programDigest } from './certificates.ts'
import { differencesOf, endOfRun, type RunEnd } from './compare.ts'
import { momentsOf, randomFrom } from './moments.ts'
import type { RehearsalPlatform, RehearseOptions } from '../run-options.ts'
import { costsOf, expectedAt, faultsOf, onlyStart, ranSeconds, type InterruptedRun, type Rehearsal } from './verdict.ts'

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
  const graceSeconds = secondsOf(grace) ?? 120
  assertRehearsable(given, interruptions)
  const spec = rehearsed(given)
  await using scratch = await temporaryDirectory('ssm-rehearsal-')
  const rehearsal = new RunsOfRehearsal(spec, join(scratch.path, 'store'), graceSeconds, options, stage)
  const { start, end, program } = await rehearsal.uninterrupted()
  const random = randomFrom(seed)
  const runs: InterruptedRun[] = []
  const taken = (): number =>
    runs.reduce((sum, { starts }) => sum + starts.filter((each) => each.takenAtMs !== undefined).length, 0)
  for (let idle = 0; taken() < interruptions && idle < mostIdle;) {
    signal?.throwIfAborted()
    const before = taken()
    runs.push(await rehearsal.interrupted(momentsOf(random, interruptions - before, ranSeconds(start)), end))
    // A program may end sooner than before, and so before its machines are taken away.
    idle = taken() > before ? 0 : idle + 1
    // What is wrong already is wrong after more of it, too.
    if (faultsOf(start, runs, graceSeconds).some(({ fault }) => fault === 'ignores SIGTERM' || fault === 'torn save')) break
  }
  const faults = faultsOf(start, await withoutOwnDifferences(runs, rehearsal, end), graceSeconds)
  const costs = costsOf(ranSeconds(start), runs)
  const found: Rehearsal = {
    v: 1,
    task: spec.task,
    program,
    survives: faults.length === 0,
    faults,
    seed,
    seconds: ranSeconds(start),
    ...costs,
    machineSeconds,
    expected: expectedAt(costs.workLost.meanSeconds, costs.startSeconds, machineSeconds),
    atMs: systemClock.now(),
  }
  await keepCertificate(found, cacheFolder())
  return found
}

const mostIdle = 5

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

class RunsOfRehearsal {
  readonly #spec: TaskSpec
  readonly #root: string
  readonly #graceSeconds: number
  readonly #options: RehearseOptions
  readonly #stage: Stage

  constructor(spec: TaskSpec, root: string, graceSeconds: number, options: RehearseOptions, stage: Stage) {
    this.#spec = spec
    this.#root = root
    this.#graceSeconds = graceSeconds
    this.#options = options
    this.#stage = stage
  }

  async uninterrupted(): Promise<{ readonly start: ProgramStart; readonly end: RunEnd; readonly program: string }> {
    await using platform = await this.#open([])
    const result = await this.#run(platform)
    const start = onlyStart(await stateOf(platform, result))
    if (start === undefined)
      throw new SsmError('PLATFORM_UNSUPPORTED', 'The local platform did not watch the program of a rehearsal')
    const { signal } = this.#options
    const { task } = await lookAtTask(this.#spec, readingContext(platform, signal))
    return { start, end: await endOfRun(result, signal), program: programDigest(task.parts) }
  }

  async interrupted(moments: readonly number[], end: RunEnd): Promise<InterruptedRun> {
    await using platform = await this.#open(moments)
    let job: JobRef | undefined
    try {
      const result = await this.#run(platform, (submitted) => (job = submitted))
      const { starts = [] } = await stateOf(platform, result)
      return { starts, differs: differencesOf(end, await endOfRun(result, this.#options.signal)) }
    } catch (cause) {
      if (cause instanceof RunAbortedError || job === undefined) throw cause
      const state = await platform.jobs.describe(job)
      if (state?.status !== 'failed') throw cause
      return { starts: state.starts ?? [], failure: state.failureReason ?? 'it failed', differs: [] }
    }
  }

  #open(moments: readonly number[]): Promise<Platform> {
    return this.#stage.open({ root: this.#root, stopGraceSeconds: this.#graceSeconds, moments })
  }

  #run(platform: Platform, onSubmitted: (job: JobRef) => void = () => undefined): Promise<TaskResult> {
    const { signal, onEvent } = this.#options
    const runner = this.#stage.runnerOn(platform)
    const options: RunOptions = {
      clean: true,
      ...(signal === undefined ? {} : { signal }),
      onEvent: (event) => {
        if (event.type === 'submitted' && event.task === this.#spec.task) onSubmitted(event.job)
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
