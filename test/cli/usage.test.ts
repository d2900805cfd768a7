import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { JobState } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { jobsText } from '../../packages/cli/src/render/job-table.ts'
import { coloursFor } from '../../packages/cli/src/terminal/colours.ts'
import { ssmInProcess } from './support/in-process.ts'
import { testContext } from './support/context.ts'
import { workFolder } from './support/ssm.ts'

const ssm = async (cwd: string, argv: readonly string[]): Promise<string> => (await ssmInProcess(cwd, argv)).stdout

test.skipIf(process.platform !== 'linux')(
  'ps tells what the machines of a running job used, when it is asked',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const go = join(folder.path, 'go')
    await ssm(folder.path, ['shell', '-p', 'ex', '-t', 't', '--detach', '--cmd', `until [ -e ${go} ]; do sleep 0.05; done`])
    const listed = async (...more: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> =>
      (JSON.parse(await ssm(folder.path, ['ps', '--json', ...more])) as { jobs: Readonly<Record<string, unknown>>[] }).jobs
    expect((await listed())[0]).not.toHaveProperty('usage')
    while ((await listed('--usage'))[0]?.['usage'] === null) await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await listed('--usage'))[0]?.['usage']).toMatchObject({
      cpuPercent: expect.any(Number) as number,
      mostMemoryBytes: expect.any(Number) as number,
    })
    writeFileSync(go, '')
    await ssm(folder.path, ['wait', '-p', 'ex', '-t', 't'])
    expect(await ssm(folder.path, ['ps', '--usage'])).toMatch(/CPU % +MEMORY +GPU % +JOB\n.* \d+ +\d.* [kM]B +- +t-/)
  },
)

test('the table of jobs says which machine was bought for nothing, wide and narrow', () => {
  const job = { kind: 'training', name: 't-1', status: 'completed', phase: 'Completed', phases: [], machines: 1, createdAtMs: 0 }
  const state = { ...job, endedAtMs: 1_000, interruptions: 0, finalMetrics: [] } as unknown as JobState
  const usage = { cpuPercent: 12.4, mostMemoryPercent: 30, gpuPercent: 3, hint: 'the GPUs did nothing' }
  const context = testContext()
  const options = { nowMs: 2_000, colours: coloursFor(context.stdout, context) }
  const wide = jobsText([{ project: 'p', task: 't', job: state, usage }], { ...options, columns: 200 })
  expect(wide).toMatch(/12 +30 % +3 +t-1\nhint: t-1: the GPUs did nothing\n$/)
  const narrow = jobsText([{ project: 'p', task: 't', job: state, usage }], { ...options, columns: 40 })
  expect(narrow).toContain('  CPU % 12  MEMORY 30 %  GPU % 3\n')
  const none = jobsText([{ project: 'p', task: 't', job: state, usage: undefined }], { ...options, columns: 200 })
  expect(none).toMatch(/- +- +- +t-1\n$/)
})
