import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { project, type Project, type RunEvent } from '@simple-sagemaker/core'
import { afterAll, expect, test } from 'vitest'
import { ssm } from '../cli/support/ssm.ts'
import { ownCache } from '../flows/flow.ts'
import { judge, type RequestToJudge } from '../support/aws/judge.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, testKeys, testRegion, useStandIn } from '../support/aws/aws-platform.ts'
import { keptSeconds } from '../support/aws/warm-pools.ts'

// Machines that are kept warm, through the AWS platform: the stand-in keeps and matches them as SageMaker does.
ownCache()
const standIn = useStandIn()
const folder = noMoto === undefined ? mkdtempSync(join(tmpdir(), 'ssm-warm-')) : ''
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const timeout = 120_000

const prices = { priceOf: async () => ({ usdPerHour: 3_600, from: 'a test' }) }

async function onAws(work: (ex: Project, cold: Project) => Promise<void>): Promise<void> {
  await using platform = awsOn(standIn().url, { clock: fastClock(40), maxAttempts: 3 })
  const ex = project('ex', { platform, prices, defaults: { warm: '30 minutes', maxRun: '1 hour' } })
  await work(ex, project('ex', { platform }))
}

const sent = (operation: string): readonly RequestToJudge[] =>
  standIn()
    .proxy.seen.filter((exchange) => exchange.operation === operation)
    .map(({ body }) => ({ operation, input: JSON.parse(body.toString()) as object }))

test.skipIf(noMoto)(
  'a job that gets the machines of another one says so, with what keeping them cost; what is left is listed and ended',
  { timeout },
  async () => {
    await onAws(async (ex) => {
      const first = await ex.task('prep').shell('true').run()
      expect(first.attempts).toMatchObject([{ warm: { isTaken: false } }])
      expect(await ex.warmPools()).toMatchObject([
        { task: 'prep', job: first.job, status: 'available', machines: 1, instanceType: 'ml.m5.large', usdPerHour: 3_600 },
      ])
      const train = ex.task('train').shell('true')
      expect((await train.plan()).warm).toEqual([{ job: first.job, isAvailable: true, differences: [] }])

      const events: RunEvent[] = []
      const second = await train.run({ onEvent: (event) => void events.push(event) })
      const reused = { from: first.job, keptSeconds }
      expect(second.attempts).toMatchObject([{ warm: { isTaken: true, ...reused, usd: keptSeconds } }])
      expect(events.filter(({ type }) => type === 'machines-reused')).toMatchObject([
        { job: second.job, ...reused, keptUsd: keptSeconds },
      ])
      // A later run that is skipped knows it, too.
      expect((await train.run()).attempts).toMatchObject([{ warm: { isTaken: true, ...reused } }])

      const pools = await ex.warmPools()
      expect(pools.map(({ job }) => job)).toEqual([second.job])
      await pools[0]?.end()
      expect(await ex.warmPools()).toEqual([])
      // Whoever comes too late changes nothing.
      await pools[0]?.end()
    })
    const updates = sent('UpdateTrainingJob')
    expect(updates[0]?.input).toMatchObject({ ResourceConfig: { KeepAlivePeriodInSeconds: 0 } })
    expect(await judge(updates)).toEqual([])
  },
)

test.skipIf(noMoto)('a job that cannot get machines which are kept warm says which setting is another', { timeout }, async () => {
  await onAws(async (ex, cold) => {
    const { job } = await ex.task('prep').shell('true').run()
    const train = ex.task('train').shell('true').volumeSizeGiB(50).instances('ml.m5.xlarge')
    const why =
      'the warm machines of ' +
      `${job} do not fit: instance type is ml.m5.large there and ml.m5.xlarge here; volume size in GiB is 30 there and 50 here`
    const plan = await train.plan()
    expect(plan.warnings).toContain(why)
    expect(plan.warm?.[0]?.differences.map(({ setting }) => setting)).toEqual(['instance type', 'volume size in GiB'])
    const warnings: string[] = []
    const result = await train.run({ onEvent: (event) => void (event.type === 'warned' && warnings.push(event.message)) })
    expect(warnings).toContain(why)
    expect(result.attempts).toMatchObject([{ warm: { isTaken: false } }])
    // Both keep theirs, and a task that is not kept warm looks for none.
    expect((await ex.warmPools()).map(({ task }) => task)).toEqual(['train', 'prep'])
    expect(await cold.task('cold').shell('true').plan()).not.toHaveProperty('warm')
  })
})

test.skipIf(noMoto)(
  'ssm warm lists the machines that are kept, with what they cost, and ends one or all of them',
  { timeout },
  async () => {
    let jobs: readonly string[] = []
    await onAws(async (ex) => {
      const one = await ex.task('one').shell('true').run()
      const two = await ex.task('two').shell('true').volumeSizeGiB(40).run()
      jobs = [one.job, two.job]
    })
    const env = {
      AWS_ENDPOINT_URL: standIn().url,
      AWS_ACCESS_KEY_ID: testKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
      AWS_REGION: testRegion,
      HOME: folder,
    }
    const warm = (...argv: readonly string[]) => ssm(['warm', ...argv], { cwd: folder, env })
    const table = await warm()
    expect(table.stdout).toMatch(
      /^PROJECT +TASK +STATUS +MACHINES +KEPT FOR +SO FAR +JOB\nex +two +available +1 × ml.m5.large +\d+ min \d+ s more/,
    )
    expect(JSON.parse((await warm('-p', 'ex', '--json')).stdout)).toMatchObject({
      v: 1,
      pools: [
        { project: 'ex', task: 'two', job: jobs[1], settings: { 'volume size in GiB': '40' } },
        { project: 'ex', task: 'one', job: jobs[0] },
      ],
    })
    expect(await warm('-p', 'ex', '--end', 'nobody-1')).toMatchObject({ code: 5 })
    expect(await warm('-p', 'ex', '--end', jobs[0] ?? '')).toMatchObject({ code: 0, stdout: '' })
    expect(JSON.parse((await warm('--end', 'all', '--json')).stdout)).toMatchObject({ ended: [{ job: jobs[1] }] })
    expect(await warm('--end', 'all')).toMatchObject({ code: 0, stderr: expect.stringContaining('no warm machines') as string })
    expect((await warm()).stdout).toBe('no warm machines\n')
  },
)
