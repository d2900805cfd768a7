import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { choice, project, range, type SearchEvent } from '@simple-sagemaker/core'
import { reportOf } from '@simple-sagemaker/core/report'
import { expect, test } from 'vitest'
import { sandbox } from '../system/sandbox.ts'
import { searchAccount } from '../support/search-account.ts'
import { tunerAccount } from '../support/tuner-account.ts'
import { ownCache } from './flow.ts'

ownCache()

const taskOn = (platform: ReturnType<typeof tunerAccount>['platform'], options: object = {}) =>
  project('ex', { platform, bucket: 'bucket', ...options })
    .task('train')
    .shell('true')
    .hyperparameters({ fixed: 'a b' })
    .metric('loss', /loss=([0-9.]+)/)

const searchOn = (account: ReturnType<typeof tunerAccount>) =>
  taskOn(account.platform)
    .search({
      lr: range.log(1e-5, 1e-1),
      layers: range.int(1, 4),
      drop: range.float(0, 0.5),
      optimizer: choice('adam', 'sgd'),
      nesterov: choice(true, false),
    })
    .minimize('loss')
    .trials(4)
    .parallel(2)
    .on('sagemaker')

test('a search on the tuner of SageMaker sends one tuning job and gives typed trials and the best of them', async () => {
  const account = tunerAccount()
  const events: SearchEvent[] = []
  const found = await searchOn(account)
    .stopEarly()
    .within('6 hours')
    .seed(7)
    .run({ onEvent: (event) => events.push(event) })
  expect(account.requests).toHaveLength(1)
  const [request] = account.requests
  expect(request?.HyperParameterTuningJobName).toMatch(/^train-[0-9a-z]{10}$/)
  expect(request?.HyperParameterTuningJobConfig).toEqual({
    Strategy: 'Bayesian',
    HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'loss' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2, MaxRuntimeInSeconds: 21_600 },
    ParameterRanges: {
      IntegerParameterRanges: [{ Name: 'layers', MinValue: '1', MaxValue: '4', ScalingType: 'Linear' }],
      ContinuousParameterRanges: [
        { Name: 'lr', MinValue: '0.00001', MaxValue: '0.1', ScalingType: 'Logarithmic' },
        { Name: 'drop', MinValue: '0', MaxValue: '0.5', ScalingType: 'Linear' },
      ],
      CategoricalParameterRanges: [
        { Name: 'optimizer', Values: ['"adam"', '"sgd"'] },
        { Name: 'nesterov', Values: ['true', 'false'] },
      ],
    },
    TrainingJobEarlyStoppingType: 'Auto',
    RandomSeed: 7,
  })
  const { TrainingJobDefinition: definition } = request ?? {}
  expect(definition).toMatchObject({
    AlgorithmSpecification: { MetricDefinitions: [{ Name: 'loss', Regex: 'loss=([0-9.]+)' }] },
    StaticHyperParameters: { fixed: 'a b' },
    EnableManagedSpotTraining: true,
    CheckpointConfig: { LocalPath: '/opt/ml/checkpoints' },
    Environment: {
      SAGEMAKER_TRAINING_MODULE: 'ssm_tuned:main',
      PYTHONPATH: '/opt/ml/input/data/code',
      SSM_TUNED_PINS: expect.stringMatching(/^([0-9a-f]{64} ?){4}$/) as string,
    },
  })
  expect(
    found.trials.map(({ status, hyperparameters }) => [status, hyperparameters.optimizer, hyperparameters.nesterov]),
  ).toEqual([
    ['completed', 'adam', true],
    ['completed', 'sgd', false],
    ['completed', 'adam', true],
    ['completed', 'sgd', false],
  ])
  expect(found.best.hyperparameters).toMatchObject({ lr: 0.01, layers: 1, optimizer: 'adam' })
  expect(found.best.metrics.loss).toBe(1)
  expect(found.best.outputs.model.uri).toBe(
    `s3://bucket/ex/${request?.HyperParameterTuningJobName}/${found.best.job}/output/model.tar.gz`,
  )
  expect(events.filter(({ type }) => type === 'trial-ended')).toHaveLength(4)
})

test('the same search joins its tuning job, takes one that completed, and makes a larger one go on from it', async () => {
  const account = tunerAccount()
  const leave = new AbortController()
  const onEvent = (event: SearchEvent): void => void (event.type === 'trial-ended' && leave.abort(new Error('enough')))
  await expect(searchOn(account).run({ signal: leave.signal, onEvent })).rejects.toMatchObject({ code: 'RUN_ABORTED' })
  const joined = await searchOn(account).run()
  const again = await searchOn(account).run()
  expect(account.requests).toHaveLength(1)
  expect(again.trials.map(({ job }) => job)).toEqual(joined.trials.map(({ job }) => job))
  const more = await searchOn(account).trials(6).run()
  expect(more.trials).toHaveLength(6)
  const name = account.requests[0]?.HyperParameterTuningJobName
  expect(account.requests[1]).toMatchObject({
    HyperParameterTuningJobName: `${name}-2`,
    HyperParameterTuningJobConfig: { ResourceLimits: { MaxNumberOfTrainingJobs: 2 }, RandomSeed: 1 },
    WarmStartConfig: {
      ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: name }],
      WarmStartType: 'IdenticalDataAndAlgorithm',
    },
  })
})

test('a failed trial counts as told, and one more stops the tuning job', async () => {
  const tolerant = tunerAccount({ fails: [2] })
  const found = await searchOn(tolerant).tolerate(1).run()
  expect(found.trials.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed', 'completed'])
  const strict = tunerAccount({ fails: [1] })
  await expect(searchOn(strict).run()).rejects.toMatchObject({ code: 'SEARCH_FAILED' })
  expect(strict.stopped).toHaveLength(1)
})

test('stop() stops the tuning job, and the next run starts another one for the rest', async () => {
  const account = tunerAccount({ holdsAfter: 2 })
  await using search = await searchOn(account).start()
  for await (const event of search.events()) if (event.type === 'trial-ended' && event.trial === 2) break
  await search.stop()
  const found = await search.result()
  expect(found.trials.map(({ status }) => status)).toEqual(['completed', 'completed'])
  const all = await searchOn(account).run()
  expect(all.trials.filter(({ status }) => status === 'completed')).toHaveLength(4)
  expect(account.requests).toHaveLength(2)
})

test('what the tuner cannot do is refused before anything is sent, each with its reason', async () => {
  const account = tunerAccount()
  const own = taskOn(account.platform)
    .image('111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1')
    .retry({ attempts: 2, on: ['interruption'] })
  const search = own
    .search({ x: range.int(0, 9) })
    .minimize('loss')
    .on('sagemaker')
  const failure: unknown = await search
    .by('grid')
    .run()
    .catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ code: 'TASK_INVALID' })
  expect(String(failure)).toMatch(/needs an image.*retry.*takes choices only/s)
  await expect(
    taskOn(account.platform, { budget: { usd: 5 } })
      .search({ x: range.int(0, 9) })
      .minimize('loss')
      .on('sagemaker')
      .run(),
  ).rejects.toMatchObject({ code: 'PLATFORM_UNSUPPORTED', message: expect.stringContaining('budget') as string })
  const { platform } = searchAccount(() => [1]).client()
  await expect(
    taskOn(platform)
      .search({ x: range.int(0, 9) })
      .minimize('loss')
      .on('sagemaker')
      .run(),
  ).rejects.toMatchObject({ code: 'PLATFORM_UNSUPPORTED', message: expect.stringContaining('no tuner') as string })
  expect(account.requests).toEqual([])
})

test('the same search of another task, project or bucket has a tuning job of its own', async () => {
  const account = tunerAccount()
  const run = async (task: string, options: object = {}): Promise<void> => {
    const search = taskOn(account.platform, options)
      .named(task)
      .search({ lr: range.log(1e-5, 1e-1) })
    await search.minimize('loss').trials(1).parallel(1).on('sagemaker').run()
  }
  const long = 'a-task-with-a-long-name'
  await run(`${long}-1`)
  await run(`${long}-2`)
  await run(`${long}-1`, { bucket: 'other' })
  await run(`${long}-1`, { prefix: 'mine' })
  await run(`${long}-1`)
  const names = account.requests.map(({ HyperParameterTuningJobName }) => HyperParameterTuningJobName ?? '')
  expect(new Set(names).size).toBe(4)
  for (const name of names) expect(name.length).toBeLessThanOrEqual(29)
})

test('while a trial of the tuner runs, its log and the values of its metric are told, and the trial has them', async () => {
  const account = tunerAccount({ course: ({ optimizer }) => (optimizer === '"adam"' ? [9, 4, 1] : [9, 7]) })
  const courses: string[] = []
  const events: SearchEvent[] = []
  const search = await searchOn(account).trials(2).parallel(1).start()
  for await (const event of search.events()) {
    events.push(event)
    const [trial] = search.trials()
    if (event.type === 'measured' && trial?.status === 'running') courses.push(trial.course.map(({ value }) => value).join(' '))
  }
  const found = await search.result()
  expect(courses.length).toBeGreaterThan(0)
  expect(found.trials.map(({ course, value }) => [course.map((point) => point.value), value])).toEqual([
    [[9, 4, 1], 1],
    [[9, 7], 7],
  ])
  expect(events.filter(({ type }) => type === 'logged')).toHaveLength(5)
  const task = account.requests[0]?.HyperParameterTuningJobName
  expect(new Set(events.flatMap((event) => (event.type === 'measured' ? [event.task] : [])))).toEqual(new Set([task]))
  expect((await found.best.series('loss')).map(({ value }) => value)).toEqual([9, 4, 1])
})

test('a trial of the tuner that fails while it runs is a failed one with its reason', async () => {
  const account = tunerAccount({ course: () => [3, 'fails'] })
  const failure: unknown = await searchOn(account)
    .parallel(1)
    .run()
    .catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ code: 'SEARCH_FAILED', trials: [{ status: 'failed', course: [{ value: 3 }] }] })
})

test('the report of a search on the tuner shows its trials, and that of its project does not show them as a task of their own', async () => {
  await using place = sandbox()
  const account = tunerAccount()
  const found = await searchOn(account).run()
  const file = join(place.folder, 'search.html')
  await found.report(file)
  const page = readFileSync(file, 'utf8')
  for (const { job = '' } of found.trials) expect(page).toContain(job)
  const { platform } = account
  const document = await reportOf({ platform, project: 'ex', bucket: 'bucket' })
  expect(document.searches.map(({ task, trials, best }) => [task, trials.length, best])).toEqual([['train', 4, 1]])
  expect(document.jobs.map(({ state }) => state.name)).toEqual([found.best.job])
})
