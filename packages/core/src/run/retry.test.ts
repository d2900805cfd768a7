import type { AccountClient } from '../../../../test/support/mortal-platform.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { capacityAccount, type CapacityAccount, type ScriptedEnd } from '../../../../test/support/capacity-account.ts'
import { taskOf } from '../../../../test/support/tasks.ts'
import type { RunEvent } from '../events/run-event.ts'
import type { JobRecord, RetryCause, RetrySpec } from '../spec/result.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { openRunner } from './open-runner.ts'
import type { TaskResult } from './results/task-result.ts'

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-retry-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = folder))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const time = { waitSeconds: 60, runSeconds: 600 }
const ends = {
  completed: { status: 'completed', phase: 'Completed', ...time },
  capacity: { status: 'failed', phase: 'Failed', reason: 'CapacityError: no machines', waitSeconds: 900, runSeconds: 0 },
  internal: { status: 'failed', phase: 'Failed', reason: 'InternalServerError: try again', ...time },
  'exit 75': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 75 on algo-1', ...time },
  'exit 1': { status: 'failed', phase: 'Failed', reason: 'AlgorithmError: exit code 1 on algo-1', ...time },
  stopped: { status: 'stopped', phase: 'Stopped', ...time },
  'time limit': { status: 'stopped', phase: 'MaxRuntimeExceeded', ...time },
} as const satisfies Record<string, ScriptedEnd>
type End = keyof typeof ends

const maxRunSeconds = 3_600
const specWith = (retry: RetrySpec | undefined): TaskSpec => {
  const { maxWaitSeconds: _, ...task } = taskOf('train')
  return { ...task, spot: false, maxRunSeconds, ...(retry === undefined ? {} : { retry }) }
}
const accountOf = (script: readonly End[]): CapacityAccount => capacityAccount(script.map((end) => ends[end]))

/** Runs the task; what became of it, or that the client died. */
async function runWith(
  client: AccountClient,
  spec: TaskSpec,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<TaskResult | 'failed' | 'dead'> {
  const runner = openRunner({ forTask: async () => client.platform }, client.clock)
  const run = runner.run(spec, { onEvent }, (error) => error).catch(() => 'failed' as const)
  return Promise.race([run, client.death])
}

function recordsOf({ started, objects }: CapacityAccount): readonly JobRecord[] {
  return started.map(({ name }) => {
    const [, bytes] = [...objects.bytes].find(([uri]) => uri.endsWith(`/${name}/task.json`)) ?? []
    return JSON.parse(bytes?.toString() ?? '{}') as JobRecord
  })
}

const policy: RetrySpec = { attempts: 4, on: ['capacity', 'internal', 'exit 75'], pauseSeconds: 60 }

test('a run is tried again after the ends that its policy names, and says what became of each attempt', async () => {
  const account = accountOf(['capacity', 'internal', 'exit 75', 'completed'])
  const events: RunEvent[] = []
  const result = await runWith(account.client(), specWith(policy), (event) => events.push(event))
  if (typeof result === 'string') throw new Error(`The run ended: ${result}`)
  expect(result.attempts.map(({ number, of, status, cause }) => [number, of, status, cause])).toEqual([
    [1, 4, 'failed', 'capacity'],
    [2, 4, 'failed', 'internal'],
    [3, 4, 'failed', 'exit 75'],
    [4, 4, 'completed', undefined],
  ])
  expect(result.attempts.map(({ job }) => job)).toEqual(account.started.map(({ name }) => name))
  expect(result.attempts[0]).toMatchObject({ reason: 'CapacityError: no machines', seconds: 900 })
  expect(
    events.flatMap((event) => (event.type === 'retried' ? [[event.because, event.attempt, event.pauseSeconds]] : [])),
  ).toEqual([
    ['attempt 1 of 4 ended: there were no machines', { number: 2, of: 4 }, 60],
    ['attempt 2 of 4 ended: SageMaker had an internal error', { number: 3, of: 4 }, 60],
    ['attempt 3 of 4 ended: exit 75', { number: 4, of: 4 }, 60],
  ])
})

test('a later run that is skipped knows the attempts too', async () => {
  const account = accountOf(['capacity', 'completed'])
  await runWith(account.client(), specWith(policy))
  const again = await runWith(account.client(), specWith(policy))
  if (typeof again === 'string') throw new Error(`The run ended: ${again}`)
  expect(again.decision.kind).toBe('skip')
  expect(again.attempts.map(({ number, cause }) => [number, cause])).toEqual([
    [1, 'capacity'],
    [2, undefined],
  ])
})

test('all attempts together have the time that one has', async () => {
  const account = accountOf(['internal'])
  const patient = { ...policy, attempts: 30 }
  expect(await runWith(account.client(), specWith(patient))).toBe('failed')
  expect(account.started.map((job) => job.maxRunSeconds)).toEqual([3_600, 3_000, 2_400, 1_800, 1_200, 600])
})

test('what a policy does not name ends the run at once', async () => {
  for (const end of ['exit 1', 'stopped', 'time limit'] as const) {
    const account = accountOf([end])
    expect(await runWith(account.client(), specWith(policy))).toBe('failed')
    expect(account.started).toHaveLength(1)
  }
  const account = accountOf(['capacity'])
  expect(await runWith(account.client(), specWith(undefined))).toBe('failed')
  expect(account.started).toHaveLength(1)
})

test('a client that comes late takes the end of the attempts that another one made', async () => {
  const account = accountOf(['internal'])
  const [late, other] = [account.client(), account.client()]
  let isPaused = false
  const sleep: AccountClient['clock']['sleep'] = async (ms, signal) => {
    // While it pauses after the first attempt, another client makes all that are left.
    if (ms >= 60_000 && !isPaused) {
      isPaused = true
      await runWith(other, specWith(policy))
    }
    return late.clock.sleep(ms, signal)
  }
  expect(await runWith({ ...late, clock: { ...late.clock, sleep } }, specWith(policy))).toBe('failed')
  expect(recordsOf(account).map(({ attempt }) => attempt?.number)).toEqual([1, 2, 3, 4])
})

const retryable: readonly End[] = ['capacity', 'internal', 'exit 75']
const policies = fc.record({
  attempts: fc.integer({ min: 2, max: 4 }),
  on: fc.subarray(retryable as RetryCause[], { minLength: 1 }),
  pauseSeconds: fc.constant(60),
})
const scripts = fc.array(fc.constantFrom(...(Object.keys(ends) as End[]), ...retryable), { minLength: 9, maxLength: 9 })

/** Whether another attempt follows after this end. */
const goesOn = (end: End, number: number, { on, attempts }: RetrySpec, usedSeconds: number): boolean =>
  on.includes(end as RetryCause) && number < attempts && usedSeconds < maxRunSeconds

const endOf = (end: ScriptedEnd): End => (Object.keys(ends) as End[]).find((name) => ends[name] === end) ?? 'exit 1'

/** What must hold of the jobs of an account, however many clients died over it. */
function expectOneChainAtATime(account: CapacityAccount, retry: RetrySpec): void {
  expect(account.mostAtOnce).toBeLessThanOrEqual(1)
  const records = recordsOf(account)
  let used = 0
  for (const [index, { end, maxRunSeconds: limit }] of account.started.entries()) {
    const number = records[index]?.attempt?.number ?? 0
    const before = records[index - 1]?.attempt?.number
    const last = account.started[index - 1]?.end
    const isNext = before !== undefined && last !== undefined && goesOn(endOf(last), before, retry, used)
    expect(number).toBe(isNext ? before + 1 : 1)
    used = isNext ? used : 0
    expect(limit).toBe(maxRunSeconds - used)
    used += end.runSeconds
  }
}

test('whatever the ends, a run has as many jobs as its policy says', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, policies, async (script, retry) => {
      const account = accountOf(script)
      const result = await runWith(account.client(), specWith(retry))
      let jobs = 1
      while (goesOn(script[jobs - 1] ?? 'exit 1', jobs, retry, 0)) jobs += 1
      expect(account.started).toHaveLength(jobs)
      expect(result === 'failed' ? 'failed' : 'completed').toBe(script[jobs - 1] === 'completed' ? 'completed' : 'failed')
      expectOneChainAtATime(account, retry)
    }),
    { numRuns: 40 },
  )
})

test('whenever clients are killed, the next one goes on counting, and nothing runs twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      scripts,
      policies,
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
      async (script, retry, lives) => {
        const account = accountOf(script)
        for (const life of lives) await runWith(account.client(life), specWith(retry))
        const result = await runWith(account.client(), specWith(retry))
        expect(result).not.toBe('dead')
        expectOneChainAtATime(account, retry)
        const last = account.started.at(-1)
        expect(result === 'failed').toBe(last?.end.status !== 'completed')
      },
    ),
    { numRuns: 25 },
  )
})

test('of clients that come at once each attempt is started by one', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, policies, async (script, retry) => {
      const account = accountOf(script)
      const results = await Promise.all([1, 2, 3].map(() => runWith(account.client(), specWith(retry))))
      expect(account.mostAtOnce).toBe(1)
      expect(results).not.toContain('dead')
      expectOneChainAtATime(account, retry)
    }),
    { numRuns: 15 },
  )
})
