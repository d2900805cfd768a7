import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { ssmInProcess as ssm } from './support/in-process.ts'
import { playProgram } from './support/play.ts'
import { ssmProgram, workFolder } from './support/ssm.ts'

const timeout = 60_000

/** Three jobs of task `t` and two of `u`. */
async function fiveJobs(cwd: string): Promise<void> {
  for (const task of ['t', 't', 't', 'u', 'u']) await ssm(cwd, ['shell', '-p', 'ex', '-t', task, '--cmd', 'true', '--fr'])
}

const jobsIn = (cwd: string): readonly string[] =>
  readdirSync(join(cwd, '.ssm', 'jobs'))
    .map((name) => name.slice(0, 1))
    .toSorted()

test('old jobs are removed without a question only with --yes', { timeout }, async () => {
  await using folder = await workFolder()
  await fiveJobs(folder.path)
  for (const more of [[], ['--json'], ['--no_input']]) {
    const { code, stdout, stderr } = await ssm(
      folder.path,
      ['clean', '-p', 'ex', '--keep', '1', ...more],
      {},
      more.includes('--no_input') ? 'y' : undefined,
    )
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/would remove 3 jobs, \d+ objects, .*--yes/s)
  }
  expect(jobsIn(folder.path)).toEqual(['t', 't', 't', 'u', 'u'])
  const one = await ssm(folder.path, ['clean', '-p', 'ex', '-t', 't', '--keep', '2', '-y', '--json'])
  expect(JSON.parse(one.stdout)).toMatchObject({ v: 1, removed: [expect.stringMatching(/^t-/)] })
  expect(await ssm(folder.path, ['clean', '-p', 'ex', '--keep', '1', '--yes'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('removed 2 jobs') as string,
  })
  expect(jobsIn(folder.path)).toEqual(['t', 'u'])
  // With nothing to remove there is nothing to ask.
  expect(await ssm(folder.path, ['clean', '-p', 'ex', '--keep', '1'])).toMatchObject({ code: 0, stdout: '' })
})

test('whoever is asked sees the jobs first, and anything but yes removes nothing', { timeout }, async () => {
  await using folder = await workFolder()
  await fiveJobs(folder.path)
  for (const answer of ['', 'n', 'yesterday']) {
    const { code, stderr } = await ssm(folder.path, ['clean', '-p', 'ex', '--keep', '1'], {}, answer)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^( {2}[tu]-\S+ {2}completed\n){3}Remove 3 jobs, .*\[y\/N\] .*nothing was removed\n$/s)
  }
  expect(jobsIn(folder.path)).toHaveLength(5)
  expect((await ssm(folder.path, ['clean', '-p', 'ex', '--keep', '1'], {}, ' Yes ')).stderr).toContain('removed 3 jobs')
  expect(jobsIn(folder.path)).toEqual(['t', 'u'])
})

test('old jobs whose results are still to be stored stay, and it is said why', { timeout }, async () => {
  await using folder = await workFolder()
  await fiveJobs(folder.path)
  const [oldest = ''] = readdirSync(join(folder.path, '.ssm/jobs')).toSorted()
  const job = join(folder.path, '.ssm/jobs', oldest)
  const state = JSON.parse(readFileSync(join(job, 'state.json'), 'utf8')) as object
  const why = { status: 'failed', phase: 'Failed', unstored: true, failureReason: 'No room. They are kept in /there.' }
  writeFileSync(
    join(job, 'state.json'),
    JSON.stringify({ ...state, ...why, ending: { status: 'completed', phase: 'Completed' } }),
  )
  rmSync(join(job, 'results.json'))
  mkdirSync(join(job, 'machines/algo-1'), { recursive: true })
  const argv = ['clean', '-p', 'ex', '-t', 't', '--keep', '1', '--yes']
  const told = await ssm(folder.path, argv)
  expect(told).toMatchObject({ code: 0 })
  expect(told.stderr).toMatch(new RegExp(`kept ${oldest}, run its task again .*They are kept in /there\\..*removed 1 job`, 's'))
  expect(existsSync(job)).toBe(true)
  expect(JSON.parse((await ssm(folder.path, [...argv, '--json'])).stdout)).toMatchObject({ removed: [], unstored: [oldest] })
})

test('how many stay must be given, and be at least one', { timeout }, async () => {
  await using folder = await workFolder()
  expect(await ssm(folder.path, ['clean', '-p', 'ex'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--keep') as string,
  })
  expect((await ssm(folder.path, ['clean', '-p', 'ex', '--keep', '0'])).code).toBe(2)
  expect(existsSync(join(folder.path, '.ssm'))).toBe(false)
})

test.skipIf(lacking('python3', 'bash'))(
  'a terminal is asked, and Ctrl-C at the question removes nothing',
  { timeout },
  async () => {
    await using folder = await workFolder()
    await fiveJobs(folder.path)
    const argv = [process.execPath, await ssmProgram(), 'clean', '-p', 'ex', '--keep', '1']
    const left = await playProgram(folder.path, argv, { steps: [{ after: '[y/N]', send: '\u0003' }] })
    expect([left.code, left.left]).toEqual([130, 0])
    expect(jobsIn(folder.path)).toHaveLength(5)
    const done = await playProgram(folder.path, argv, { steps: [{ after: '[y/N]', send: 'y\n' }] })
    expect([done.code, done.left]).toEqual([0, 0])
    expect(done.output).toContain('removed 3 jobs')
    expect(jobsIn(folder.path)).toEqual(['t', 'u'])
  },
)
