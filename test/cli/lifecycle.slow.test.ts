import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import { eventPrinter } from '../../packages/cli/src/print.ts'
import { lacking } from '../support/prerequisites.ts'
import { ssm as start, workFolder, type Ended } from './support/ssm.ts'
import { testContext } from './support/context.ts'

const missing = lacking('bash')
const task = ['-p', 'ex', '-t', 't'] as const
const timeout = 90_000
const ssm = (cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  start(argv, { cwd, env: { SSM_PLATFORM: 'local', ...env } })
const shell = (line: string, ...more: readonly string[]): readonly string[] => ['shell', ...task, '--cmd', line, ...more]

test.skipIf(missing)(
  'a job that was started with --detach is waited for, shown and listed by its status',
  { timeout },
  async () => {
    await using folder = await workFolder()
    const detached = await ssm(
      folder.path,
      shell(`until [ -e '${folder.path}/go' ]; do sleep 0.1; done; echo loss=0.5`, '--detach', '--md', 'loss', 'loss=(.*)'),
    )
    expect(detached).toMatchObject({ code: 0, stdout: expect.stringMatching(/^t-[\w-]+\n$/) as string })
    const name = detached.stdout.trim()
    expect(detached.stderr).toContain(`ssm wait ${name}`)
    expect((await ssm(folder.path, ['ps', '--status', 'running'])).stdout).toContain(name)
    writeFileSync(join(folder.path, 'go'), '')
    expect(await ssm(folder.path, ['wait', name])).toMatchObject({ code: 0, stdout: '' })
    const shown = await ssm(folder.path, ['show', ...task])
    expect(shown.stdout).toMatch(
      new RegExp(`job +${name}\\nkind +training\\nstatus +completed\\n[\\s\\S]*phase +Training [\\s\\S]*metric +loss 0\\.5\\n`),
    )
    const document = JSON.parse((await ssm(folder.path, ['show', name, '--json'])).stdout) as Record<string, unknown>
    expect(document).toMatchObject({ v: 1, job: name, status: 'completed', metrics: { loss: 0.5 } })
    expect((await ssm(folder.path, ['ps', '--status', 'failed'])).stdout).toBe('no jobs\n')
  },
)

test.skipIf(missing)('wait, and logs --follow, exit as the job did', { timeout }, async () => {
  await using folder = await workFolder()
  const { stdout } = await ssm(folder.path, shell('echo bad; exit 3', '--detach'))
  const followed = await ssm(folder.path, ['logs', ...task, '--follow'])
  expect(followed).toMatchObject({ code: 1, stdout: 'bad\n', stderr: expect.stringContaining('exit code 3') as string })
  const waited = await ssm(folder.path, ['wait', stdout.trim(), '--json'])
  expect([waited.code, (JSON.parse(waited.stdout) as { status: string }).status]).toEqual([1, 'failed'])
  expect((await ssm(folder.path, ['logs', ...task])).code).toBe(0)
  expect((await ssm(folder.path, shell('true', '--detach', '-o', 'out'))).code).toBe(2)
})

test.skipIf(missing)('variables come from here by name, and secrets are masked', { timeout }, async () => {
  await using folder = await workFolder()
  const env = { LEVEL: 'debug', TOKEN: 'a-very-secret-token' }
  const ended = await ssm(
    folder.path,
    shell('echo "$LEVEL $TOKEN $MORE"', '--env', 'MORE', 'x', '--env-from', 'LEVEL', '--secret', 'TOKEN'),
    env,
  )
  expect(ended).toMatchObject({ code: 0, stdout: 'debug <secret> x\n' })
  const unset = await ssm(folder.path, shell('true', '--secret', 'NOWHERE'))
  expect(unset).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--secret NOWHERE: there is no such variable here') as string,
  })
})

test.skipIf(missing)('local results are shown as a path that is there', { timeout }, async () => {
  await using folder = await workFolder()
  const { stderr } = await ssm(folder.path, shell('echo x > "$SM_MODEL_DIR/a"'))
  expect(stderr).toMatch(/results +\.ssm\/s3\/[^\n]*\/output\n/)
})

test('policies are printed without asking anybody when region and account are given', { timeout }, async () => {
  await using folder = await workFolder()
  const place = ['-p', 'ex', '--region', 'eu-west-1', '--account', '111122223333']
  const all = JSON.parse((await ssm(folder.path, ['policies', ...place])).stdout) as Record<string, unknown>
  expect(Object.keys(all)).toEqual(['roleName', 'policyName', 'trust', 'job', 'caller', 'setup', 'makeBucket', 'images'])
  const one = await ssm(folder.path, ['policies', ...place, '--only', 'caller'])
  expect(JSON.parse(one.stdout)).toEqual(all['caller'])
  const boundary = 'arn:aws:iam::111122223333:policy/limits'
  const setup = ['policies', ...place, '--only', 'setup']
  const bounded = await ssm(folder.path, [...setup, '--permissions_boundary', boundary])
  expect(bounded.stdout).toContain(`"iam:PermissionsBoundary": "${boundary}"`)
  const bySetting = await ssm(folder.path, setup, { SSM_PERMISSIONS_BOUNDARY: boundary })
  expect(bySetting.stdout).toBe(bounded.stdout)
})

test.skipIf(missing)('shells are told the names of projects, tasks and jobs, and types of machines', { timeout }, async () => {
  await using folder = await workFolder()
  await ssm(folder.path, shell('true'))
  expect((await ssm(folder.path, ['__values', 'project', 'run', '-p', ''])).stdout).toBe('ex\n')
  expect((await ssm(folder.path, ['__values', 'task', 'logs', '-p', 'ex', '-t', ''])).stdout).toBe('t\n')
  const [job = ''] = readdirSync(join(folder.path, '.ssm/jobs'))
  const values = async (...words: readonly string[]): Promise<string> => (await ssm(folder.path, ['__values', ...words])).stdout
  expect(await values('job', 'show', '-p', 'ex', '-t', 't', '')).toBe(`${job}\n`)
  expect(await values('job', 'wait', '-p', 'ex')).toBe(`${job}\n`)
  expect(await values('job', 'stop', '--platform', 'local')).toBe(`${job}\n`)
  expect(await values('task_or_job', 'report', '-p', 'ex')).toBe(`t\n${job}\n`)
  expect(await values('job', 'show', '-p', 'ex', '-t', 'none')).toBe('')
  expect((await ssm(folder.path, ['__values', 'instance_type'])).stdout).toContain('ml.g5.xlarge\n')
  expect(await ssm(folder.path, ['__values', 'task', '--platform', 'moon'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
})

test.skipIf(missing)(
  'printEvents prints the tasks of a program, each line with its task when there are several',
  { timeout },
  async () => {
    await using folder = await workFolder()
    const ex = project('ex', { platform: local({ root: join(folder.path, '.ssm') }) })
    const [one, other] = [testContext({ cwd: folder.path }), testContext({ cwd: folder.path })]
    const a = ex.task('a').shell('echo hello; echo x > "$SM_MODEL_DIR/x"')
    await a.run({ onEvent: eventPrinter(one, {}) })
    expect(one.stdout.text()).toBe('hello\n')
    expect(one.stderr.text()).toMatch(/· a is started, because [\s\S]*✓ a completed \(a-/)
    const b = ex.task('b').shell('exit 3').input.from(a.output('model'))
    await b.run({ onEvent: eventPrinter(other, {}) }).catch(() => undefined)
    expect(other.stderr.text()).toMatch(/a is skipped[\s\S]*b: job b-[\s\S]*✗ b failed: Job b-[^\n]*exit code 3/)
  },
)
