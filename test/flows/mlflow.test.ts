import { project, type RunEvent } from '@simple-sagemaker/core'
import { afterEach, expect, test, vi } from 'vitest'
import { mlflowDouble } from '../support/mlflow-double.ts'
import { searchAccount } from '../support/search-account.ts'
import { ownCache } from './flow.ts'

ownCache()
afterEach(() => vi.unstubAllEnvs())

const account = searchAccount(() => [3, 2, 1])

const taskOn = (name: string, uri: string, more: object = {}) =>
  project('prices', { platform: account.client().platform, bucket: 'bucket' })
    .task(name)
    .shell('true')
    .hyperparameters({ lr: 0.1, 'odd name!': 'x', layers: [1, 2] })
    .metric('loss', /loss=([0-9.]+)/)
    .tag('team', 'vision')
    .mlflow({ uri, log: true, ...more })

test('a job is logged as a run with hyperparameters, every value of the metrics, tags and the model, once', async () => {
  await using server = await mlflowDouble()
  const task = taskOn('logged', server.url)
  const result = await task.run()
  await account.objects.write(result.outputs.model.uri, { kind: 'bytes', bytes: Buffer.from('weights') })
  const [run] = server.runs
  expect(server.experiments).toEqual(['prices'])
  expect(run).toMatchObject({
    info: { run_name: result.job, status: 'FINISHED' },
    params: { lr: '0.1', 'odd name_': 'x', layers: '[1,2]' },
    tags: {
      team: 'vision',
      'ssm.project': 'prices',
      'ssm.task': 'logged',
      'ssm.job': result.job,
      'ssm.model': result.outputs.model.uri,
    },
  })
  expect(run?.metrics.map(({ key, value, step }) => [key, value, step])).toEqual([
    ['loss', 3, 1],
    ['loss', 2, 2],
    ['loss', 1, 3],
  ])
  expect((await task.run()).decision.kind).toBe('skip')
  expect(server.runs).toHaveLength(1)
})

test('what was not logged is logged by the next run, also when it skips, and a run that was begun is made whole', async () => {
  await using server = await mlflowDouble()
  const task = taskOn('later', server.url, { experiment: 'mine', run: 'first' })
  const events: RunEvent[] = []
  server.state.refuses = (path) => path.endsWith('log-batch')
  const first = await task.run({ onEvent: (event) => events.push(event) })
  expect(events.flatMap((event) => (event.type === 'warned' ? [event.message] : []))).toEqual([
    `The run of job ${first.job} is not logged on ${server.url}: INTERNAL_ERROR: the disk is full`,
  ])
  expect(server.runs).toMatchObject([{ info: { status: 'RUNNING' } }])
  server.state.refuses = () => false
  await account.objects.write(first.outputs.model.uri, { kind: 'bytes', bytes: Buffer.from('weights') })
  await task.run()
  expect(server.experiments).toEqual(['mine'])
  expect(server.runs).toMatchObject([{ info: { run_name: 'first', status: 'FINISHED' }, params: { lr: '0.1' } }])
  expect(server.files).toEqual({ 'mlflow-artifacts/artifacts/0/run-0/artifacts/model/model.tar.gz': 'weights' })
})

test('a failed job is logged as one, a server that is not there is a warning, and a password goes into a header alone', async () => {
  await using server = await mlflowDouble()
  vi.stubEnv('MLFLOW_TRACKING_USERNAME', 'me')
  vi.stubEnv('MLFLOW_TRACKING_PASSWORD', 'a-password-of-mine')
  const failing = searchAccount(() => ['fails'])
  const task = project('prices', { platform: failing.client().platform, bucket: 'bucket' }).task('t').shell('false')
  await expect(task.mlflow({ uri: server.url, log: true }).run()).rejects.toMatchObject({ code: 'JOB_FAILED' })
  expect(server.runs).toMatchObject([{ info: { status: 'FAILED' }, tags: { 'ssm.failure': expect.any(String) as string } }])
  expect([...server.authorizations]).toEqual([`Basic ${Buffer.from('me:a-password-of-mine').toString('base64')}`])
  const warnings: string[] = []
  const onEvent = (event: RunEvent): void => void (event.type === 'warned' && warnings.push(event.message))
  const result = await taskOn('alone', 'http://127.0.0.1:9').run({ onEvent })
  expect(result.decision.kind).toBe('start')
  expect(warnings).toEqual([expect.stringMatching(/is not logged on http:\/\/127\.0\.0\.1:9: /) as string])
})

test('the server, the experiment and TensorBoard make no other run', async () => {
  await using server = await mlflowDouble()
  const plain = project('prices', { platform: account.client().platform, bucket: 'bucket' }).task('same').shell('true')
  await plain.run()
  const tracked = plain
    .mlflow({ trackingArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/mine' })
    .experiment({ name: 'prices' })
    .tensorboard()
  expect((await tracked.run()).decision.kind).toBe('skip')
  expect((await plain.mlflow({ uri: server.url, experiment: 'x' }).run()).decision.kind).toBe('skip')
})

test('each trial of a search is a run', async () => {
  await using server = await mlflowDouble()
  const search = taskOn('searched', server.url).variants([{ lr: 1 }, { lr: 2 }])
  await search.run()
  expect(new Set(server.runs.map(({ params }) => params['lr']))).toEqual(new Set(['1', '2']))
})
