import { join } from 'node:path'
import fc from 'fast-check'
import { isSsmError, project, range, type RunEvent, type SearchEvent } from '@simple-sagemaker/core'
import { budgetOf } from '@simple-sagemaker/core/jobs'
import { local } from '@simple-sagemaker/core/local'
import { expect, test } from 'vitest'
import type { TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import { endOfRun } from '../support/account-runs.ts'
import { scriptedEnds as ends, spotAccount, type EndName, type SpotAccount } from '../support/spot-account.ts'
import { byValue, taskOf } from '../support/tasks.ts'
import { ownCache, sandbox, timeout } from './flow.ts'

// A budget together with what starts more than one job: fallbacks, attempts, graphs and searches.
ownCache()

const hour = 3_600
/** Jobs that end so, one after the other. On demand nobody waits for ever, and nothing is taken away. */
function accountOf(script: readonly EndName[]): SpotAccount {
  let next = 0
  const account: SpotAccount = spotAccount(({ isSpot, name }) => {
    account.objects.bytes.set(`s3://bucket/ex/prep/${name}/output/model.tar.gz`, Buffer.alloc(1))
    const end = script[next++] ?? 'completed'
    if (isSpot) return ends[end]
    return ends[end === 'waits' ? 'refused' : end === 'taken away' ? 'exit 75' : end]
  })
  return account
}

const usdPerHour: Readonly<Record<string, number>> = { 'ml.g5.xlarge': 1, 'ml.g4dn.xlarge': 3 }
const prices = {
  priceOf: async ({ instanceType }: { readonly instanceType: string }) => ({
    usdPerHour: usdPerHour[instanceType] ?? 0,
    from: 'a test',
  }),
}

/** Two types of spot machines, then on demand; three attempts of each. */
const specNamed = (name: string, ...inputs: Parameters<typeof taskOf>[1][]): TaskSpec => ({
  ...taskOf(name, ...inputs),
  instanceType: 'ml.g5.xlarge',
  fallbackTypes: ['ml.g4dn.xlarge'],
  spot: true,
  spotWait: { seconds: 2 * hour, fallback: 'on-demand' },
  retry: { attempts: 3, on: ['capacity', 'interruption', 'exit 75'], pauseSeconds: 60 },
  maxRunSeconds: 4 * hour,
  maxWaitSeconds: 6 * hour,
})

test(
  'over fallbacks, attempts and a graph nothing is started above the budget, and nothing stays reserved',
  { timeout },
  async () => {
    const name = fc.constantFrom(...(Object.keys(ends) as EndName[]))
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 30 }), async (script, usd) => {
        const account = accountOf(script)
        const events: RunEvent[] = []
        const prep = specNamed('prep')
        const spec = { ...specNamed('train', byValue(prep)) }
        const { outcome, error } = await endOfRun(account.client(), spec, (event) => events.push(event), {
          prices,
          budget: { usd },
        })
        const told = events.filter((event) => event.type === 'budget-changed')
        for (const { spentUsd, reservedUsd } of told) expect(spentUsd + reservedUsd).toBeLessThanOrEqual(usd + 1e-6)
        // Every job was reserved before it was submitted, and settled at its end.
        const jobsOf = (because: string): readonly string[] =>
          told.filter((event) => event.because === because).map(({ job }) => job)
        expect(jobsOf('reserved')).toEqual(account.started.map(({ name: job }) => job))
        expect(jobsOf('settled').toSorted()).toEqual(jobsOf('reserved').toSorted())
        const state = await budgetOf('ex', { platform: account.client().platform })
        expect(state ?? { reservedUsd: 0, openJobs: 0 }).toMatchObject({ reservedUsd: 0, openJobs: 0 })
        const code = outcome !== 'failed' ? undefined : isSsmError(error) ? error.code : String(error)
        expect(code ?? 'JOB_').toMatch(/^(BUDGET_EXCEEDED|JOB_|PLATFORM_CAPACITY|GRAPH_FAILED)/)
      }),
      { numRuns: 25 },
    )
  },
)

test('a client that dies between attempts leaves a budget that the next one puts in order', { timeout }, async () => {
  const script = ['waits', 'exit 75', 'taken away', 'completed'] as const
  for (const calls of [5, 9, 14, 20, 27]) {
    const account = accountOf(script)
    const money = { prices, budget: { usd: 60 } }
    const spec = specNamed('train')
    await endOfRun(account.client(calls), spec, undefined, money)
    await endOfRun(account.client(), spec, undefined, money)
    // Hours later: what was reserved for a job that never came is free again.
    const later = { ...taskOf('later'), instanceType: 'ml.g5.xlarge', spot: false, maxRunSeconds: hour }
    expect((await endOfRun(account.client(), later, undefined, money)).outcome).toMatchObject({ task: 'later' })
    expect(await budgetOf('ex', { platform: account.client().platform })).toMatchObject({ reservedUsd: 0, openJobs: 0 })
    expect(account.mostAtOnce).toBe(1)
  }
})

test(
  'the trials of a search share the budget: one that does not fit ends it, and asked again with fewer at once it goes on',
  { timeout },
  async () => {
    await using place = sandbox()
    const file = place.file('prices.json', JSON.stringify({ asOf: '2026-03-01', usdPerHour: { 'ml.m5.large': 3_600 } }))
    const platform = local({ root: place.root })
    const ex = project('p', { platform, prices: { file }, budget: { usd: 150 }, defaults: { maxRun: '1 minute' } })
    const go = join(place.folder, 'go')
    const search = (atOnce: number) =>
      ex
        .task('train')
        .shell(`until [ -e ${go} ]; do sleep 0.05; done; echo "loss=$SM_HP_X"`)
        .metric('loss', /loss=([0-9.]+)/)
        .search({ x: range.int(1, 3) })
        .minimize('loss')
        .trials(3)
        .parallel(atOnce)
    // Two of a minute each fit at one time, and three do not: those two run until the third was refused.
    const onEvent = (event: SearchEvent): void => {
      if (event.type === 'finished' && event.outcome.kind === 'failed') place.file('go', '')
    }
    await expect(search(3).run({ onEvent })).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
    const found = await search(1).run()
    expect(found.best.hyperparameters).toEqual({ x: 1 })
    expect(found.trials.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
    const budget = await budgetOf('p', { platform })
    expect(budget).toMatchObject({ reservedUsd: 0, openJobs: 0 })
    // What each trial cost is kept with it, and is told by who runs the same again.
    const costs = found.trials.map(({ costUsd = 0 }) => costUsd)
    expect(costs.every((usd) => usd > 0)).toBe(true)
    expect(costs.reduce((sum, usd) => sum + usd, 0)).toBeLessThanOrEqual((budget?.spentUsd ?? 0) + 0.01)
    expect((await search(1).run()).trials.map(({ costUsd }) => costUsd)).toEqual(costs)
  },
)
