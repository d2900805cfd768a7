import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOfRun, recordsOf, runWith } from '../../../../test/support/account-runs.ts'
import { spotAccount, type SpotAccount, type ScriptedEnd } from '../../../../test/support/spot-account.ts'
import { taskOf } from '../../../../test/support/tasks.ts'
import type { RunEvent } from '../events/run-event.ts'
import { placementsOf, type Placement } from '../spec/machines/placements.ts'
import type { SpotWait } from '../spec/task-spec.ts'
import type { RetrySpec } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-fallback-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = folder))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const hour = 3_600
const time = { waitSeconds: 120, runSeconds: 600 }
const ends = {
  completed: { status: 'completed', phase: 'Completed', ...time },
  // No machines ever come.
  waits: { status: 'stopped', phase: 'Stopped', waitSeconds: Number.POSITIVE_INFINITY, runSeconds: 0 },
  // SageMaker says so itself.
  refused: { status: 'failed', phase: 'Failed', reason: 'CapacityError: no machines', waitSeconds: 900, runSeconds: 0 },
  'taken away': { status: 'stopped', phase: 'Stopped', ...time, isTakenAway: true },
  'exit 75': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 75 on algo-1', ...time },
  'exit 1': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 1 on algo-1', ...time },
} as const satisfies Record<string, ScriptedEnd>
type End = keyof typeof ends

interface Choice {
  readonly types: readonly [string, ...string[]]
  readonly spotWait: SpotWait
  readonly retry?: RetrySpec
}

const maxRunSeconds = 10 * hour
function specWith({ types: [instanceType, ...fallbackTypes], spotWait, retry }: Choice): TaskSpec {
  const more = { ...(fallbackTypes.length === 0 ? {} : { fallbackTypes }), ...(retry === undefined ? {} : { retry }) }
  const maxWaitSeconds = maxRunSeconds + spotWait.seconds
  return { ...taskOf('train'), instanceType, ...more, spot: true, spotWait, maxRunSeconds, maxWaitSeconds }
}

/** On demand nobody waits for ever, and nothing is taken away. */
const accountOf = (script: readonly End[]): SpotAccount => {
  let count = 0
  return spotAccount(({ isSpot }) => {
    const end = script[count] ?? script.at(-1) ?? 'completed'
    count += 1
    return ends[isSpot || !['waits', 'taken away'].includes(end) ? end : 'completed']
  })
}

const askedFor = ({ started }: SpotAccount): readonly string[] =>
  started.map(({ instanceTypes, isSpot }) => `${instanceTypes.join(' or ')} ${isSpot ? 'spot' : 'on demand'}`)

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

/** What a run must do, worked out anew: the machines of each job. */
function expectedJobs(script: readonly End[], choice: Choice): readonly Placement[] {
  const placements = placementsOf(specWith(choice))
  const { attempts = 1, on = [] } = choice.retry ?? {}
  const jobs: Placement[] = []
  let [index, tries, waited] = [0, 1, 0]
  for (const scripted of script) {
    const placement = placements[index] as Placement
    jobs.push(placement)
    const end = !placement.spot && ['waits', 'taken away'].includes(scripted) ? 'completed' : scripted
    if (end === 'completed' || end === 'exit 1') return jobs
    const share = Math.floor(
      (choice.spotWait.seconds - waited) / placements.filter((each, at) => each.spot && at >= index).length,
    )
    // A wait that ends before machines come, or before SageMaker says that there are none.
    const isWait = placement.spot && (end === 'waits' || end === 'taken away' || (end === 'refused' && share < 900))
    if (placement.spot) waited += isWait ? share : ends[end].waitSeconds
    const isOver = choice.spotWait.seconds - waited < 60
    const isAboutMachines = end !== 'exit 75'
    const next = placements.findIndex((each, at) => at > index && !(each.spot && isOver))
    if (isAboutMachines && next >= 0) {
      index = next
      continue
    }
    const cause = end === 'exit 75' ? end : end === 'taken away' ? 'interruption' : 'capacity'
    if (!on.includes(cause) || tries >= attempts || (placement.spot && isOver)) return jobs
    tries += 1
    if (cause === 'capacity' && placement.spot) index = 0
  }
  return jobs
}

const named = ({ instanceTypes, spot }: Placement): string => `${instanceTypes.join(' or ')} ${spot ? 'spot' : 'on demand'}`

/** What must hold of the jobs of an account, however many clients died over it: each is the one that follows from the one before. */
function expectNothingTwice(account: SpotAccount): void {
  expect(account.mostAtOnce).toBeLessThanOrEqual(1)
  const numbers = recordsOf(account).map(({ attempt }) => attempt?.number ?? 0)
  for (const [index, number] of numbers.entries()) expect([1, (numbers[index - 1] ?? 0) + 1]).toContain(number)
}

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

/** The jobs of an account, parted where counting began anew. */
function chainsOf(account: SpotAccount): readonly { readonly from: number; readonly machines: readonly string[] }[] {
  const numbers = recordsOf(account).map(({ attempt }) => attempt?.number ?? 0)
  const asked = askedFor(account)
  const starts = numbers.flatMap((number, index) => (number === 1 ? [index] : []))
  return starts.map((from, index) => ({ from, machines: asked.slice(from, starts[index + 1]) }))
}

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
