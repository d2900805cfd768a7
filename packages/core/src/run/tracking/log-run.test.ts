import { afterEach, expect, test, vi } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { scriptedPlatform } from '../../../../../test/support/scripted-platform.ts'
import { taskOf } from '../../../../../test/support/tasks.ts'
import type { RunEvent } from '../../events/run-event.ts'
import { jobName } from '../../names/job-name.ts'
import { layoutOf } from '../../names/layout.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { logRun } from './log-run.ts'

afterEach(() => vi.unstubAllGlobals())

const task = {
  ...taskOf('train'),
  mlflow: { server: 'https://mlflow.example.com', log: true, isManaged: false },
  metrics: { loss: 'loss=([0-9.]+)' },
}
const layout = layoutOf({ bucket: 'bucket', prefix: '', project: task.project, task: task.task })
const state: JobState = {
  kind: 'training',
  name: jobName('train-1'),
  status: 'completed',
  phase: 'Completed',
  phases: [],
  machines: 2,
  createdAtMs: 1_000,
  startedAtMs: 2_000,
  endedAtMs: 3_000,
  interruptions: 0,
  finalMetrics: [],
}
const run = (status: string, artifacts = 's3://elsewhere') => ({
  info: { run_id: 'r', experiment_id: '7', status, artifact_uri: artifacts },
})

interface Given {
  readonly before?: object
  readonly made?: object
  readonly fails?: Error
  readonly model?: boolean
  readonly spec?: Partial<TaskSpec>
  readonly state?: Partial<JobState>
}

/** Logs a job; gives what the server was sent, and what was told. */
async function logged({ before, made = run('RUNNING'), fails, model = false, spec, state: changes }: Given) {
  const sent: Record<string, unknown>[] = []
  vi.stubGlobal('fetch', async (url: string, { body }: { readonly body?: string | ReadableStream }) => {
    if (fails !== undefined) throw fails
    const path = url.replace(/^.*\/api\/2\.0\/(mlflow\/)?/, '').replace(/\?.*/, '')
    sent.push({ path, ...(typeof body === 'string' ? (JSON.parse(body) as object) : {}) })
    const answers: Readonly<Record<string, object>> = {
      'experiments/get-by-name': { experiment: { experiment_id: '7' } },
      'runs/search': { runs: before === undefined ? [] : [before] },
      'runs/create': { run: made },
    }
    return Response.json(answers[path] ?? {})
  })
  const told: RunEvent[] = []
  const objects = memoryObjects()
  if (model) await objects.write(layout.job(state.name).model, { kind: 'bytes', bytes: Buffer.from('m') })
  const logs = {
    async *follow() {
      yield { machine: 'algo-2', text: 'loss=2', atMs: 1.5 }
      yield { machine: 'algo-1', text: 'loss=1', atMs: 2 }
    },
  }
  const { platform } = scriptedPlatform().client()
  const { signal } = new AbortController()
  const context = { platform: { ...platform, objects, logs }, signal, tell: (event: RunEvent) => void told.push(event) }
  await logRun({ spec: { ...task, ...spec }, layout }, { ...state, ...changes }, context as never)
  return { sent, told, of: (path: string) => sent.filter((one) => one['path'] === path) }
}

test('a job is logged once: not when nobody asked, and not when its run has ended', async () => {
  expect((await logged({ spec: { mlflow: { ...task.mlflow, log: false } } })).sent).toEqual([])
  expect((await logged({ before: run('FINISHED') })).sent.map(({ path }) => path)).toEqual([
    'experiments/get-by-name',
    'runs/search',
  ])
  // A program that was killed left it open.
  const whole = await logged({ before: run('RUNNING') })
  expect([whole.of('runs/create').length, whole.of('runs/update').length]).toEqual([0, 1])
})

test('the run has the times, tags, parameters and the metrics of each machine', async () => {
  const code = { kind: 'code', entry: 'train.py', dependencies: [] } as never
  const { of, told } = await logged({
    spec: { program: code, hyperparameters: { lr: 0.1, name: 'x' }, tags: { team: 'vision' } },
  })
  expect(told).toEqual([])
  expect(of('runs/create')[0]).toMatchObject({
    run_name: 'train-1',
    start_time: 2_000,
    tags: expect.arrayContaining([
      { key: 'team', value: 'vision' },
      { key: 'ssm.job', value: 'train-1' },
      { key: 'mlflow.source.name', value: 'train.py' },
      { key: 'ssm.model', value: layout.job(state.name).model },
    ]) as unknown,
  })
  expect(of('runs/log-batch')).toMatchObject([
    {
      params: [
        { key: 'lr', value: '0.1' },
        { key: 'name', value: 'x' },
      ],
    },
    {
      metrics: [
        { key: 'loss', value: 1, timestamp: 2, step: 1 },
        { key: 'loss/algo-2', value: 2, timestamp: 2, step: 1 },
      ],
    },
  ])
  expect(of('runs/update')[0]).toMatchObject({ status: 'FINISHED', end_time: 3_000 })
})

test('a job that failed before it started is logged with what is known of it', async () => {
  const { startedAtMs: _, endedAtMs: __, ...unstarted } = state
  vi.useFakeTimers({ now: 9_000, toFake: ['Date'] })
  const { of } = await logged({
    spec: { mlflow: { ...task.mlflow, run: 'mine', experiment: 'e' } },
    state: {
      ...unstarted,
      kind: 'processing',
      status: 'failed',
      failureReason: 'exit code 1',
      startedAtMs: undefined as never,
      endedAtMs: undefined as never,
    },
  }).finally(() => vi.useRealTimers())
  expect(of('runs/create')[0]).toMatchObject({
    run_name: 'mine',
    start_time: 1_000,
    tags: expect.arrayContaining([{ key: 'ssm.failure', value: 'exit code 1' }]) as unknown,
  })
  expect(JSON.stringify(of('runs/create')[0])).not.toContain('ssm.model')
  expect(of('runs/update')[0]).toMatchObject({ status: 'FAILED', end_time: 9_000 })
})

test('a model is sent where the server takes artifacts, when there is one', async () => {
  const artifacts = run('RUNNING', 'mlflow-artifacts:/7/r/artifacts')
  const path = 'mlflow-artifacts/artifacts/7/r/artifacts/model/model.tar.gz'
  expect((await logged({ made: artifacts, model: true })).of(path)).toHaveLength(1)
  expect((await logged({ made: artifacts })).of(path)).toHaveLength(0)
  expect((await logged({ model: true })).of(path)).toHaveLength(0)
})

test.each([
  [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'connect ECONNREFUSED'],
  [new TypeError('fetch failed', { cause: new Error('') }), 'fetch failed'],
  [new TypeError('fetch failed'), 'fetch failed'],
  ['a text' as never, 'a text'],
])('a server that fails with %s is a warning', async (fails, reason) => {
  const { told } = await logged({ fails })
  expect(told).toEqual([
    { type: 'warned', message: `The run of job train-1 is not logged on https://mlflow.example.com: ${reason}` },
  ])
})
