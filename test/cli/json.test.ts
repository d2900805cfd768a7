import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ssmInProcess as ssm, task } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

/** The one JSON document on stdout, with nothing on stderr that is no JSON. */
async function document(cwd: string, ...argv: readonly string[]): Promise<unknown> {
  const { stdout, stderr, code } = await ssm(cwd, [...argv, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const value: unknown = JSON.parse(stdout)
  expect(value).toMatchObject({ v: 1 })
  return value
}

const line = ['shell', ...task, '--cmd_line', 'echo loss=0.5; echo done', '--md', 'loss', 'loss=([0-9.]+)'] as const

test('every command prints one JSON document with --json, and nothing else', async () => {
  await using folder = await workFolder()
  const { path } = folder
  expect(await document(path, 'plan', ...line)).toMatchObject({
    decision: { kind: 'start' },
    request: { kind: 'training' },
    uploads: [{ what: 'code' }],
    skipped: [],
  })
  expect(await document(path, ...line, '--dry-run')).toMatchObject({ decision: { kind: 'start' } })
  expect(await document(path, 'why', ...line)).toMatchObject({ decision: { kind: 'start', because: 'it has never run' } })
  expect(await document(path, ...line, '-o', 'out')).toMatchObject({
    status: 'completed',
    task: 't',
    metrics: { loss: 0.5 },
    downloaded: { folder: 'out', files: { logs: 1 } },
    decision: { kind: 'start' },
    warnings: [],
  })
  expect(await document(path, ...line)).toMatchObject({ decision: { kind: 'skip' } })
  expect(await document(path, 'why', ...line)).toMatchObject({ decision: { kind: 'skip' } })
  expect(await document(path, 'ps')).toMatchObject({ jobs: [{ project: 'ex', task: 't', status: 'completed' }] })
  expect(await document(path, 'logs', ...task)).toMatchObject({
    status: 'completed',
    lines: [{ machine: 'algo-1', text: 'loss=0.5' }, { text: 'done' }],
  })
  expect(await document(path, 'stop', ...task)).toMatchObject({ asked: false, status: 'completed' })
  expect(await document(path, 'data', ...task)).toMatchObject({
    newestCompleted: { outputs: { model: expect.stringContaining('s3://') as string } },
  })
  expect(await document(path, 'data', ...task, '-o', 'got', '--cs')).toMatchObject({
    cleanedStateFiles: 0,
    downloaded: { folder: 'got' },
  })
  expect(await document(path, 'doctor')).toMatchObject({ platform: 'local' })
  expect(await document(path, 'config')).toMatchObject({
    settings: { platform: { value: 'local', origin: 'variable SSM_PLATFORM' } },
  })
  expect(await document(path, 'completion', 'bash')).toMatchObject({
    shell: 'bash',
    script: expect.stringContaining('complete') as string,
  })
  expect(await document(path, 'init', 'new')).toMatchObject({
    files: expect.arrayContaining(['main.ts', 'worker.py']) as string[],
  })
  expect(await document(path, 'run', '--help')).toMatchObject({ commands: [{ name: 'run' }] })
  expect(await document(path, '--version')).toMatchObject({ version: expect.any(String) as string })
}, 60_000)

test('a graph is a JSON document too', async () => {
  await using folder = await workFolder()
  writeFileSync(
    join(folder.path, 'pipeline.mjs'),
    "export default { graph: () => ({ tasks: [{ name: 'a', kind: 'training' }], edges: [], text: () => 'a\\n', mermaid: () => 'flowchart LR\\n' }) }\n",
  )
  expect(await document(folder.path, 'graph', 'pipeline.mjs')).toMatchObject({ tasks: [{ name: 'a' }], edges: [] })
})

test('streams are one JSON document a line', async () => {
  await using folder = await workFolder()
  await ssm(folder.path, line)
  const logs = await ssm(folder.path, ['logs', ...task, '--follow', '--json'])
  expect(
    logs.stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as unknown),
  ).toMatchObject([
    { v: 1, text: 'loss=0.5' },
    { v: 1, text: 'done' },
  ])
  const watched = await ssm(folder.path, ['ps', '-p', 'ex', '--watch', '--json'])
  expect(
    watched.stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as unknown),
  ).toMatchObject([{ v: 1, jobs: [{ status: 'completed' }] }])
})

test.each([
  ['run', '--nonsense'],
  ['nonsense'],
  ['run', '-p', 'ex', '-t', 't', '-e', 'nowhere.py'],
  ['shell', '-p', 'ex', '-t', 't', '--cmd', 'exit 1'],
  ['logs', 'nothing'],
  ['stop', 'nothing'],
  ['data', '-p', 'ex', '-t', 't'],
  ['plan', 'run', '-p', 'ex', '-t', 't', '-e', 'nowhere.py'],
  ['why', 'ps'],
  ['graph', 'nowhere.ts'],
  ['completion', 'tcsh'],
  ['config', '--platform', 'moon'],
  ['ps', '-p', '*'],
])('errors are JSON as well: %s %s %s %s %s', async (...argv) => {
  await using folder = await workFolder()
  const { code, stdout, stderr } = await ssm(folder.path, [...argv, '--json'])
  expect(stdout).toBe('')
  const last = stderr
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each) as unknown)
    .at(-1)
  expect(last).toMatchObject({
    v: 1,
    error: { code: expect.any(String) as string, message: expect.any(String) as string, exitCode: code },
  })
  expect(code).not.toBe(0)
})

test('a warning is JSON in the same stream, and in the document', async () => {
  await using folder = await workFolder()
  const { stderr, stdout } = await ssm(folder.path, [
    'shell',
    ...task,
    '--cmd',
    'true',
    '--it',
    'ml.m5.large',
    '-f',
    'pytorch',
    '--json',
  ])
  const warning = (JSON.parse(stderr) as { warning: string }).warning
  expect(warning).toContain('framework')
  expect(JSON.parse(stdout)).toMatchObject({ warnings: [warning] })
})
