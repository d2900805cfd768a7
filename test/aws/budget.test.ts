import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSsmError, project, type RunEvent } from '@simple-sagemaker/core'
import { budgetOf } from '@simple-sagemaker/core/jobs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()
const timeout = 120_000
const before = process.env['SSM_CACHE_DIR']
let cache = ''
beforeEach(() => (process.env['SSM_CACHE_DIR'] = cache = mkdtempSync(join(tmpdir(), 'ssm-budget-'))))
afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
  if (before === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = before
})

/** The price list knows one type of machine: two dollars an hour. */
function listPrices(): void {
  const entry = {
    product: { attributes: { usagetype: 'USE1-Train:ml.m5.large', regionCode: 'us-east-1' } },
    terms: { OnDemand: { a: { priceDimensions: { b: { unit: 'Hrs', pricePerUnit: { USD: '2.0000000000' } } } } } },
  }
  standIn().proxy.rules.unshift(({ operation, body }) =>
    operation !== 'GetProducts'
      ? undefined
      : {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/x-amz-json-1.1' },
          body: JSON.stringify({ PriceList: body.includes('Training') ? [JSON.stringify(entry)] : [] }),
        },
  )
}

const asked = (): number => standIn().proxy.seen.filter(({ operation }) => operation === 'GetProducts').length

test.skipIf(noMoto)(
  'a spot job is priced by the price list, settled with what is billed, and the next one is refused',
  { timeout },
  async () => {
    listPrices()
    standIn().script = () => ({
      phases: [{ phase: 'Starting', ms: 20 }, { phase: 'Training', ms: 20 }, { phase: 'Completed' }],
      billableSeconds: 900,
      trainingSeconds: 3_600,
    })
    const open = () => {
      const platform = awsOn(standIn().url, { clock: fastClock(10) })
      return { platform, ex: project('ex', { platform, prices: 'platform', budget: { usd: 4 }, defaults: { maxRun: '1 hour' } }) }
    }
    const { platform, ex } = open()
    await using _ = platform
    const events: RunEvent[] = []
    const { cost, savings } = await ex
      .task('t')
      .shell('true')
      .spot()
      .run({ onEvent: (event) => events.push(event) })
    expect(cost).toMatchObject({
      kind: 'known',
      usd: 0.5,
      savedUsd: 1.5,
      ceilingUsd: 2,
      pricesFrom: 'AWS Price List of us-east-1',
    })
    expect(savings).toBeDefined()
    expect(events.filter(({ type }) => type === 'budget-changed')).toMatchObject([
      { because: 'reserved', spentUsd: 0, reservedUsd: 2 },
      { because: 'settled', spentUsd: 0.5, reservedUsd: 0, leftUsd: 3.5 },
    ])
    const failure = await ex
      .task('u')
      .shell('true')
      .instances('ml.m5.large', 2)
      .run()
      .catch((cause: unknown) => cause)
    expect(isSsmError(failure, 'BUDGET_EXCEEDED') ? failure.facts : failure).toMatchObject({ missingUsd: 0.5, spentUsd: 0.5 })
    expect(await budgetOf('ex', { platform })).toEqual({ spentUsd: 0.5, reservedUsd: 0, openJobs: 0 })
    // Another client takes the prices that were kept.
    const second = open()
    await using __ = second.platform
    expect((await second.ex.task('v').shell('true').run()).cost).toMatchObject({ usd: 0.5 })
    expect(asked()).toBe(2)
  },
)

test.skipIf(noMoto)(
  'an answer to the reservation that is lost reserves once, and a job that is refused gives its money back',
  { timeout },
  async () => {
    listPrices()
    await using platform = awsOn(standIn().url, { clock: fastClock(10) })
    const ex = project('ex', { platform, prices: 'platform', budget: { usd: 2 }, defaults: { maxRun: '1 hour' } })
    const isLedger = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
      method === 'PUT' && path.includes('.budget.json')
    standIn().proxy.fault(isLedger, { kind: 'lose answer' }, 1)
    expect((await ex.task('t').shell('true').onDemand().run()).cost).toMatchObject({ kind: 'known' })
    const limit = JSON.stringify({
      __type: 'ResourceLimitExceeded',
      message: "The account-level service limit 'x' is 0 Instances",
    })
    standIn().proxy.fault(({ operation }) => operation === 'CreateTrainingJob', {
      kind: 'answer',
      status: 400,
      body: limit,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    })
    const spent = (await budgetOf('ex', { platform }))?.spentUsd ?? 0
    const refused = await ex
      .task('u')
      .shell('true')
      .onDemand()
      .maxRun('30 minutes')
      .run()
      .catch((cause: unknown) => cause)
    expect(isSsmError(refused) ? refused.code : refused).toBe('PLATFORM_QUOTA')
    expect(await budgetOf('ex', { platform })).toEqual({ spentUsd: spent, reservedUsd: 0, openJobs: 0 })
  },
)
