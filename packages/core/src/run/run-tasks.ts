import type { Caller } from '../errors/caller.ts'
import type { RunEvent, RunHappening } from '../events/run-event.ts'
import { cacheFolder } from '../files/cache.ts'
import { graphOf, type GraphNode } from '../graph/order.ts'
import { GraphFailedError, type TaskOutcome } from './outcome.ts'
import { runGraph } from './scheduler.ts'
import type { Platform } from '../platform/platform.ts'
import { taskKey } from '../graph/task-key.ts'
import type { RunContext } from './context.ts'
import { RunAbortedError } from './follow/errors.ts'
import { explainTask, planTask } from './plan-task.ts'
import type { TaskResult } from './results/task-result.ts'
import { redactAll } from '../secrets/redact.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import { startRun, type RunControls, type RunHandle, type RunOptions } from './handle.ts'
import { runOne, type Surroundings } from './run-one.ts'
import type { Runner, TaskPlatforms } from './runner.ts'

const usualParallel = 4

/** Runs the tasks of one project on its platforms. */
export function runnerOf(platforms: TaskPlatforms, clock: Clock = systemClock): Runner {
  const around: Surroundings = { platforms, clock }
  return {
    start: (spec, options, caller) => start(spec, options, caller, around),
    async run(spec, options, caller) {
      // Not disposed: a run that was aborted leaves its job alone.
      return await (await start(spec, options, caller, around)).result()
    },
    async plan(spec, options) {
      const needs = graphOf([spec]).flatMap((node) => (node.spec === spec ? [] : [node.spec.task]))
      return await planTask(spec, options, lookingOnly(await platforms.forTask(spec), clock, options), needs)
    },
    async explain(spec, options) {
      return await explainTask(spec, options, lookingOnly(await platforms.forTask(spec), clock, options))
    },
    async runAll(specs, options) {
      const nodes = graphOf(specs)
      return byName(await runNodes(nodes, specs, options, withoutHandle(clock, options), around), nodes)
    },
  }
}

async function start(spec: TaskSpec, options: RunOptions, caller: Caller, around: Surroundings): Promise<RunHandle> {
  const nodes = graphOf([spec])
  const platform = await around.platforms.forTask(spec)
  const work = async (run: RunControls): Promise<TaskResult> => {
    const outcomes = await runNodes(nodes, [spec], options, run, around)
    const target = outcomes.get(taskKey(spec))
    if (target?.status === 'completed') return target.result
    throw failureOf(outcomes, nodes)
  }
  return startRun({ platform, clock: around.clock, options, caller, work })
}

type Outcomes = ReadonlyMap<string, TaskOutcome>

function runNodes(
  nodes: readonly GraphNode[],
  asked: readonly TaskSpec[],
  options: RunOptions,
  run: RunControls,
  around: Surroundings,
): Promise<Outcomes> {
  const targets = new Set(asked.map(taskKey))
  return runGraph(nodes, {
    // Not a number is no limit that anyone could mean.
    parallel: Math.max(1, Math.floor(options.parallel ?? usualParallel) || 1),
    tell: run.tell,
    runOne: (node, upstream) => {
      const isTarget = targets.has(node.key)
      return runOne({ spec: node.spec, isTarget, policy: isTarget ? options : forNeeded(options), upstream }, run, around)
    },
  })
}

/** `force` and `clean` mean the tasks that were asked for, not everything they need. */
function forNeeded({ force: _force, clean: _clean, ...rest }: RunOptions): RunOptions {
  return rest
}

/** What to reject with: the one failure itself, or all of them together. */
function failureOf(outcomes: Outcomes, nodes: readonly GraphNode[]): unknown {
  const errors = [...outcomes.values()].flatMap((outcome) => (outcome.status === 'failed' ? [outcome.error] : []))
  if (errors.length === 1) return errors[0]
  // Whoever aborted knows why they all ended: one answer, about a job that goes on when there is one.
  const aborted = errors.filter((error) => error instanceof RunAbortedError)
  if (aborted.length === errors.length) return aborted.find(({ job }) => job !== undefined) ?? aborted[0]
  return new GraphFailedError(byName(outcomes, nodes))
}

function withoutHandle(clock: Clock, options: RunOptions): RunControls {
  const never = new AbortController().signal
  return {
    tell: (task: string, happening: RunHappening) =>
      options.onEvent?.({ atMs: clock.now(), task, ...redactAll(happening) } satisfies RunEvent),
    signal: options.signal ?? never,
    stopping: never,
    reached: () => undefined,
    left: () => undefined,
  }
}

function lookingOnly(platform: Platform, clock: Clock, options: RunOptions): RunContext {
  return {
    platform,
    clock,
    signal: options.signal ?? new AbortController().signal,
    cacheDir: cacheFolder(),
    upstream: new Map(),
    tell: () => undefined,
    reached: () => undefined,
  }
}

function byName(outcomes: Outcomes, nodes: readonly GraphNode[]): Readonly<Record<string, TaskOutcome>> {
  return Object.fromEntries(
    nodes.flatMap(({ key, spec }) => {
      const outcome = outcomes.get(key)
      return outcome === undefined ? [] : [[spec.task, outcome] as const]
    }),
  )
}
