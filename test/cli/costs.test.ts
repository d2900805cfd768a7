import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobState } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { costTotals, totalsText, type ListedCost } from '../../packages/cli/src/render/cost/cost-table.ts'
import { amountText, ceilingText, runCostText } from '../../packages/cli/src/render/cost/cost-text.ts'
import { RunLog } from '../../packages/cli/src/render/run-log.ts'
import { ssmInProcess as ssm } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

const timeout = 60_000
const prices = JSON.stringify({ asOf: '2026-03-01', usdPerHour: { 'ml.m5.large': 3_600 } })

test('a run, its plan, its document and ps say what it costs, by the file that is named', { timeout }, async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'prices.json'), prices)
  const line = ['shell', '-p', 'ex', '-t', 't', '--cmd', 'true', '--tag', 'team', 'vision', '--max_run', '1 minute']
  const plan = await ssm(folder.path, ['plan', ...line, '--prices', 'prices.json'])
  expect(plan.stdout).toContain('costs at most 60.00 USD: 1 × ml.m5.large at 3600 USD an hour for at most 1 min 0 s')
  const run = await ssm(folder.path, [...line, '--prices', 'prices.json'])
  expect(run.stderr).toContain(`· costs at most 60.00 USD: 1 × ml.m5.large at 3600 USD an hour for at most 1 min 0 s (prices: `)
  expect(run.stderr).toMatch(/ {2}cost {5}\d\.\d\d USD, of at most 60\.00 USD; not counted: disks, /)
  // The same from a variable; and a file that a configuration names is beside it.
  const json = await ssm(folder.path, [...line, '--json'], { SSM_PRICES: 'prices.json' })
  expect(JSON.parse(json.stdout)).toMatchObject({ cost: { kind: 'known', ceilingUsd: 60, pricesAsOf: '2026-03-01' } })
  const unasked = await ssm(folder.path, [...line])
  expect(unasked.stderr).not.toContain('cost')
  const listed = await ssm(folder.path, ['ps', '--cost', '--prices', 'prices.json'])
  expect(listed.stdout).toMatch(/^PROJECT +TASK +STATUS +TIME +STARTED +USD +SAVED +JOB\n/)
  expect(listed.stdout).toMatch(/\ntag team=vision +1 +\d\.\d\d +0\.00 +0\.00\n/)
  const { jobs, costs } = JSON.parse((await ssm(folder.path, ['ps', '--cost', '--json'])).stdout) as Record<string, unknown>
  expect(jobs).toMatchObject([{ tags: { team: 'vision' }, cost: { usd: 0, pricesFrom: 'this computer' } }])
  expect(costs).toMatchObject({
    total: { jobs: 1, unknownJobs: 0 },
    projects: { ex: { jobs: 1 } },
    tasks: { 'ex/t': { jobs: 1 } },
  })
  expect((await ssm(folder.path, ['ps', '--json'], { SSM_PRICES: 'prices.json' })).stdout).not.toContain('cost')
})

test.each([
  [0, '0.00'],
  [2.755, '2.75'],
  [0.01, '0.01'],
  [0.0034, '0.0034'],
  [0.000_022, '0.000022'],
  [1e-12, '0.00000000'],
])('%s US dollars are written as %s', (usd, text) => {
  expect(amountText(usd)).toBe(text)
})

const known = { kind: 'known', usd: 1.5, savedUsd: 3.5, warmUsd: 0.25, isFinal: true, usdPerHour: 3_600 } as const
const more = { billedMachineSeconds: 60, pricesFrom: 'a list', notCounted: ['disks'] } as const

test('what spot saved and what warm machines cost is told apart', () => {
  expect(runCostText({ ...known, ...more, ceilingUsd: 9 })).toBe(
    '1.50 USD, 3.50 USD saved by spot, and 0.25 USD for keeping the machines warm, of at most 9.00 USD; not counted: disks',
  )
  expect(ceilingText({ kind: 'unknown', because: 'there is no price' })).toBe('the cost is not known: there is no price')
})

const job = { name: 't-2026', status: 'completed' } as unknown as JobState // only its cost is looked at
const costed = (project: string, task: string, tags: Readonly<Record<string, string>>, usd?: number): ListedCost => ({
  project,
  task,
  job,
  tags,
  cost: usd === undefined ? { kind: 'unknown', because: 'x' } : { ...known, ...more, usd, savedUsd: 0, warmUsd: 0 },
})

test('sums are by project, task and tag, and say what they leave out', () => {
  const totals = costTotals([
    costed('a', 't', { team: 'x', run: '1' }, 1),
    costed('a', 'u', { team: 'x' }, 2),
    costed('b', 't', {}),
  ])
  expect(totals.total).toMatchObject({ jobs: 3, unknownJobs: 1, usd: 3 })
  expect(totals.tags).toMatchObject({ 'team=x': { jobs: 2, usd: 3 }, 'run=1': { jobs: 1, usd: 1 } })
  const text = totalsText(totals)
  expect(text).toMatch(/\nproject b +1 +unknown +0\.00/)
  expect(text).toContain('not counted: disks\nin no sum: 1 job without a known cost\n')
})

test('what a running job costs grows between two events, and is told of a job that failed', () => {
  const log = new RunLog()
  const base = { task: 't', job: 't-2026' as JobState['name'] }
  const cost = { ...known, ...more, isFinal: false, usd: 1 }
  expect(log.tell({ ...base, type: 'cost-changed', atMs: 1_000, cost })).toEqual([])
  expect(log.live(3_000).at(-1)).toContain('3.00 USD')
  log.tell({ ...base, type: 'status-changed', atMs: 3_000, status: 'failed', phase: 'Failed' })
  expect(
    log.tell({ ...base, type: 'cost-changed', atMs: 4_000, cost: { ...cost, isFinal: true, savedUsd: 0, warmUsd: 0 } }),
  ).toEqual([{ kind: 'fact', text: 'cost: 1.00 USD' }])
})
