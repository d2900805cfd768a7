import type { MoneySettings } from '../cost/settings.ts'
import type { Caller } from '../errors/caller.ts'
import { graphOf, type GraphNode } from '../graph/order.ts'
import { taskKey } from '../graph/task-key.ts'
import { PlatformError } from '../platform/errors.ts'
import type { Platform } from '../platform/platform.ts'
import { redactAll } from '../secrets/redact.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { systemClock, type Clock } from '../time/clock.ts'
import { readingContext, type TaskPlatforms } from './context.ts'
import { RunAbortedError } from './follow/errors.ts'
import { followFields, logLines } from './follow/lines.ts'
import type { RunHandle } from './handle.ts'
import { assertGiven, optionProblemsOf } from './lookup/given.ts'
import { moneyOpener } from './money/opener.ts'
import { explainTask, planTask } from './decide/plan-task.ts'
import { GraphFailedError, type TaskOutcome } from './results/outcome.ts'
import type { TaskResult } from './results/task-result.ts'
import type { RehearseOptions } from './run-options.ts'
import { rehearse } from './rehearse/rehearse.ts'
import type { Rehearsal } from './rehearse/verdict.ts'
import type { RunOptions } from './run-options.ts'
import type { PreparingContext, Runner } from './runner.ts'
import { RunSession } from './session.ts'

/** Runs the tasks of one project on its platforms, and knows what they cost when `money` says how. */
export function openRunner(platforms: TaskPlatforms, clock: Clock = systemClock, money?: MoneySettings): Runner {
  const start = async (spec: TaskSpec, options: RunOptions, caller: Caller): Promise<RunHandle> => {
    const nodes = graphOf([spec])
    const platform = await platforms.forTask(spec)
    const session = new RunSession(platforms, clock, options, moneyOpener(money))
    return handleOf(session, platform, resultOf(session, spec, nodes, caller))
  }
  return {
    start,
    async run(spec, options, caller) {
      // Not disposed: a run that was aborted leaves its job alone.
      return await (await start(spec, options, caller)).result()
    },
    async plan(spec, options) {
      const needs = graphOf([spec]).flatMap((node) => (node.spec === spec ? [] : [node.spec.task]))
      return await planTask(
        spec,
        options,
        readingContext(await platforms.forTask(spec), options.signal, clock, moneyOpener(money)),
        needs,
      )
    },
    async explain(spec, options) {
      const context = readingContext(await platforms.forTask(spec), options.signal, clock, moneyOpener(money))
      return await explainTask(spec, options, context)
    },
    platformOf: async (spec) => platforms.forTask(spec),
    contextOf: async (spec, options) => preparingContext(await platforms.forTask(spec), spec.task, options, clock, money),
    rehearse: (spec, options) => rehearseOn(platforms, clock, spec, options),
    async runAll(specs, options) {
      const nodes = graphOf(specs)
      const session = new RunSession(platforms, clock, options, moneyOpener(money))
      try {
        return byName(await session.run(nodes, new Set(specs.map(taskKey))), nodes)
      } finally {
        session.end()
      }
    },
  }
}

function preparingContext(
  platform: Platform,
  task: TaskSpec['task'],
  { signal, onEvent }: Pick<RunOptions, 'signal' | 'onEvent'>,
  clock: Clock,
  money: MoneySettings | undefined,
): PreparingContext {
  return {
    ...readingContext(platform, signal, clock, moneyOpener(money)),
    tell: (happening) => onEvent?.({ atMs: clock.now(), task, ...redactAll(happening) }),
    hasBudget: money?.budget !== undefined,
  }
}

/** The handle of a session whose work goes on in the background. Whoever asks late gets every event, and the failure too. */
function handleOf(session: RunSession, platform: Platform, outcome: Promise<TaskResult>): RunHandle {
  // A failure waits for whoever asks; nobody asking is no crash.
  outcome.catch(() => undefined)
  return {
    events: (options = {}) => {
      assertGiven('events', optionProblemsOf(options))
      return session.events(options.signal)
    },
    async *logs(options = {}) {
      assertGiven('logs', optionProblemsOf(options, followFields))
      yield* logLines(platform, await session.job, options)
    },
    job: () => session.job,
    result: () => outcome,
    stop: () => session.stop(),
    detach: () => session.detach(),
    [Symbol.asyncDispose]: () => session.dispose(outcome),
  }
}

async function rehearseOn(platforms: TaskPlatforms, clock: Clock, spec: TaskSpec, options: RehearseOptions): Promise<Rehearsal> {
  const open = platforms.rehearsal?.bind(platforms)
  if (open === undefined) throw new PlatformError('PLATFORM_UNSUPPORTED', 'There is no local platform to rehearse on')
  return rehearse(spec, options, { open, runnerOn: (on) => openRunner({ forTask: async () => on }, clock) })
}

/** Carries a session out for one task: its result, or what it failed with. */
async function resultOf(session: RunSession, spec: TaskSpec, nodes: readonly GraphNode[], caller: Caller): Promise<TaskResult> {
  try {
    const outcomes = await session.run(nodes, new Set([taskKey(spec)]))
    const target = outcomes.get(taskKey(spec))
    if (target?.status !== 'completed') throw failureOf(outcomes, nodes)
    session.end()
    return target.result
  } catch (cause) {
    const error = caller(cause)
    session.end(error)
    throw error
  }
}

type Outcomes = ReadonlyMap<string, TaskOutcome>

/** What to reject with: the one failure itself, or all of them together. */
function failureOf(outcomes: Outcomes, nodes: readonly GraphNode[]): unknown {
  const errors = [...outcomes.values()].flatMap((outcome) => (outcome.status === 'failed' ? [outcome.error] : []))
  if (errors.length === 1) return errors[0]
  // Whoever aborted knows why they all ended: one answer, about a job that goes on when there is one.
  const aborted = errors.filter((error) => error instanceof RunAbortedError)
  if (aborted.length === errors.length) return aborted.find(({ job }) => job !== undefined) ?? aborted[0]
  return new GraphFailedError(byName(outcomes, nodes))
}

function byName(outcomes: Outcomes, nodes: readonly GraphNode[]): Readonly<Record<string, TaskOutcome>> {
  return Object.fromEntries(
    nodes.flatMap(({ key, spec }) => {
      const outcome = outcomes.get(key)
      return outcome === undefined ? [] : [[spec.task, outcome] as const]
    }),
  )
}
