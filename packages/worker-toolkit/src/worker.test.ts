import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { worker } from './worker.ts'
import type { Json } from './json-file.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'ssm-worker-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const env = {
  SAGEMAKER_JOB_NAME: 'train-1',
  SM_CURRENT_HOST: 'algo-2',
  SM_HOSTS: '["algo-1","algo-2"]',
  SSM_HOST_RANK: '1',
  SSM_NUM_NODES: '2',
  SM_CURRENT_INSTANCE_TYPE: 'ml.m5.large',
  SM_NUM_CPUS: '4',
  SM_NUM_GPUS: '1',
  SM_CHANNELS: '["data","words"]',
  SM_CHANNEL_DATA: '/r/opt/ml/input/data/data',
  SM_CHANNEL_WORDS: '/r/opt/ml/input/data/words',
  SM_HPS: '{"lr":0.1,"name":"a b","deep":{"list":[1,null]}}',
  SM_MODEL_DIR: '/r/opt/ml/model',
  SM_OUTPUT_DATA_DIR: '/r/opt/ml/output/data',
  SSM_STATE: '/r/state',
  SSM_INSTANCE_STATE: '/r/state/algo-2',
  SSM_TENSORBOARD_DIR: '/r/opt/ml/output/tensorboard',
}

test('a worker sees every fact of its machine, typed and frozen', () => {
  const here = worker({ env, args: ['--raw', 'a b'] })
  expect(here).toMatchObject({
    job: 'train-1',
    kind: 'training',
    host: 'algo-2',
    hosts: ['algo-1', 'algo-2'],
    rank: 1,
    isMain: false,
    machines: 2,
    instanceType: 'ml.m5.large',
    cpus: 4,
    gpus: 1,
    args: ['--raw', 'a b'],
    channels: { data: '/r/opt/ml/input/data/data', words: '/r/opt/ml/input/data/words' },
    hyperparameters: { lr: 0.1, name: 'a b', deep: { list: [1, null] } },
    modelDir: '/r/opt/ml/model',
    outputDir: '/r/opt/ml/output/data',
    stateDir: '/r/state',
    instanceStateDir: '/r/state/algo-2',
    tensorboardDir: '/r/opt/ml/output/tensorboard',
  })
  expect([here, here.hosts, here.args, here.channels, here.hyperparameters].every(Object.isFrozen)).toBe(true)
  expect(here.env['SM_NUM_CPUS']).toBe('4')
})

test('the hyperparameters have the type the program names', () => {
  const here = worker<{ hyperparameters: { lr: number } }>({ env })
  expectTypeOf(here.hyperparameters.lr).toEqualTypeOf<number>()
  expectTypeOf(worker({ env }).hyperparameters).toEqualTypeOf<Readonly<Record<string, unknown>>>()
  expect(here.hyperparameters.lr).toBe(0.1)
})

test('a channel that is not there is answered with those that are', () => {
  const here = worker({ env })
  expect(here.channel('words')).toBe('/r/opt/ml/input/data/words')
  expect(() => here.channel('wrods')).toThrow("There is no channel 'wrods'; this job has: data, words")
  expect(() => here.channel('toString')).toThrow('There is no channel')
  expect(() => worker({ env: { SSM_MACHINE_ROOT: '/r' } }).channel('data')).toThrow('this job has no channels')
})

test('where the launcher set nothing but the root, the facts are those of one machine', () => {
  const here = worker({ env: { SSM_MACHINE_ROOT: '/r' }, args: [] })
  expect(here).toMatchObject({
    job: '',
    host: 'algo-1',
    hosts: ['algo-1'],
    rank: 0,
    isMain: true,
    machines: 1,
    gpus: 0,
    channels: {},
    hyperparameters: {},
    instanceStateDir: '/r/state/algo-1',
  })
  expect(here.cpus).toBeGreaterThan(0)
})

test('a processing job is known by its output', () => {
  expect(worker({ env: { SSM_MACHINE_ROOT: '', SSM_OUTPUT: '/opt/ml/processing/output' } }).kind).toBe('processing')
})

test.each([
  ['SM_HPS', '{'],
  ['SM_HPS', '[]'],
  ['SM_HOSTS', '{}'],
  ['SM_CHANNELS', '[1]'],
  ['SM_NUM_CPUS', 'many'],
])('a broken %s (%s) is named', (name, text) => {
  expect(() => worker({ env: { ...env, [name]: text } })).toThrow(`The variable ${name} should hold`)
})

test("state is kept as JSON in the machine's own folder and comes back as it was", async () => {
  const state = worker({ env: { ...env, SSM_INSTANCE_STATE: join(folder(), 'algo-2') } }).state
  expect(await state.read('epoch.json')).toBeUndefined()
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), async (value) => {
      // The generator's type is JSON with wider names. A key "__proto__" is refused, which another test holds.
      const text = JSON.stringify(value)
      fc.pre(!text.includes('"__proto__"'))
      const json = JSON.parse(text) as Json
      await state.write('deep/epoch.json', json)
      expect(await state.read('deep/epoch.json')).toEqual(json)
    }),
    { numRuns: 20 },
  )
})

test('a name that leaves the state folder is refused, to read and to write', async () => {
  const state = worker({ env: { ...env, SSM_INSTANCE_STATE: folder() } }).state
  for (const name of ['', '.', '..', '../x.json', '/etc/passwd', 'a/../../x']) {
    await expect(state.write(name, 1)).rejects.toThrow('is not the name of a file inside')
    await expect(state.read(name)).rejects.toThrow('is not the name of a file inside')
  }
})

test('a state file that holds no JSON is an error with its path', async () => {
  const place = folder()
  writeFileSync(join(place, 'x.json'), '{')
  await expect(worker({ env: { ...env, SSM_INSTANCE_STATE: place } }).state.read('x.json')).rejects.toThrow(
    `${place}/x.json does not hold JSON`,
  )
})

test('the result is written whole, the last one counts', async () => {
  const place = folder()
  const here = worker({ env: { ...env, SM_OUTPUT_DATA_DIR: place } })
  await here.writeResult({ loss: 0.5 })
  await Promise.all([here.writeResult({ loss: 0.25 }), here.writeResult({ loss: 0.25 })])
  expect(readdirSync(place)).toEqual(['result.json'])
  expect(JSON.parse(readFileSync(join(place, 'result.json'), 'utf8'))).toEqual({ loss: 0.25 })
})

test('what JSON cannot represent is refused with its place, and nothing is written', async () => {
  const place = folder()
  const here = worker({ env: { ...env, SM_OUTPUT_DATA_DIR: place } })
  const round: Record<string, unknown> = {}
  round['self'] = round
  const cases: readonly (readonly [unknown, string])[] = [
    [{ a: [1, Number.NaN] }, 'value.a[1] is NaN'],
    [{ a: new Map() }, 'value.a is a Map'],
    [{ a: new Date() }, 'value.a is a Date'],
    [[() => 1], 'value[0] is () => 1'],
    [[undefined], 'value[0] is undefined'],
    [1n, 'value is 1'],
    [round, 'value.self holds itself'],
  ]
  for (const [value, sentence] of cases) {
    // Plain JavaScript can hand over anything.
    await expect(here.writeResult(value as Json)).rejects.toThrow(sentence)
  }
  expect(readdirSync(place)).toEqual([])
  await here.writeResult({ absent: undefined } as unknown as Json)
  expect(readFileSync(join(place, 'result.json'), 'utf8')).toBe('{}\n')
})

test('a job that was started with another declaration than the types were written from is refused, by the fields that differ', () => {
  interface Train {
    readonly channels: 'words'
    readonly hyperparameters: { readonly lr: number }
    readonly result: { readonly rows: number }
  }
  const types = 'hyperparameters.lr=aaaaaa result.rows=bbbbbb'
  const job = worker<Train>({ env: { SM_HPS: '{"lr":1}', SSM_TYPES: types, SM_CHANNELS: '["words"]' }, types })
  const lr: number = job.hyperparameters.lr
  expect([lr, job.channel('words')]).toEqual([1, expect.stringMatching(/opt.ml.input.data.words$/)])
  // @ts-expect-error There is no such channel.
  expect(() => job.channel('word')).toThrow('no channel')
  expect(() => worker({ env: { SSM_TYPES: 'hyperparameters.lr=cccccc result.rows=bbbbbb result.more=d' }, types })).toThrow(
    'declares hyperparameters.lr, result.more differently',
  )
  expect(() => worker({ env: { SSM_TYPES: '*=cccccc' }, types: '*=aaaaaa' })).toThrow('declares some field differently')
  expect(() => worker({ env: {}, types })).not.toThrow()
})
