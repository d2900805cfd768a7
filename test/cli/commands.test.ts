import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { commandNamed } from '../../packages/cli/src/grammar/tables/commands.ts'
import { compat } from '../../packages/cli/src/grammar/compat.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import { textsOf } from '../../packages/cli/src/grammar/values.ts'
import { ssmInProcess as ssm, shell, task } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'
import { testContext } from './support/context.ts'

test('logs shows the last lines, one machine, one word, and when', async () => {
  await using folder = await workFolder()
  await ssm(folder.path, shell('for i in $(seq 1 150); do echo "line $i of $SM_CURRENT_HOST"; done', '--ic', '2'))
  const lines = async (...argv: readonly string[]): Promise<readonly string[]> =>
    (await ssm(folder.path, ['logs', ...task, ...argv])).stdout.trimEnd().split('\n')
  expect(await lines()).toHaveLength(100)
  expect(await lines('--tail', '0')).toHaveLength(300)
  expect(await lines('-n', '2', '--machine', 'algo-2')).toEqual(['algo-2 │ line 149 of algo-2', 'algo-2 │ line 150 of algo-2'])
  expect(await lines('--search', 'LINE 99 ')).toHaveLength(2)
  expect(await lines('--tail', '1', '--timestamps', '--machine', 'algo-1')).toEqual([
    expect.stringMatching(/^algo-1 │ \d{4}-\d\d-\d\dT[\d:.]+Z line 150 of algo-1$/) as string,
  ])
  expect(await lines('--since', '2100-01-01T00:00Z')).toEqual([''])
  expect(await lines('--follow', '--tail', '3', '--machine', 'algo-1')).toHaveLength(3)
}, 60_000)

test('ps lists a task, a project, everything, and nothing', async () => {
  await using folder = await workFolder()
  expect((await ssm(folder.path, ['ps'])).stdout).toBe('no jobs\n')
  await ssm(folder.path, shell('true'))
  await ssm(folder.path, shell('false', '--fr'))
  await ssm(folder.path, ['shell', '-p', 'other', '-t', 'u', '--cmd', 'true'])
  const jobs = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { jobs: found } = JSON.parse((await ssm(folder.path, ['ps', '--json', ...argv])).stdout) as {
      readonly jobs: readonly { readonly project: string; readonly task: string; readonly status: string }[]
    }
    return found.map((job) => `${job.project} ${job.task} ${job.status}`)
  }
  expect(await jobs()).toEqual(['other u completed', 'ex t failed', 'ex t completed'])
  expect(await jobs('-p', 'ex')).toEqual(['ex t failed', 'ex t completed'])
  expect(await jobs('-p', 'ex', '-t', 't', '--last', '1')).toEqual(['ex t failed'])
  expect(await jobs('-p', 'nobody')).toEqual([])
  expect((await ssm(folder.path, ['ps', '-p', 'ex'])).stdout).toMatch(
    /^PROJECT +TASK +STATUS +TIME +STARTED +JOB\nex +t +failed +/,
  )
}, 60_000)

test('show tells why a job ran and with what, and data needs no more than its name', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'rows.csv'), '1\n')
  const line = ['-i', join(folder.path, 'rows.csv'), '--hp', 'opt', 'adam']
  await ssm(folder.path, shell('echo model >"$SM_MODEL_DIR/m"', ...line, '--hp_json', 'lr', '0.1'))
  await ssm(folder.path, shell('echo model >"$SM_MODEL_DIR/m"', ...line, '--hp_json', 'lr', '0.2'))
  const shown = (await ssm(folder.path, ['show', ...task])).stdout
  expect(shown).toMatch(
    /\nbecause +changed: hyperparameter lr from 0\.1 to 0\.2\n[^]*hyperparameter +lr 0\.2\ninput +data \.ssm\//,
  )
  const document = JSON.parse((await ssm(folder.path, ['show', ...task, '--json'])).stdout) as { readonly job: string }
  expect(document).toMatchObject({
    project: 'ex',
    task: 't',
    because: 'changed: hyperparameter lr from 0.1 to 0.2',
    hyperparameters: { lr: '0.2', opt: 'adam' },
    inputs: [{ channel: 'data', uri: expect.stringMatching(/^s3:/) as string }],
  })
  const data = await ssm(folder.path, ['data', document.job])
  expect(data).toEqual(await ssm(folder.path, ['data', document.job, ...task]))
  expect(data.stdout).toContain(`job: ${document.job}\n  model `)
  expect(await ssm(folder.path, ['data', document.job, '-o', 'out', '--download_model'])).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder.path, 'out'))).toContain('model')
  expect((await ssm(folder.path, ['data'])).stderr).toContain('ssm data needs the name of a job, or -p PROJECT and -t TASK')
}, 60_000)

test('what this platform cannot honour is named, in one line', async () => {
  await using folder = await workFolder()
  const { stderr, code } = await ssm(
    folder.path,
    shell('true', '-f', 'tensorflow', '--df', 'FROM __BASE_IMAGE__', '--spot', '--enable_sagemaker_metrics'),
  )
  expect(code).toBe(0)
  expect(stderr.split('\n').filter((line) => line.startsWith('warning:'))).toEqual([
    expect.stringMatching(/the local platform does not honour .*--spot.*--framework.*--docker_file_path_or_content/) as string,
  ])
})

test('a plan names flags in its warnings, on stderr and in its document', async () => {
  await using folder = await workFolder()
  const planned = await ssm(folder.path, ['plan', ...shell('true', '--subnets=a', '--security_groups=b'), '--json'])
  const warning = 'the local platform does not honour --subnets, --security_groups: the job runs without them'
  expect(JSON.parse(planned.stdout)).toMatchObject({ warnings: [warning] })
  expect(JSON.parse(planned.stdout)).not.toHaveProperty('commandLineWarnings')
  const dry = await ssm(folder.path, [...shell('true', '--subnets=a', '--security_groups=b'), '--dry_run'])
  expect(dry.stderr).toContain(`warning: ${warning}`)
})

test.each([
  [
    ['--distribution', '{"multi_worker_mirrored_strategy": {"enabled": true}}'],
    '{"multi_worker_mirrored_strategy":{"enabled":true}}',
    [],
  ],
  [['--distribution', 'multi_worker_mirrored'], 'multi_worker_mirrored', []],
  [
    ['--distribution', '{"mpi": {"enabled": true, "processes_per_host": 2}, "parameter_server": {"enabled": false}}'],
    '{"mpi":{"enabled":true,"processes_per_host":2}}',
    [],
  ],
  [
    ['--distribution', '{"smdistributed": {"dataparallel": {"enabled": true}}}'],
    undefined,
    ['--distribution: smdistributed cannot be honoured'],
  ],
  [['--distribution', '{"mpi": {"enabled": false}}'], undefined, []],
  [
    ['--no_spot', '--max_wait_mins', '60'],
    undefined,
    ['--max_wait_mins 60 has no effect without spot: it limits the wait for spot machines'],
  ],
  [['--no_spot', '--max_wait_mins', '0'], undefined, []],
  [['--download_model', '--download_state'], undefined, ['--download_state, --download_model downloads nothing without -o DIR']],
])('%j of the original is taken for what it can mean', (argv, policy, warnings) => {
  const run = commandNamed('run')
  if (run === undefined) throw new Error('no run')
  const found = compat(parse(run, argv))
  expect(found.warnings).toEqual(warnings)
  expect(textsOf(found.parsed, 'distribution')[0]?.[0]).toBe(policy)
})

test('graph draws a project that a TypeScript file exports', async () => {
  await using folder = await workFolder()
  mkdirSync(join(folder.path, 'node_modules/@simple-sagemaker'), { recursive: true })
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}')
  // As any project with the library's own graph; the words of the library are tested elsewhere.
  writeFileSync(join(folder.path, 'shape.ts'), "export const text: string = 'a\\nb ← a.model\\n'\n")
  writeFileSync(
    join(folder.path, 'pipeline.ts'),
    "import { text } from './shape.ts'\nexport const project = { graph: () => ({ tasks: [], edges: [], text: (): string => text, mermaid: () => 'flowchart LR\\n' }) }\n",
  )
  expect(await ssm(folder.path, ['graph', 'pipeline.ts'])).toMatchObject({ code: 0, stdout: 'a\nb ← a.model\n' })
  expect(await ssm(folder.path, ['graph', 'pipeline.ts', '--mermaid'])).toMatchObject({ stdout: 'flowchart LR\n' })
  writeFileSync(join(folder.path, 'broken.ts'), 'const = 1')
  expect(await ssm(folder.path, ['graph', 'broken.ts'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be loaded') as string,
  })
  expect(readdirSync(folder.path).toSorted()).toEqual(['broken.ts', 'node_modules', 'package.json', 'pipeline.ts', 'shape.ts'])
})

test('graph writes nothing beside the file, so that one that is killed leaves nothing, and a read-only folder will do', async () => {
  await using folder = await workFolder()
  const program = `import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
const here: string = fileURLToPath(new URL('.', import.meta.url))
export const project = { graph: () => ({ tasks: [], edges: [], text: () => readdirSync(here).join() + '\\n', mermaid: () => '' }) }
`
  mkdirSync(join(folder.path, 'real folder'))
  writeFileSync(join(folder.path, 'real folder/pipeline.mts'), program)
  symlinkSync(join(folder.path, 'real folder/pipeline.mts'), join(folder.path, 'link.mts'))
  for (const file of ['real folder/pipeline.mts', 'link.mts'])
    expect(await ssm(folder.path, ['graph', file])).toMatchObject({ code: 0, stdout: 'pipeline.mts\n', stderr: '' })
})

test('doctor names what is wrong with its fix, and a Python program of the same name', async () => {
  await using folder = await workFolder()
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'ssm'), '#!/usr/bin/env python3\n')
  chmodSync(join(bin, 'ssm'), 0o755)
  const fine = await ssm(folder.path, ['doctor'])
  expect(fine.code).toBe(0)
  expect(fine.stdout).toMatch(/✓ node +\d+\.\d+\.\d+\n/)
  const shadowed = await ssm(folder.path, ['doctor'], { PATH: bin })
  expect(shadowed.stdout).toMatch(/! ssm on PATH +\S+ is the Python program[^\n]*\n +→ Use simple-sagemaker/)
  expect(shadowed.stdout).toMatch(/✗ shell/)
  expect(shadowed.code).toBe(1)
  const aws = await ssm(folder.path, ['doctor', '--platform', 'aws', '--json'])
  expect([aws.code, (JSON.parse(aws.stdout) as { ok: boolean }).ok]).toEqual([4, false])
}, 60_000)

test('a doctor who is left says nothing of what was not looked at to its end', async () => {
  await using folder = await workFolder()
  const context: ReturnType<typeof testContext> = {
    ...testContext({ cwd: folder.path, env: { SSM_PLATFORM: 'local', HOME: folder.path } }),
    onSignal: (received) => {
      received('SIGINT')
      return () => undefined
    },
  }
  expect(await app(['doctor'], context)).toBe(130)
  expect(context.stdout.text()).toBe('')
})
