import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Machine, shells, twoMachines } from '../test/machine.ts'
import { bundleFile, launcherFile, settingsFile, tamperedExitCode } from './contract.ts'
import type { Layout } from '../test/machine.ts'

const pythonArgs = "import os, sys\nos.write(1, b''.join(os.fsencode(a) + b'\\0' for a in sys.argv[1:]))\n"
const shellArgs = `for a; do printf '%s\\0' "$a"; done\n`
const nodeArgs = "process.stdout.write(process.argv.slice(2).map((a) => a + '\\0').join(''))\n"

/** Each way to run, as a program that tells its arguments, every one closed by a NUL. */
const tellers: Readonly<Record<Layout['run'], (args: readonly string[]) => Layout>> = {
  python: (args) => ({ run: 'python', argv: ['tell args.py', ...args], files: { 'tell args.py': pythonArgs } }),
  node: (args) => ({ run: 'node', argv: ['tell.mjs', ...args], files: { 'tell.mjs': nodeArgs } }),
  script: (args) => ({ run: 'script', argv: ['tell.sh', ...args], files: { 'tell.sh': `#!/bin/sh\n${shellArgs}` } }),
  line: (args) => ({ run: 'line', argv: [shellArgs, ...args] }),
  command: (args) => ({ run: 'command', argv: ['python3', '-c', pythonArgs, ...args] }),
}
const ways = ['python', 'node', 'script', 'line', 'command'] as const

const awkward = [
  '',
  ' ',
  'a b',
  '$HOME',
  '`id`',
  '*',
  '"',
  "'",
  `'"'`,
  '\\',
  '\\n',
  ';',
  'a;echo X',
  '\n',
  'a\n',
  '\n\nb',
  '-n',
  '--help',
  '-',
  '--',
  '!!',
  '~',
  '{a,b}',
  'é日本🙂',
  '\t',
  '&&',
  '#',
  '%s',
  '',
]
const words = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'))
const shellText = fc.string({ unit: fc.constantFrom(...` '"$*;\n\\\`-=&|<>(){}[]!#~?%a`.split('')), maxLength: 12 })
const argument = fc.oneof(words, shellText, fc.constantFrom(...awkward))

const told = (stdout: Buffer): readonly string[] => stdout.toString().split('\0').slice(0, -1)

describe.each(shells)('the launcher under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on.each(ways)('hands every argument to a %s program as it was given', async (way) => {
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 25 }), async (args) => {
        const ended = await new Machine(tellers[way](args)).run(shell)
        expect({ args: told(ended.stdout), code: ended.code, stderr: ended.stderr.toString() }).toEqual({
          args,
          code: 0,
          stderr: '',
        })
      }),
      { numRuns: 4, examples: [[awkward], [[]]] },
    )
  })

  on('sets the whole environment of a training job', async () => {
    const machine = new Machine({ run: 'command', argv: ['env', '-0'], resources: twoMachines })
    machine.put('/opt/ml/input/config/inputdataconfig.json', '{\n  "data" : { "TrainingInputMode" : "File" }\n}\n')
    const env = environment((await machine.run(shell, { MASTER_PORT: '1234' })).stdout)
    const { root } = machine
    expect(env).toMatchObject({
      SAGEMAKER_JOB_NAME: 't-1',
      SM_HPS: '{"min":3}',
      SM_CHANNEL_DATA: `${root}/opt/ml/input/data/data`,
      SM_CURRENT_HOST: 'algo-2',
      SM_HOSTS: '["algo-1","algo-2"]',
      SSM_HOST_RANK: '1',
      SSM_NUM_NODES: '2',
      SM_CURRENT_INSTANCE_TYPE: 'ml.m5.large',
      SM_NETWORK_INTERFACE_NAME: 'eth0',
      SM_RESOURCE_CONFIG: twoMachines,
      SM_NUM_CPUS: String(availableParallelism()),
      SM_NUM_GPUS: '0',
      SM_NUM_NEURONS: '0',
      SM_LOG_LEVEL: '20',
      SM_MODEL_DIR: `${root}/opt/ml/model`,
      SM_OUTPUT_DIR: `${root}/opt/ml/output`,
      SM_OUTPUT_DATA_DIR: `${root}/opt/ml/output/data`,
      SM_INPUT_DIR: `${root}/opt/ml/input`,
      SM_INPUT_CONFIG_DIR: `${root}/opt/ml/input/config`,
      SM_INPUT_DATA_CONFIG: '{"data":{"TrainingInputMode":"File"}}',
      SSM_STATE: `${root}/state`,
      SSM_INSTANCE_STATE: `${root}/state/algo-2`,
      SSM_TENSORBOARD_DIR: `${root}/opt/ml/output/tensorboard`,
      MASTER_ADDR: 'algo-1',
      MASTER_PORT: '1234',
      PYTHONPATH: `${root}/opt/ml/code`,
      PYTHONUNBUFFERED: '1',
      PWD: `${root}/opt/ml/code`,
    })
    expect(env).not.toHaveProperty('SSM_OUTPUT')
  })

  on('sets the places of a processing job', async () => {
    const machine = new Machine({ kind: 'processing', run: 'command', argv: ['env', '-0'] })
    const env = environment((await machine.run(shell)).stdout)
    const place = `${machine.root}/opt/ml/processing`
    expect(env).toMatchObject({
      SSM_OUTPUT: `${place}/output`,
      SM_OUTPUT_DATA_DIR: `${place}/output`,
      SSM_STATE: `${place}/state`,
      SSM_INSTANCE_STATE: `${place}/state/algo-1`,
      SM_INPUT_DIR: `${place}/input`,
      SM_INPUT_CONFIG_DIR: `${machine.root}/opt/ml/config`,
      SM_MODEL_DIR: `${machine.root}/opt/ml/model`,
      MASTER_ADDR: 'algo-1',
      MASTER_PORT: '7777',
      SSM_NUM_NODES: '1',
      SSM_HOST_RANK: '0',
    })
  })

  on('reads a machine description spread over lines, with instance groups and blanks', async () => {
    const hosts = Array.from({ length: 12 }, (_, at) => `algo-${at + 1}`)
    const groups = [
      { instance_group_name: 'a  b', instance_type: 'ml.x', hosts: ['algo-9'] },
      { instance_group_name: 'c', hosts: ['algo-8'] },
    ]
    const resources = {
      instance_groups: groups,
      current_group_name: 'a "quoted" b',
      current_host: 'algo-10',
      hosts,
      topology: null,
    }
    const machine = new Machine({ run: 'command', argv: ['env', '-0'], resources: `${JSON.stringify(resources, null, 3)}\n` })
    const env = environment((await machine.run(shell)).stdout)
    expect(env['SM_RESOURCE_CONFIG']).toBe(JSON.stringify(resources))
    expect(env).toMatchObject({ SM_HOSTS: JSON.stringify(hosts), SSM_HOST_RANK: '9', SSM_NUM_NODES: '12', MASTER_ADDR: 'algo-1' })
  })

  on('gives a processing job the state of the run before', async () => {
    const machine = new Machine({
      kind: 'processing',
      run: 'line',
      argv: ['cat "$SSM_STATE/algo-1/a b" && echo new >"$SSM_STATE/new"'],
    })
    machine.put('/opt/ml/processing/state_prev/algo-1/a b', 'before')
    const ended = await machine.run(shell)
    expect([ended.code, ended.stdout.toString(), machine.read('/opt/ml/processing/state/new')]).toEqual([0, 'before', 'new\n'])
  })

  on('unpacks the archives of a channel beside themselves when the settings say so', async () => {
    const machine = new Machine({
      run: 'line',
      argv: ['cat "$SSM_MACHINE_ROOT/opt/ml/input/data/m/deep/weights" && ls "$SSM_MACHINE_ROOT/opt/ml/input/data/other"'],
      settings: "ssm_unpack='/opt/ml/input/data/m\n/opt/ml/input/data/empty'",
    })
    machine.put('/model/deep/weights', 'w\n')
    for (const channel of ['m', 'other']) {
      machine.put(`/opt/ml/input/data/${channel}/.keep`, '')
      execFileSync('tar', [
        '-czf',
        `${machine.root}/opt/ml/input/data/${channel}/model.tar.gz`,
        '-C',
        `${machine.root}/model`,
        '.',
      ])
    }
    expect((await machine.run(shell)).stdout.toString()).toBe('w\nmodel.tar.gz\n')
    machine.put('/opt/ml/input/data/m/broken.tar.gz', 'no archive')
    expect((await machine.run(shell)).code).toBe(1)
    expect(machine.failure()).toMatch(/broken\.tar\.gz could not be unpacked/)
  })

  on.each([settingsFile, bundleFile, launcherFile])('refuses a changed %s and runs nothing', async (file) => {
    const machine = new Machine({ run: 'line', argv: ['touch "$SSM_STATE/ran"'] })
    const digests = machine.digests()
    const path = join(machine.channel, file)
    execFileSync('sh', ['-c', 'echo "" >>"$1"', 'sh', path])
    const ended = await machine.run(shell, {}, digests)
    expect(ended.code).toBe(tamperedExitCode)
    expect(machine.failure()).toContain(`${file} is not the file this job was submitted with`)
    expect(machine.read('/state/ran')).toBeUndefined()
  })
})

test.skipIf(!shells.some(({ name, here }) => here && name.startsWith('busybox')))(
  'busybox alone is enough of an image',
  async () => {
    const machine = new Machine({ run: 'line', argv: ['echo "$1" >&2; exit 5', 'é last words'], kind: 'processing' })
    const bin = join(machine.root, 'bin')
    mkdirSync(bin)
    execFileSync('busybox', ['--install', '-s', bin])
    const ended = await machine.run([join(bin, 'sh')], { PATH: bin })
    expect([ended.code, ended.stderr.toString()]).toEqual([5, 'é last words\n'])
    expect(machine.read('/opt/ml/output/message')).toMatch(/^exit code 5 on algo-1\n.* last words\n$/)
    expect([machine.leftovers(), await machine.processesLeft()]).toEqual([[], []])
  },
)

function environment(stdout: Buffer): Readonly<Record<string, string>> {
  const pairs = stdout
    .toString()
    .split('\0')
    .slice(0, -1)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(pairs) as Record<string, string>
}
