import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { choice, project, range, type RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { openRunner } from '../../packages/core/src/run/open-runner.ts'
import { startSearch } from '../../packages/core/src/search/index.ts'
import type { SearchPlan } from '../../packages/core/src/search/plan.ts'
import type { TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import { searchAccount, type SearchAccount, type TriedJob } from '../support/search-account.ts'
import { scriptedEnds, spotAccount, type EndName } from '../support/spot-account.ts'
import { taskOf } from '../support/tasks.ts'
import { ownCache, sandbox, timeout } from './flow.ts'

ownCache()

const projectOn = (account: SearchAccount) => project('ex', { platform: account.client().platform, bucket: 'bucket' })
const trainOn = (account: SearchAccount) =>
  projectOn(account)
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)
type Train = ReturnType<typeof trainOn>

/** The request of a job and the settings of its launcher, as they would be of any job of any task: without these names. */
function anonymous({ name, request }: TriedJob, { objects }: SearchAccount): object {
  const [, settings] = [...objects.bytes].find(([uri]) => uri.includes(`/${name}/`) && uri.endsWith('/launch.settings')) ?? []
  const text = JSON.stringify({ request, settings: settings?.toString() })
  const task = name.replace(/(-\d+){6}-[a-zA-Z0-9]{8}$/, '')
  const digest = createHash('sha256')
    .update(settings ?? '')
    .digest('hex')
  return JSON.parse(text.replaceAll(name, 'JOB').replaceAll(task, 'TASK').replaceAll(digest, 'SETTINGS')) as object
}

const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1'
/** What a task may have, and where it is seen in the request. */
const abilities: readonly (readonly [what: string, given: (task: Train, folder: string) => object, seen: object])[] = [
  ['an image', (task) => task.image(image), { AlgorithmSpecification: { TrainingImage: 'image:1' } }],
  [
    'machines',
    (task) => task.instances('ml.p3.2xlarge', 2),
    { ResourceConfig: { InstanceType: 'ml.p3.2xlarge', InstanceCount: 2 } },
  ],
  [
    'several types of machines',
    (task) => task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2).onDemand(),
    { ResourceConfig: {} },
  ],
  [
    'a group of machines',
    (task) => task.instances('ml.p3.2xlarge', 2).distribution('torchrun'),
    { EnableManagedSpotTraining: true },
  ],
  ['spot', (task) => task.spot().maxRun('1 hour').maxWait('2 hours'), { StoppingCondition: { MaxWaitTimeInSeconds: 7_200 } }],
  ['on demand', (task) => task.onDemand().maxRun('1 hour'), { StoppingCondition: { MaxRuntimeInSeconds: 3_600 } }],
  ['warm machines', (task) => task.onDemand().warm('10 minutes'), { ResourceConfig: { KeepAlivePeriodInSeconds: 600 } }],
  ['its environment', (task) => task.env({ LEVEL: 'debug' }), { Environment: { LEVEL: 'debug' } }],
  ['arguments', (task) => task.args('--raw', 'a b'), {}],
  ['tags', (task) => task.tag('team', 'vision'), { Tags: expect.arrayContaining([{ Key: 'team', Value: 'vision' }]) as object }],
  ['retries', (task) => task.retry({ attempts: 3, on: ['exit 75'] }), {}],
  ['other hyperparameters', (task) => task.hyperparameters({ layers: 3 }), { HyperParameters: { layers: '3' } }],
  [
    'tracking',
    (task) => task.tensorboard().mlflow({ uri: 'http://127.0.0.1:1' }),
    { Environment: { MLFLOW_TRACKING_URI: 'http://127.0.0.1:1' } },
  ],
  ['an experiment', (task) => task.experiment({ name: 'prices' }), { ExperimentConfig: { ExperimentName: 'prices' } }],
  [
    'its own edit of the request',
    (task) => task.request((request) => ({ ...request, EnableNetworkIsolation: true })),
    { EnableNetworkIsolation: true },
  ],
  [
    'a folder of this computer',
    (task, folder) => task.input.local(folder),
    { InputDataConfig: expect.arrayContaining([expect.objectContaining({ ChannelName: 'data' })]) as object },
  ],
  [
    'an S3 prefix',
    (task) => task.input.s3('s3://bucket/words/', { channel: 'words' }),
    { InputDataConfig: expect.arrayContaining([expect.objectContaining({ ChannelName: 'words' })]) as object },
  ],
]

test.each(abilities)('a trial has %s as its task has', { timeout }, async (_, given, seen) => {
  await using place = sandbox()
  const folder = join(place.folder, 'data')
  mkdirSync(folder)
  writeFileSync(join(folder, 'words.txt'), 'words')
  const account = searchAccount(() => [1])
  account.objects.bytes.set('s3://bucket/words/a.txt', Buffer.from('a'))
  const task = given(trainOn(account), folder) as Train
  const found = await task
    .search({ x: choice(1) })
    .minimize('loss')
    .trials(1)
    .parallel(1)
    .run()
  await task.named('twin').hyperparameters({ x: 1 }).run()
  const [trial, twin] = account.jobs
  expect(trial?.name).toBe(found.best.job)
  expect(trial?.request).toMatchObject(seen)
  expect(anonymous(trial as TriedJob, account)).toEqual(anonymous(twin as TriedJob, account))
  expect(JSON.stringify(anonymous(trial as TriedJob, account))).toContain('SETTINGS')
})

test('a task that trials read by value runs once, before the first of them, and each reads its output', { timeout }, async () => {
  const account = searchAccount(() => [1])
  const ex = projectOn(account)
  const prep = ex.task('prep').shell('true')
  const train = ex
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)
    .input.from(prep.output('model'), { channel: 'words' })
  const search = train
    .search({ x: range.int(0, 9) })
    .minimize('loss')
    .trials(5)
    .parallel(3)
  await search.run()
  await search.trials(6).run()
  const [first, ...trials] = account.jobs
  expect(first?.name).toMatch(/^prep-/)
  expect(trials.map(({ name }) => name.slice(0, 6))).toEqual(Array.from({ length: 6 }, () => 'train-'))
  for (const { request } of trials)
    expect(JSON.stringify(request.InputDataConfig)).toContain(`/prep/${first?.name}/output/model.tar.gz`)
})

/** A task with two types of spot machines and then on demand, and three attempts. */
const dear: TaskSpec = {
  ...taskOf('train'),
  instanceType: 'ml.g5.xlarge',
  fallbackTypes: ['ml.g4dn.xlarge'],
  spot: true,
  spotWait: { seconds: 2 * 3_600, fallback: 'on-demand' },
  retry: { attempts: 3, on: ['capacity', 'interruption', 'exit 75'], pauseSeconds: 60 },
  maxRunSeconds: 4 * 3_600,
  maxWaitSeconds: 6 * 3_600,
}

// How the jobs of one trial after the other end, and how many jobs each trial had.
test.each<readonly [what: string, script: readonly EndName[], jobs: readonly number[]]>([
  ['runs to its end', ['completed', 'completed'], [1, 1]],
  ['has an exit code that is tried again', ['exit 75', 'exit 75', 'completed', 'completed'], [3, 1]],
  ['is taken away', ['taken away', 'completed', 'exit 75', 'completed'], [2, 2]],
  ['finds no machines of its first type', ['refused', 'completed', 'completed'], [2, 1]],
])('a trial that %s goes on as any task does', { timeout }, async (_, script, jobs) => {
  let next = 0
  const account = spotAccount(({ name }) => {
    account.objects.bytes.set(`s3://bucket/ex/train/${name}/output/model.tar.gz`, Buffer.alloc(1))
    return scriptedEnds[script[next++] ?? 'completed']
  })
  const { platform, clock } = account.client()
  const runner = openRunner({ forTask: async () => platform }, clock)
  const list = [{ x: 1 }, { x: 2 }]
  const plan: SearchPlan = { task: dear, over: { kind: 'list', list }, trials: 2, parallel: 1, tolerate: 0, seed: 0, by: 'bayes' }
  const events: RunEvent[] = []
  const onEvent = (event: object): number => events.push(event as RunEvent)
  const found = await startSearch(plan, { runner, clock, caller: (error) => error }, { onEvent }).result()
  expect(found.trials.map(({ status }) => status)).toEqual(['completed', 'completed'])
  const tasks = found.trials.map(({ task }) => account.started.filter(({ name }) => name.startsWith(`${task}-`)))
  expect(tasks.map(({ length }) => length)).toEqual(jobs)
  expect(found.trials.map(({ job }) => job)).toEqual(tasks.map((started) => started.at(-1)?.name))
  expect(account.mostAtOnce).toBe(1)
})
