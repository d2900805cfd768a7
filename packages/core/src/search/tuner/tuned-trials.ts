import type { Tell } from '../../events/run-event.ts'
import { folderUri, joinUri, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { layoutOf } from '../../names/layout.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { TunedJob } from '../../platform/tuner.ts'
import type { TaskContext } from '../../run/context.ts'
import { followJob, recallJob } from '../../run/follow/follow.ts'
import { taskResult } from '../../run/results/collect.ts'
import { readSeries } from '../../run/results/series.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { SearchPlan } from '../plan.ts'
import type { Values } from '../space.ts'
import type { TrialState } from '../trials/trial-state.ts'
import { choiceOnWire } from './tuning-request.ts'

/** The trials of a search on SageMaker's tuner: its training jobs in the words of a search. */
export class TunedTrials {
  readonly spec: TaskSpec
  readonly #plan: SearchPlan
  readonly #context: TaskContext
  readonly #close = new AbortController()
  /** Whether all of a job was followed, by its trial. */
  readonly #followed = new Map<TrialState, Promise<boolean>>()

  constructor(plan: SearchPlan, spec: TaskSpec, context: TaskContext) {
    this.spec = spec
    this.#plan = plan
    this.#context = context
  }

  /** The hyperparameters of a job as values: of a choice the very one that was given. */
  valuesOf({ values }: TunedJob): Values {
    const { over } = this.#plan
    if (over.kind !== 'space') return {}
    const isPlain = this.spec.program.kind === 'algorithm'
    return Object.fromEntries(
      Object.entries(over.space).flatMap(([name, domain]) => {
        const text = values[name]
        if (text === undefined) return []
        if (domain.kind === 'range') return [[name, Number(text)] as const]
        const given = domain.values.find((value) => choiceOnWire(value, isPlain) === text)
        return [[name, given ?? text] as const]
      }),
    )
  }

  /** Follows a job that runs: its phases, its log and its metrics are told, and the trial has the values of its metric as they come. */
  follow(trial: TrialState, { name }: TunedJob): void {
    const context = this.#context
    const tell: Tell = (happening) => {
      if (happening.type === 'measured' && happening.metric === this.#plan.goal?.metric)
        trial.measured(happening.machine, happening.value, context.clock.now())
      context.tell(happening)
    }
    const signal = AbortSignal.any([context.signal, this.#close.signal])
    const followed = followJob({ kind: 'training', name }, this.spec.metrics, { ...context, tell, signal }).then(
      () => true,
      // What the tuner says of the job and what its log says later is enough.
      () => false,
    )
    this.#followed.set(trial, followed)
  }

  /** Ends the following of jobs that still run. They go on. */
  async close(): Promise<void> {
    this.#close.abort(new DOMException('The search has ended', 'AbortError'))
    await Promise.all(this.#followed.values())
  }

  /** Takes over how a job ended, and what it measured on the way. */
  async end(trial: TrialState, job: TunedJob, { isStopping }: { readonly isStopping: boolean }): Promise<void> {
    const { goal, halving } = this.#plan
    const isKnown = (await this.#followed.get(trial)) === true
    this.#context.signal.throwIfAborted()
    if (goal !== undefined && !isKnown) {
      trial.restart()
      const course = await this.#course(job, goal.metric)
      for (const { machine, value, atMs } of course) trial.measured(machine, value, atMs)
    }
    trial.value = job.value ?? trial.value
    if (job.endedAtMs !== undefined) trial.seconds = (job.endedAtMs - job.createdAtMs) / 1_000
    const { platform, signal } = this.#context
    trial.billableSeconds = (await platform.jobs.describe({ kind: 'training', name: job.name }, { signal }))?.billableSeconds
    const isGood = job.status === 'completed' && trial.value !== undefined
    if (isGood) trial.status = 'completed'
    else if (job.status === 'stopped') trial.status = halving === undefined || isStopping ? 'stopped' : 'stopped-early'
    else {
      trial.status = 'failed'
      trial.message = job.failureReason ?? `it completed without a value of ${goal?.metric}`
    }
  }

  /** The values of the metric; a log that cannot be read leaves them out, for the tuner knows the last one. */
  async #course(job: TunedJob, metric: string): Promise<readonly { machine: string; value: number; atMs: number }[]> {
    const expression = this.spec.metrics[metric]
    if (expression === undefined) return []
    const { platform, signal } = this.#context
    try {
      const ref: JobRef = { kind: 'training', name: job.name }
      const points = (await readSeries(platform, ref, { [metric]: expression }, { signal }))[metric] ?? []
      const [first] = points
      return points.filter(({ machine }) => machine === first?.machine)
    } catch (cause) {
      if (signal.aborted) throw cause
      return []
    }
  }

  /** The result of a completed trial. */
  async result({ job, values }: TrialState): Promise<TaskResult> {
    const context = this.#context
    // A trial of the tuner is one of its jobs.
    const ref = job as JobRef
    const spec = { ...this.spec, hyperparameters: { ...this.spec.hyperparameters, ...values } }
    const ended = await recallJob(ref, spec.metrics, context)
    const bucket = await context.platform.objects.bucket(spec.bucket, { signal: context.signal, dryRun: true })
    const layout = layoutOf({ bucket, prefix: spec.prefix, project: spec.project, task: spec.task })
    const state = (await this.#stateOf(ref)) ?? layout.state
    const decision = { kind: 'start', because: "SageMaker's tuner chose its hyperparameters", changes: [] } as const
    const seconds = ((ended.state.endedAtMs ?? ended.state.createdAtMs) - ended.state.createdAtMs) / 1_000
    const attempts = [{ number: 1, of: 1, job: ref.name, status: ended.state.status, seconds }]
    return taskResult({ spec, layout: { ...layout, state } }, decision, ended, attempts, context)
  }

  /** Where a job keeps its state: in a folder of its name below the address that it was given. */
  async #stateOf(job: JobRef): Promise<ObjectUri | undefined> {
    const request = await this.#context.platform.jobs.request?.(job, { signal: this.#context.signal })
    const stored = request?.kind === 'training' ? request.input.CheckpointConfig?.S3Uri : undefined
    return stored === undefined ? undefined : folderUri(joinUri(objectUri(stored), job.name))
  }
}
