import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { setup } from '../../scripts/setup.mjs'

// The packages as they are built, in a project of its own.
vi.setConfig({ testTimeout: 120_000 })
const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
const place = (name: string): string => join(folder, name)

const wrong = `import { worker } from '@simple-sagemaker/worker-toolkit'
import type { train } from './pipeline.ts'

const job = worker<typeof train>()
job.channel('word')
const text: string = job.hyperparameters.least
await job.readDocument('words/rows.jsonl')
await job.writeDocument('model/longest.json', { words: [1] })
await job.writeResult({ rows: 1 })
console.log(text)
`

beforeAll(async () => {
  await setup()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ssm-typed-worker-')))
  await cp(join(root, 'test/slow/typed-worker'), folder, { recursive: true })
  await mkdir(place('node_modules/@simple-sagemaker'), { recursive: true })
  for (const name of ['core', 'worker-toolkit'])
    await symlink(join(root, 'packages', name), place(`node_modules/@simple-sagemaker/${name}`))
  await symlink(join(root, 'test/node_modules/zod'), place('node_modules/zod'))
  for (const name of ['data', 'more']) await mkdir(place(name))
  await writeFile(place('package.json'), '{"type": "module"}')
  await writeFile(place('data/rows.jsonl'), '{"word": "a", "size": 1}\n{"word": "größe", "size": 5}\n')
  await writeFile(place('more/more.txt'), 'end\n')
  const build = async (outfile: string, bundle: boolean): Promise<unknown> =>
    esbuild({
      entryPoints: [place('worker.ts')],
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      bundle,
      outfile: place(outfile),
    })
  // As a compiler leaves it, and as a bundler does, with the toolkit in it.
  await build('compiled.mjs', false)
  await build('bundled.mjs', true)
  await writeFile(place('wrong.ts'), wrong)
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }), 60_000)

test.each([['worker.ts'], ['compiled.mjs'], ['bundled.mjs']])(
  'a job of %s has the channels, hyperparameters, documents and the result of the task whose type it took',
  async (worker) => {
    const argv = ['--import', join(root, 'scripts/typescript.mjs'), 'pipeline.ts', worker]
    const { stdout } = await execa(process.execPath, argv, {
      cwd: folder,
      env: { SSM_CACHE_DIR: place('cache'), SSM_LOCAL_DIR: place(`store-${worker}`) },
    })
    expect(JSON.parse(stdout)).toEqual({ result: { rows: 2, mode: 'upper' }, longest: { words: ['GRÖSSE', 'END'] } })
  },
)

const compilers = { '5.4': 'typescript-5.4/bin/tsc', '7': 'typescript-7/bin/tsc' }

test.each(Object.entries(compilers))("the task's type says what a worker may do, on TypeScript %s", async (_, compiler) => {
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
  ]
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--pretty', 'false']
  const argv = [join(root, 'node_modules', compiler), ...options, ...types, 'worker.ts', 'wrong.ts']
  const { all } = await execa(process.execPath, argv, { cwd: folder, all: true, reject: false })
  const first = all.split('\n').filter((line) => /^\S/.test(line))
  expect(first).toEqual([
    expect.stringMatching(
      /^wrong\.ts\(5,.*'"word"' is not assignable to parameter of type '("words"|"more-words") \| ("words"|"more-words")'/,
    ),
    expect.stringMatching(/^wrong\.ts\(6,.*Type 'number' is not assignable to type 'string'/),
    expect.stringMatching(/^wrong\.ts\(7,/),
    expect.stringMatching(/^wrong\.ts\(8,.*Type 'number' is not assignable to type 'string'/),
    expect.stringMatching(/^wrong\.ts\(9,.*'\{ rows: number; \}'.*'\{ rows: number; mode: string; \}'/),
  ])
})
