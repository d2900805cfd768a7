import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runWith } from '../../../../test/support/account-runs.ts'
import {
  accountOf,
  askedFor,
  chainsOf,
  expectedJobs,
  expectNothingTwice,
  named,
  specWith,
  type Choice,
} from '../../../../test/support/fallback-policy.ts'
import { scriptedEnds, type EndName } from '../../../../test/support/spot-account.ts'
import { eachOf } from '../lang/each-of.ts'

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-fallback-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = folder))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const spotWait = { seconds: 3 * 3_600 }
const onDemand = { ...spotWait, fallback: 'on-demand' } as const
const choices: Readonly<Record<string, Choice>> = {
  'one type, tried again': { types: ['a'], spotWait, retry: { attempts: 3, on: ['capacity', 'exit 75'], pauseSeconds: 60 } },
  'two types, then on demand': { types: ['a', 'b'], spotWait: onDemand },
  'two types, then on demand, tried again': {
    types: ['a', 'b'],
    spotWait: onDemand,
    retry: { attempts: 3, on: ['capacity', 'interruption', 'exit 75'], pauseSeconds: 60 },
  },
}

const longest = 4
const names = Object.keys(scriptedEnds) as EndName[]

/** Every order of ends that this policy comes to, up to so many; then a job completes. */
function ordersOf(choice: Choice, before: readonly EndName[] = []): readonly (readonly EndName[])[] {
  return names.flatMap((end) => {
    const order = [...before, end]
    const goesOn = expectedJobs([...order, 'completed'], choice).length > order.length
    return goesOn && order.length < longest ? ordersOf(choice, order) : [[...order, 'completed'] as const]
  })
}

test.each(Object.entries(choices))('every order of ends: %s', { timeout: 900_000 }, async (_, choice) => {
  const orders = ordersOf(choice)
  expect(orders.length).toBeGreaterThan(30)
  // Waiting for a lease takes its time, short as it is: accounts of their own wait together.
  await eachOf(orders.entries(), 16, async ([index, order]) => {
    const told = order.join(', ')
    const account = accountOf(order)
    await runWith(account.client(), specWith(choice))
    const expected = expectedJobs(order, choice).map(named)
    expect(askedFor(account), `order: ${told}`).toEqual(expected)
    expectNothingTwice(account)
    // The same with a client that is killed somewhere, and a second one that goes on.
    const shared = accountOf(order)
    await runWith(shared.client((index * 7) % 60), specWith(choice))
    expect(await runWith(shared.client(), specWith(choice)), `order: ${told}`).not.toBe('dead')
    expectNothingTwice(shared)
    expect(chainsOf(shared)[0]?.machines, `order: ${told}`).toEqual(expected.slice(0, chainsOf(shared)[0]?.machines.length))
  })
})
