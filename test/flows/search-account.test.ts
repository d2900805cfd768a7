import type { AccountClient } from '../support/mortal-platform.ts'
import { choice, project, range, type SearchEvent } from '@simple-sagemaker/core'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { searchAccount, type Course, type SearchAccount } from '../support/search-account.ts'
import { ownCache } from './flow.ts'

ownCache()

/** Nearer to 2 is better, and every step makes it better. */
const bowl: Course = ({ x }) => [1, 2, 3, 4].map((step) => (Number(x) - 2) ** 2 + 1 / step)

const taskOf = ({ platform }: AccountClient) =>
  project('ex', { platform, bucket: 'bucket' })
    .task('train')
    .shell('true')
    .metric('loss', /loss=([0-9.]+)/)

const wholeOf = (client: AccountClient) =>
  taskOf(client)
    .search({ x: range.int(0, 9) })
    .minimize('loss')

const triedIn = (account: SearchAccount): readonly string[] =>
  account.jobs.map(({ hyperparameters }) => hyperparameters['x'] ?? '')

test('a search gives its best trial, typed values, and every trial with its course', async () => {
  const account = searchAccount(bowl)
  const found = await taskOf(account.client())
    .search({ x: range.float(0, 4), optimizer: choice('adam', 'sgd') })
    .minimize('loss')
    .trials(30)
    .run()
  expect(Math.abs(found.best.hyperparameters.x - 2)).toBeLessThan(0.5)
  expect(['adam', 'sgd']).toContain(found.best.hyperparameters.optimizer)
  expect(found.trials).toHaveLength(30)
  expect(found.trials.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  expect(new Set(found.trials.map(({ task }) => task)).size).toBe(30)
  expect(found.trials.every(({ task }) => /^train-[0-9a-z]{10}$/.test(task))).toBe(true)
  expect(found.trials[0]?.course).toHaveLength(4)
  const best = found.trials.toSorted((one, other) => (one.value ?? 0) - (other.value ?? 0))[0]
  expect(found.best.job).toBe(best?.job)
  expect((await best?.result())?.job).toBe(best?.job)
  expect(account.mostAtOnce).toBeLessThanOrEqual(4)
})

test('maximize takes the largest value', async () => {
  const found = await taskOf(searchAccount(bowl).client())
    .search({ x: range.int(0, 9) })
    .maximize('loss')
    .trials(10)
    .run()
  expect(found.best.hyperparameters).toEqual({ x: 9 })
})

test.each(['bayes', 'grid', 'random'] as const)(
  'no values are tried twice, and a space that is used up ends the search: %s',
  async (by) => {
    const account = searchAccount(bowl)
    const found = await wholeOf(account.client()).by(by).trials(50).parallel(8).run()
    expect(triedIn(account).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(found.best.hyperparameters).toEqual({ x: 2 })
    expect(account.mostAtOnce).toBeLessThanOrEqual(8)
  },
)

test('the same seed chooses the same values, another one others', async () => {
  const valuesWith = async (seed: number): Promise<readonly unknown[]> => {
    const search = taskOf(searchAccount(bowl).client())
      .search({ x: range.float(0, 9) })
      .minimize('loss')
    return (await search.trials(15).parallel(1).seed(seed).run()).trials.map(({ hyperparameters }) => hyperparameters)
  }
  const [first, again, other] = await Promise.all([valuesWith(1), valuesWith(1), valuesWith(2)])
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test('a trial that falls behind is stopped, and is neither the best nor run again', async () => {
  const account = searchAccount(bowl)
  const search = wholeOf(account.client()).trials(10).parallel(2).stopEarly({ factor: 2 })
  const found = await search.run()
  const early = found.trials.filter(({ status }) => status === 'stopped-early')
  expect(early.length).toBeGreaterThan(2)
  expect(found.best.hyperparameters).toEqual({ x: 2 })
  for (const { job } of early) expect(account.states.get(job ?? '')?.status).toBe('stopped')
  const again = await search.run()
  expect(again.trials.map(({ status }) => status)).toEqual(found.trials.map(({ status }) => status))
  expect(account.jobs).toHaveLength(10)
})

test('more trials than before go on with those there are', async () => {
  const account = searchAccount(bowl)
  const first = await wholeOf(account.client()).trials(4).run()
  const more = await wholeOf(account.client()).trials(8).run()
  expect(more.trials.slice(0, 4).map(({ job }) => job)).toEqual(first.trials.map(({ job }) => job))
  expect(account.jobs).toHaveLength(8)
})

test('a trial that ended while nobody followed it has the course of its metric, too', async () => {
  const account = searchAccount(bowl)
  const first = await wholeOf(account.client()).trials(10).run()
  const other = await wholeOf(account.client()).seed(7).trials(10).run()
  expect(account.jobs).toHaveLength(10)
  const courses = (found: typeof first): object =>
    Object.fromEntries(found.trials.map(({ task, course }) => [task, course.map(({ step, value }) => [step, value])]))
  expect(other.trials.map(({ course }) => course.length)).toEqual(Array.from({ length: 10 }, () => 4))
  expect(courses(other)).toEqual(courses(first))
})

test('failed trials count as told: tolerated ones are left out, one more ends the search, and the next run tries them again', async () => {
  let isFixed = false
  const account = searchAccount((values) => (Number(values['x']) % 2 === 1 && !isFixed ? [1, 'fails'] : bowl(values)))
  const tolerant = await wholeOf(account.client()).tolerate(5).trials(10).run()
  expect(tolerant.trials.filter(({ status }) => status === 'failed')).toHaveLength(5)
  expect(tolerant.trials.find(({ status }) => status === 'failed')?.message).toContain('exit code 1')
  expect(tolerant.best.hyperparameters).toEqual({ x: 2 })
  const strict = wholeOf(account.client()).seed(7).trials(10).parallel(1)
  await expect(strict.run()).rejects.toMatchObject({
    code: 'SEARCH_FAILED',
    message: expect.stringContaining('1 of ') as string,
    hint: expect.stringContaining('.tolerate(') as string,
  })
  isFixed = true
  const mended = await strict.run()
  expect(mended.trials.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'completed'))
})

test('a trial that prints no value of the metric failed, and says so', async () => {
  const search = wholeOf(searchAccount(() => []).client()).trials(2)
  await expect(search.run()).rejects.toMatchObject({
    code: 'SEARCH_FAILED',
    message: expect.stringContaining('it completed without a value of loss') as string,
  })
})

test('a client that dies at any of its calls loses no trial and repeats none', { timeout: 60_000 }, async () => {
  const account = searchAccount(bowl)
  let deaths = 0
  for (let callsToLive = 8; ; callsToLive += 1) {
    const client = account.client(deaths < 10 ? callsToLive + deaths * 7 : undefined)
    const search = wholeOf(client).trials(10).parallel(3).stopEarly({ factor: 2 })
    const end = await Promise.race([search.run(), client.death])
    if (end === 'dead') {
      deaths += 1
      continue
    }
    expect(deaths).toBeGreaterThanOrEqual(5)
    expect(end.trials).toHaveLength(10)
    expect(end.best.hyperparameters).toEqual({ x: 2 })
    expect(end.trials.every(({ status }) => status === 'completed' || status === 'stopped-early')).toBe(true)
    break
  }
  expect(triedIn(account).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  expect([...account.states.values()].every(({ status }) => status === 'completed' || status === 'stopped')).toBe(true)
})

test('two clients that run the same search at once share its trials', async () => {
  const account = searchAccount(bowl)
  const [one, other] = await Promise.all([account.client(), account.client()].map((client) => wholeOf(client).trials(10).run()))
  expect(one?.best.hyperparameters).toEqual({ x: 2 })
  expect(other?.best.hyperparameters).toEqual({ x: 2 })
  expect(new Set(triedIn(account)).size).toBe(account.jobs.length)
})

test('variants by hand give the result of each, in the order of the list, and the best of them', async () => {
  const account = searchAccount(bowl)
  const variants = taskOf(account.client()).variants([{ x: 5 }, { x: 2 }, { x: 0 }])
  const { results } = await variants.run()
  expect(results.map(({ hyperparameters }) => hyperparameters)).toEqual([{ x: 5 }, { x: 2 }, { x: 0 }])
  expect(results.map(({ metrics }) => metrics.loss)).toEqual([9.25, 0.25, 4.25])
  const { best } = await variants.minimize('loss').run()
  expect(best.hyperparameters).toEqual({ x: 2 })
  expect(account.jobs).toHaveLength(3)
})

test('a stopped search keeps its best and its trials go on in the next run', async () => {
  const account = searchAccount((values) => [
    ...bowl(values),
    ...(Number(values['x']) === 7 ? Array.from({ length: 5_000 }, () => 50) : []),
  ])
  const search = wholeOf(account.client()).trials(10).parallel(2)
  await using run = await search.start()
  const ended: SearchEvent[] = []
  for await (const event of run.events()) {
    if (event.type === 'trial-ended') ended.push(event)
    if (ended.length === 3) break
  }
  await run.stop()
  const found = await run.result()
  expect(found.trials.length).toBeLessThan(10)
  expect(found.trials.some(({ status }) => status === 'completed')).toBe(true)
  const all = await wholeOf(account.client()).trials(10).parallel(4).run()
  expect(all.trials.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'completed'))
})

test('an abort ends the waiting; the trials go on and are found by the next run', async () => {
  const account = searchAccount(bowl)
  const leave = new AbortController()
  const search = wholeOf(account.client()).trials(10)
  const aborted = search.run({
    signal: leave.signal,
    onEvent: (event) => void (event.type === 'trial-ended' && leave.abort(new Error('enough'))),
  })
  await expect(aborted).rejects.toMatchObject({ code: 'RUN_ABORTED', hint: expect.stringContaining('again') as string })
  const found = await search.run()
  expect(found.trials).toHaveLength(10)
  expect(new Set(triedIn(account)).size).toBe(account.jobs.length)
})

test('everything that is wrong with a search is said at once, before anything starts', async () => {
  const account = searchAccount(bowl)
  const given = (value: unknown): never => value as never
  const search = taskOf(account.client()).search({
    a: range.float(1, given(1)),
    b: given('x'),
    c: given({ kind: 'choice', values: [] }),
    d: range.log(given(-1), given(1)),
  })
  await expect(search.minimize(given('los')).trials(given(0)).within(given('soon')).run()).rejects.toMatchObject({
    code: 'TASK_INVALID',
    problems: [
      { path: 'search.a', message: 'is an empty range' },
      { path: 'search.b', message: 'must be a range or a choice' },
      { path: 'search.c', message: 'has nothing to choose from' },
      { path: 'search.d' },
      { path: 'minimize', message: 'is no metric of the task, which has loss' },
      { path: 'trials' },
      { path: 'parallel' },
      { path: 'within' },
    ],
  })
  await expect(
    taskOf(account.client())
      .variants(given([{ x: 1 }, { x: 1 }]))
      .run(),
  ).rejects.toMatchObject({ code: 'TASK_INVALID' })
  expect(account.jobs).toEqual([])
})

test('the schema of the hyperparameters is asked for the ends of ranges and for each choice, before anything starts', async () => {
  const account = searchAccount(bowl)
  const { platform } = account.client()
  const schema = v.object({ x: v.pipe(v.number(), v.maxValue(5)), mode: v.picklist(['a', 'b']), needed: v.string() })
  const task = project('ex', { platform, bucket: 'bucket' })
    .task('train')
    .shell('true')
    .hyperparameterSchema(schema)
    .metric('loss', /loss=([0-9.]+)/)
    .hyperparameters({ needed: 'yes' })
  const search = task
    .search({ x: range.int(0, 9), mode: choice('a', 'b') })
    .minimize('loss')
    .trials(4)
  await expect(search.run()).rejects.toMatchObject({
    code: 'TASK_INVALID',
    problems: [{ path: 'search.x', value: 9, message: expect.stringContaining('refused by the schema') as string }],
  })
  expect(account.jobs).toEqual([])
  const fine = await task
    .search({ x: range.int(0, 5), mode: choice('a', 'b') })
    .minimize('loss')
    .trials(4)
    .run()
  expect(fine.trials).toHaveLength(4)
})
