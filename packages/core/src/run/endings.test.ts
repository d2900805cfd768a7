import { getEventListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  scriptedPlatform,
  type Point,
  type ScriptedClient,
  type ScriptedPlatform,
} from '../../../../test/support/scripted-platform.ts'
import { taskOf } from '../../../../test/support/tasks.ts'
import { isSsmError } from '../errors/ssm-error.ts'
import type { RunEvent } from '../events/run-event.ts'
import { isJobOf } from '../names/job-name.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RunHandle } from './handle.ts'
import { openRunner } from './open-runner.ts'

// Every way in which a run can end early, at every moment, for every relation to the job: what becomes of the job, what the
// caller hears, and that nothing is left.

const endings = ['abort', 'stop', 'detach', 'dispose', 'killed'] as const
const moments = ['preparing', 'submitting', 'waiting', 'following', 'collecting'] as const
const relations = ['own job', 'joined job', "needed task's job"] as const
type Ending = (typeof endings)[number]
type Moment = (typeof moments)[number]
type Relation = (typeof relations)[number]

/** What is right: the job afterwards, and how `result()` is settled. */
interface Right {
  readonly job: 'absent' | 'in-progress' | 'stopped' | 'completed'
  readonly result: 'RUN_ABORTED' | 'RUN_ABORTED with the job' | 'JOB_STOPPED' | 'given' | 'pending'
}

function rightFor(ending: Ending, moment: Moment, relation: Relation): Right {
  const isOwn = relation !== 'joined job'
  // Whoever joins comes to the job only once it is there: until then another client prepares and submits it.
  const hasJob = moment !== 'preparing' && (isOwn || moment !== 'submitting')
  const untouched = !hasJob ? (isOwn ? 'absent' : 'in-progress') : moment === 'collecting' ? 'completed' : 'in-progress'
  if (ending === 'killed') return { job: untouched, result: 'pending' }
  if (!hasJob) return { job: untouched, result: 'RUN_ABORTED' }
  if (ending === 'stop') {
    if (moment !== 'collecting') return { job: 'stopped', result: 'JOB_STOPPED' }
    // The needed task is done, and the one that was asked for is not started any more.
    return { job: 'completed', result: relation === "needed task's job" ? 'RUN_ABORTED' : 'given' }
  }
  const isStopped = ending === 'dispose' && isOwn && moment !== 'collecting'
  return { job: isStopped ? 'stopped' : untouched, result: 'RUN_ABORTED with the job' }
}

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-endings-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = folder))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const anything: NonNullable<TaskSpec['resultSchema']> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
}
const worker: TaskSpec = { ...taskOf('worker'), kind: 'processing', spot: false, resultSchema: anything }
const target: TaskSpec = {
  ...taskOf('target', { source: { kind: 'upstream', spec: worker, output: 'output' } }),
  kind: 'processing',
  spot: false,
}

const start = (
  { platform, clock }: ScriptedClient,
  spec: TaskSpec,
  options: Parameters<ReturnType<typeof openRunner>['start']>[1] = {},
) => openRunner({ forTask: async () => platform }, clock).start(spec, options, (error) => error)

const jobOf = (scripted: ScriptedPlatform, task: TaskSpec): string | undefined =>
  [...scripted.jobs.keys()].find((name) => isJobOf(task.task, name))

/** A client in the middle of a run. */
interface UnderWay {
  readonly scripted: ScriptedPlatform
  readonly client: ScriptedClient
  readonly run: RunHandle
  readonly leave: AbortController
  readonly events: RunEvent[]
  /** Lets everybody go on. */
  go(): void
}

async function bring(moment: Moment, relation: Relation): Promise<UnderWay> {
  const scripted = scriptedPlatform()
  const held: Point[] = []
  const hold = (point: Point): void => (held.push(point), scripted.hold(point))
  const free = (point: Point): void => (held.splice(held.indexOf(point), 1), scripted.release(point))
  if (relation === 'joined job') {
    if (moment === 'submitting') hold('image')
    const other = await start(scripted.client(), worker)
    other.result().catch(() => undefined)
    await (moment === 'submitting' ? scripted.reached('image') : other.job())
  }
  const points = {
    preparing: relation === 'joined job' ? 'describe' : 'image',
    submitting: 'start',
    collecting: 'result',
  } as const
  const point =
    moment in points && !(relation === 'joined job' && moment === 'submitting')
      ? points[moment as keyof typeof points]
      : undefined
  if (point !== undefined) hold(point)
  const client = scripted.client()
  const leave = new AbortController()
  const events: RunEvent[] = []
  const run = await start(client, relation === "needed task's job" ? target : worker, {
    signal: leave.signal,
    onEvent: (event) => void events.push(event),
  })
  const told = async (type: RunEvent['type']): Promise<void> => {
    for await (const event of run.events()) if (event.type === type) return
  }
  if (moment === 'preparing' && relation !== 'joined job') await told('packed')
  if (relation === 'joined job' && moment === 'submitting') await told('waited-for-starter')
  if (moment === 'waiting' || moment === 'following' || moment === 'collecting') await told('status-changed')
  if (moment === 'following') {
    scripted.begin(jobOf(scripted, worker) ?? '')
    await told('logged')
  }
  if (moment === 'collecting') await scripted.complete(jobOf(scripted, worker) ?? '')
  if (point !== undefined) await scripted.reached(point)
  return { scripted, client, run, leave, events, go: () => held.slice().forEach(free) }
}

async function end(ending: Ending, { client, run, leave }: UnderWay): Promise<Promise<unknown>> {
  if (ending === 'abort') leave.abort(new Error('enough'))
  if (ending === 'detach') run.detach()
  if (ending === 'killed') client.kill()
  // Both wait for answers that are held up here.
  const waits = ending === 'stop' ? run.stop() : ending === 'dispose' ? run[Symbol.asyncDispose]() : Promise.resolve()
  await new Promise((resolve) => setTimeout(resolve, 5))
  return waits
}

/** What came of a result; whether it stays open is known after a while only. */
async function settled(result: Promise<unknown>, right: Right['result']): Promise<Right['result']> {
  const waitedMs = right === 'pending' ? 400 : 15_000
  const pending = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), waitedMs).unref())
  return Promise.race([
    pending,
    result.then(
      () => 'given' as const,
      (cause: unknown) => {
        if (isSsmError(cause, 'JOB_STOPPED')) return 'JOB_STOPPED' as const
        if (!isSsmError(cause, 'RUN_ABORTED')) throw cause
        return cause.facts['job'] === undefined ? ('RUN_ABORTED' as const) : ('RUN_ABORTED with the job' as const)
      },
    ),
  ])
}

const cells = endings.flatMap((ending) =>
  moments.flatMap((moment) =>
    relations.map((relation) => [ending, moment, relation, rightFor(ending, moment, relation)] as const),
  ),
)

/** Brings a run to a moment, ends it, and says what came of it. */
async function ended(ending: Ending, moment: Moment, relation: Relation): Promise<UnderWay & { readonly right: Right }> {
  const way = await bring(moment, relation)
  const { scripted, run } = way
  const waits = end(ending, way)
  await new Promise((resolve) => setTimeout(resolve, 5))
  way.go()
  const result = await settled(run.result(), rightFor(ending, moment, relation).result)
  if (ending !== 'killed') await waits
  if (relation === 'joined job' && moment === 'submitting') await until(() => jobOf(scripted, worker) !== undefined)
  return { ...way, right: { job: statusOf(scripted), result } }
}

const statusOf = (scripted: ScriptedPlatform): Right['job'] =>
  (scripted.jobs.get(jobOf(scripted, worker) ?? '')?.status ?? 'absent') as Right['job'] // the scripts know no other end

test.each(cells)('%s while %s, %s: %j', async (ending, moment, relation, right) => {
  const way = await ended(ending, moment, relation)
  expect(way.right).toEqual(right)
  // A killed client cannot tidy up after itself.
  expect(ending === 'killed' ? [] : leftBy(way)).toEqual([])
  expect(ending === 'killed' ? [] : endsTold(way)).toEqual(
    ending === 'killed' ? [] : relation === "needed task's job" ? ['worker', 'target'] : ['worker'],
  )
  expect(await decisionOfTheNext(way.scripted)).toBe(
    { absent: 'start', stopped: 'start', 'in-progress': 'join', completed: 'skip' }[right.job],
  )
})

test.each(moments.slice(1, 4))('a run that was detached while %s can still be stopped', async (moment) => {
  const { scripted, run } = await ended('detach', moment, 'own job')
  expect(statusOf(scripted)).toBe('in-progress')
  await run.stop()
  expect(statusOf(scripted)).toBe('stopped')
})

/** The tasks whose end was told, each by the last event about it. */
const endsTold = ({ events }: UnderWay): readonly string[] => {
  const last = events.at(-1)?.type === 'finished'
  return last ? events.filter(({ type }) => type === 'finished').map(({ task }) => task) : ['an end that is not the last event']
}

/** Folders of jobs that are none, a lease that is held, and listeners on the caller's signal. */
function leftBy({ scripted, leave }: UnderWay): readonly unknown[] {
  const stored = [...scripted.objects.bytes]
  const folders = new Set(stored.flatMap(([uri]) => /\/worker\/(worker-[^/]+)\//.exec(uri)?.[1] ?? []))
  return [
    ...[...folders].filter((name) => !scripted.jobs.has(name)),
    ...stored.filter(([uri, bytes]) => uri.endsWith('lease.json') && bytes.includes('"owner"')),
    ...getEventListeners(leave.signal, 'abort'),
  ]
}

/** Whatever happened: the next client finds a task that it can skip, join or start, and gets its result. */
async function decisionOfTheNext(scripted: ScriptedPlatform): Promise<string> {
  const next = await start(scripted.client(), worker)
  const { name } = await next.job()
  await scripted.complete(name)
  return (await next.result()).decision.kind
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
