import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOfRun, runWith } from '../../../../test/support/account-runs.ts'
import {
  accountOf,
  askedFor,
  chainsOf,
  expectedJobs,
  expectNothingTwice,
  maxRunSeconds,
  named,
  specWith,
  type Choice,
} from '../../../../test/support/fallback-policy.ts'
import { scriptedEnds as ends, type EndName as End } from '../../../../test/support/spot-account.ts'
import type { RunEvent } from '../events/run-event.ts'
import type { RetrySpec } from '../spec/result.ts'

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-fallback-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = folder))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const hour = 3_600
const three = { types: ['a', 'b', 'c'], spotWait: { seconds: 3 * hour, fallback: 'on-demand' } } as const satisfies Choice

test('spot types are tried in order, each for its share of the wait, and on-demand machines after them', async () => {
  const account = accountOf(['waits', 'refused', 'waits', 'completed'])
  const events: RunEvent[] = []
  const result = await runWith(account.client(), specWith(three), (event) => events.push(event))
  if (typeof result === 'string') throw new Error(`The run ended: ${result}`)
  expect(askedFor(account)).toEqual(['a spot', 'b spot', 'c spot', 'a or b or c on demand'])
  // The second type was refused after 15 minutes: the third has what is left of three hours.
  expect(result.attempts.map(({ seconds }) => seconds)).toEqual([hour, 900, 2 * hour - 900, 720])
  expect(result.attempts.map(({ number, of, cause, reason, machines }) => [number, of, cause, reason, machines])).toEqual([
    [1, 4, 'capacity', 'no spot machines: waited for 1 h', { instanceTypes: ['a'], spot: true }],
    [2, 4, 'capacity', 'CapacityError: no machines', { instanceTypes: ['b'], spot: true }],
    [3, 4, 'capacity', 'no spot machines: waited for 1 h 45 min', { instanceTypes: ['c'], spot: true }],
    [4, 4, undefined, undefined, { instanceTypes: ['a', 'b', 'c'], spot: false }],
  ])
  const retried = events.flatMap((event) => (event.type === 'retried' ? [event] : []))
  expect(retried.map(({ because, pauseSeconds }) => [because, pauseSeconds])).toEqual([
    ['attempt 1 of 4 ended: there were no spot machines of type a for 1 h', 0],
    ['attempt 2 of 4 ended: there were no machines', 0],
    ['attempt 3 of 4 ended: there were no spot machines of type c for 1 h 45 min', 0],
  ])
  expect(retried.at(-1)?.machines).toEqual({ instanceTypes: ['a', 'b', 'c'], spot: false })
})

test('attempts share the time to run, and those on spot the time to wait', async () => {
  const account = accountOf(['waits', 'taken away', 'completed'])
  await runWith(account.client(), specWith({ ...three, types: ['a', 'b'] }))
  expect(askedFor(account)).toEqual(['a spot', 'b spot', 'a or b on demand'])
  const limits = account.started.map((job) => [job.maxRunSeconds, job.maxWaitSeconds])
  const waitedForFirst = 1.5 * hour
  expect(limits).toEqual([
    [maxRunSeconds, maxRunSeconds + 3 * hour],
    [maxRunSeconds, maxRunSeconds + 3 * hour - waitedForFirst],
    // The second ran for ten minutes; on demand nothing waits.
    [maxRunSeconds - 600, undefined],
  ])
})

test('without on-demand machines a run ends when all types were waited for, and says what would help', async () => {
  const account = accountOf(['waits'])
  const { error } = await endOfRun(account.client(), specWith({ types: ['a', 'b'], spotWait: { seconds: 2 * hour } }))
  expect(askedFor(account)).toEqual(['a spot', 'b spot'])
  expect(error).toMatchObject({ code: 'PLATFORM_CAPACITY' })
  expect(String((error as Error).message)).toMatch(/no spot machines for job train-.*: its wait was ended after 1 h/)
})

test('a job that runs when its wait would be over is left alone', async () => {
  const account = accountOf(['exit 1'])
  await runWith(account.client(), specWith({ types: ['a'], spotWait: { seconds: 121, fallback: 'on-demand' } }))
  expect(account.started.map((job) => account.stateOf(job)?.status)).toEqual(['failed'])
})

test('the error of the last attempt says which one it was, and that no other follows', async () => {
  const retry = { attempts: 2, on: ['exit 75'], pauseSeconds: 60 } as const
  const spotWait = { seconds: 2 * hour }
  const hintOf = async (script: readonly End[], choice: Choice): Promise<string> => {
    const { error } = await endOfRun(accountOf(script).client(), specWith(choice))
    return error instanceof Error && 'hint' in error ? String(error.hint) : 'no hint'
  }
  expect(await hintOf(['exit 75'], { types: ['a'], spotWait, retry })).toContain('It was attempt 2 of 2. Read the whole log')
  expect(await hintOf(['exit 1'], { types: ['a'], spotWait, retry })).toContain(
    'It was attempt 1 of 2, and no other follows after this end. Read',
  )
  expect(await hintOf(['exit 1'], { types: ['a'], spotWait })).toMatch(/^Read the whole log/)
})

test('a stop by a person ends the run, whatever could follow', async () => {
  const account = accountOf(['waits'])
  const client = account.client()
  const stopping = async (event: RunEvent): Promise<void> => {
    if (event.type === 'submitted') await account.stop(event.job)
  }
  const { error } = await endOfRun(client, specWith(three), (event) => void stopping(event))
  expect(error).toMatchObject({ code: 'JOB_STOPPED' })
  expect(account.started).toHaveLength(1)
})

test('a later client goes on with the wait of one that died, whenever that was', async () => {
  for (let life = 0; life < 60; life += 4) {
    const account = accountOf(['waits', 'completed'])
    const outcome = await runWith(account.client(life), specWith(three))
    await account.client().clock.sleep(0.5 * hour * 1_000)
    const result = await runWith(account.client(), specWith(three))
    if (typeof result === 'string') throw new Error(`The run ended: ${result}`)
    expect(askedFor(account)).toEqual(['a spot', 'b spot'])
    expect(result.attempts.map(({ cause }) => cause)).toEqual(['capacity', undefined])
    if (outcome !== 'dead') return
  }
  expect.unreachable('every client was killed')
})

const choices: fc.Arbitrary<Choice> = fc
  .record({
    types: fc.constantFrom<Choice['types']>(['a'], ['a', 'b'], ['a', 'b', 'c']),
    isFallback: fc.boolean(),
    retry: fc.option(
      fc.record({
        attempts: fc.integer({ min: 2, max: 3 }),
        on: fc.subarray<RetrySpec['on'][number]>(['capacity', 'interruption', 'exit 75'], { minLength: 1 }),
        pauseSeconds: fc.constant(60),
      }),
      { nil: undefined },
    ),
  })
  .map(({ types, isFallback, retry }) => ({
    types,
    spotWait: { seconds: 3 * hour, ...(isFallback ? { fallback: 'on-demand' as const } : {}) },
    ...(retry === undefined ? {} : { retry }),
  }))
const scripts = fc.array(fc.constantFrom(...(Object.keys(ends) as End[]), 'waits' as const, 'refused' as const), {
  minLength: 12,
  maxLength: 12,
})

test('whatever the ends, the machines of each job are those that the policy says', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, choices, async (script, choice) => {
      const account = accountOf(script)
      await runWith(account.client(), specWith(choice))
      expect(askedFor(account)).toEqual(expectedJobs(script, choice).map(named))
      expectNothingTwice(account)
    }),
    { numRuns: 25 },
  )
})

test('whenever clients are killed, the next one goes on where they were, and nothing runs twice', async () => {
  const lives = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(scripts, choices, lives, async (script, choice, killed) => {
      const account = accountOf(script)
      for (const life of killed) await runWith(account.client(life), specWith(choice))
      const result = await runWith(account.client(), specWith(choice))
      expect(result).not.toBe('dead')
      expectNothingTwice(account)
      const runs = chainsOf(account)
      // What a dead client left is gone on with; what ended for good is begun anew.
      for (const { jobs, script: part } of runs.map((run) => ({ jobs: run, script: script.slice(run.from) })))
        expect(jobs.machines).toEqual(expectedJobs(part, choice).map(named).slice(0, jobs.machines.length))
    }),
    { numRuns: 12 },
  )
})

test('of clients that come at once each job is started by one', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, choices, async (script, choice) => {
      const account = accountOf(script)
      const results = await Promise.all([1, 2, 3].map(() => runWith(account.client(), specWith(choice))))
      expect(results).not.toContain('dead')
      expectNothingTwice(account)
    }),
    { numRuns: 5 },
  )
})
