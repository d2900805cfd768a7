import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ssm } from '../support/ssm.ts'
import { program, programFolder } from './program.ts'

const declares = program('z.object({ rows: z.int() })')

test('types of Python and of TypeScript are written from a program, in which nothing runs', async () => {
  await using folder = await programFolder(declares)
  const inFolder = { cwd: folder.path }
  expect(await ssm(['types', 'main.ts'], inFolder)).toMatchObject({ code: 0, stdout: '' })
  const python = readFileSync(join(folder.path, 'ssm_types.py'), 'utf8')
  expect(python).toContain('class TrainHyperparameters:\n    lr: float\n    mode: Literal["a", "b"]\n')
  expect(python).toContain('class TrainResult:\n    rows: int\n')
  expect(python).toContain('class TrainChannels:')
  expect(await ssm(['types', 'main.ts', '--out', 'ssm-types.ts'], inFolder)).toMatchObject({ code: 0 })
  const typescript = readFileSync(join(folder.path, 'ssm-types.ts'), 'utf8')
  expect(typescript).toContain('export interface TrainResult {\n  readonly rows: number\n}')
  expect(typescript).toContain('readonly channels: "words"')
  expect(existsSync(join(folder.path, '.ssm'))).toBe(false)
})

test('--check tells by its exit code whether the file is what the program declares', async () => {
  await using folder = await programFolder(declares)
  const check = async (): Promise<unknown> => (await ssm(['types', 'main.ts', '--check'], { cwd: folder.path })).code
  expect(await check()).toBe(1)
  await ssm(['types', 'main.ts'], { cwd: folder.path })
  expect(await check()).toBe(0)
  writeFileSync(join(folder.path, 'main.ts'), program('z.object({ rows: z.int(), more: z.string() })'))
  expect(await ssm(['types', 'main.ts', '--check'], { cwd: folder.path })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ssm_types\.py is not what .*main\.ts declares\. Run: ssm types main\.ts/) as string,
  })
})

test.each([
  ['z.date()', 'resultSchema cannot be told as JSON Schema: '],
  ['(await import("valibot")).number()', 'is not installed — Install it beside the program: npm install @valibot/to-json-schema'],
])('a result of %s cannot be told, and the message says why', async (schema, message) => {
  await using folder = await programFolder(program(schema))
  expect(await ssm(['types', 'main.ts'], { cwd: folder.path })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message) as string,
  })
})

test('a program without a project is told so', async () => {
  await using folder = await programFolder('export const nothing = 1')
  expect(await ssm(['types', 'main.ts'], { cwd: folder.path })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('exports no project') as string,
  })
})

const hooks = fileURLToPath(new URL('../../../scripts/typescript.mjs', import.meta.url))

test(
  'the exporter of valibot is found beside the program, from wherever the program is started',
  { timeout: 60_000 },
  async () => {
    const text = `import { project } from '@simple-sagemaker/core'
import * as v from 'valibot'
const ex = project('ex', { platform: 'local' })
const train = ex.task('train').code('w.py').resultSchema(v.object({ rows: v.number() }))
console.log(JSON.stringify(await ex.add(train).declarations()))
`
    await using folder = await programFolder(text, ['valibot', '@valibot/to-json-schema'])
    const argv = ['--conditions=ssm-source', '--import', hooks, join(folder.path, 'main.ts')]
    const { stdout } = await execa(process.execPath, argv, { cwd: '/' })
    expect(JSON.parse(stdout)).toMatchObject([{ task: 'train', result: { properties: { rows: { type: 'number' } } } }])
  },
)
