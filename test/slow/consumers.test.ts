import { access, copyFile, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { pack } from '../../scripts/pack.mjs'
import { pnpm } from '../../scripts/setup.mjs'
import { compile, expected, installWithNpm, installWithPnpm, run, runWith, type Tarballs } from './consumers/consumer.ts'

// Compilers, package managers and test runners, on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let top: string
let tarballs: Tarballs

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'ssm-consumers-'))
  tarballs = await pack(join(top, 'packed'))
}, 300_000)
afterAll(async () => {
  await rm(top, { recursive: true, force: true })
}, 60_000)

let stores = 0
/** Runs a built program and says what its tasks printed. */
async function start(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  const text = await runWith({ CONSUMER_STORE: `store${stores++}` }, folder, program, ...args)
  return text.trim().split('\n').at(-1) ?? ''
}
const bin = (name: string): string => join(top, 'npm/node_modules/.bin', name)
const tool = (name: string): string => join(top, 'npm/node_modules', name)

test('packing twice gives the same bytes', async () => {
  const again = await pack(join(top, 'again'), { anew: true })
  const bytes = async (all: Tarballs): Promise<readonly string[]> =>
    Promise.all(all.map(async ({ file }) => (await readFile(file)).toString('base64')))
  expect(await bytes(again)).toEqual(await bytes(tarballs))
})

describe('installed by npm', () => {
  const esm = (): string => join(top, 'npm/esm')
  const cjs = (): string => join(top, 'npm/cjs')
  beforeAll(async () => {
    await installWithNpm(join(top, 'npm'), tarballs)
    await compile(esm(), { module: 'NodeNext', moduleResolution: 'NodeNext', exactOptionalPropertyTypes: true })
  }, 200_000)

  test('a strict ES module compiles, declarations included, and runs', async () => {
    expect(await start(esm(), process.execPath, 'out/program.js')).toBe(expected)
  })

  test.each([
    ['node10', { module: 'CommonJS', moduleResolution: 'Node10' }],
    ['node16', { module: 'Node16', moduleResolution: 'Node16' }],
    ['nodenext', { module: 'NodeNext', moduleResolution: 'NodeNext' }],
    ['bundler', { module: 'Preserve', moduleResolution: 'Bundler' }],
  ])('a CommonJS program compiles under %s and runs', async (name, options) => {
    await compile(cjs(), options, `out-${name}`)
    // What a bundler would be given keeps its imports; Node runs it as the ES module that it is.
    const kind =
      name === 'bundler'
        ? ['--input-type=module', '-e', await readFile(join(cjs(), 'out-bundler/program.js'), 'utf8')]
        : [`out-${name}/program.js`]
    expect(await start(cjs(), process.execPath, ...kind)).toBe(expected)
  })

  test('an error of the library that was required is known to the one that was imported', async () => {
    const text = `import { createRequire } from 'node:module'
      import { isSsmError } from '@simple-sagemaker/core'
      const { SsmError } = createRequire(import.meta.url)('@simple-sagemaker/core')
      console.log(isSsmError(new SsmError('USAGE', 'x'), 'USAGE'))`
    expect(await run(esm(), process.execPath, '--input-type=module', '-e', text)).toContain('true')
  })

  test.each([['esm'], ['cjs']])('tsx runs the TypeScript of a %s program', async (kind) => {
    expect(await start(join(top, 'npm', kind), bin('tsx'), 'program.ts')).toBe(expected)
  })

  test.each([['node22'], ['node24']])('%s runs the TypeScript by stripping its types', async (node) => {
    expect(await start(esm(), join(tool(node), 'bin/node'), 'program.ts')).toBe(expected)
  })

  test('Bun runs the TypeScript', async () => {
    expect(await start(esm(), join(tool('bun'), 'bin/bun'), 'program.ts')).toBe(expected)
  })

  const inRunner = (
    folder: string,
    env: Readonly<Record<string, string>>,
    ...argv: readonly [string, ...string[]]
  ): Promise<string> => runWith({ RUNNER_STORE: `store${stores++}`, CONSUMER_EXPECTED: expected, ...env }, folder, ...argv)

  test('inside Jest with CommonJS', async () => {
    await compile(cjs(), { module: 'Node16', moduleResolution: 'Node16' })
    const said = await inRunner(
      cjs(),
      {},
      process.execPath,
      tool('jest/bin/jest.js'),
      '--testMatch',
      '**/inside.cjs',
      '--rootDir',
      cjs(),
    )
    expect(said).toContain('1 passed')
  })

  test('inside Jest with ES modules', async () => {
    const flags = { NODE_OPTIONS: '--experimental-vm-modules' }
    const said = await inRunner(
      esm(),
      flags,
      process.execPath,
      tool('jest/bin/jest.js'),
      '--testMatch',
      '**/inside.mjs',
      '--rootDir',
      esm(),
    )
    expect(said).toContain('1 passed')
  })

  const inVitest = async (pool: string): Promise<void> => {
    await writeFile(join(esm(), 'vitest.config.mjs'), "export default { test: { include: ['inside.mjs'] } }")
    const argv = ['run', '--globals', '--pool', pool, '--root', esm(), '--no-cache']
    const said = await inRunner(esm(), {}, process.execPath, tool('vitest/vitest.mjs'), ...argv)
    expect(said).toMatch(/Tests +1 passed/)
  }
  test.each(['threads', 'vmThreads', 'forks'])('inside vitest with %s', inVitest)

  test.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('a bundle by esbuild (%s) that contains the library runs beside its packages', async (format, ending) => {
    await run(
      esm(),
      bin('esbuild'),
      'program.ts',
      '--bundle',
      '--platform=node',
      `--format=${format}`,
      `--outfile=bundled/b.${ending}`,
    )
    expect(await start(esm(), process.execPath, `bundled/b.${ending}`)).toBe(expected)
  })

  test('a bundle without its packages says what to do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssm-alone-'))
    try {
      await run(
        esm(),
        bin('esbuild'),
        'program.ts',
        '--bundle',
        '--platform=node',
        '--format=cjs',
        `--outfile=${folder}/alone.cjs`,
      )
      for (const name of ['worker.py', 'worker.ts']) await copyFile(join(esm(), name), join(folder, name))
      const said = await runWith({ CONSUMER_STORE: 'store' }, folder, process.execPath, 'alone.cjs').catch(String)
      expect(said).toContain('Mark @simple-sagemaker/* external')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('what is not used is not bundled', async () => {
    const entry = 'export { Secret } from "@simple-sagemaker/core"'
    const argv = ['--bundle', '--platform=node', '--format=esm', '--minify', '--external:@aws-sdk/*']
    const { stdout } = await execa(bin('esbuild'), argv, { cwd: esm(), input: entry })
    // The whole library is 200 KB and more.
    expect(stdout.length).toBeLessThan(20_000)
  })

  test('a platform of their own compiles, passes a check of the suite, and runs a task', async () => {
    const folder = join(top, 'npm/own')
    await cp(new URL('../../examples/03-own-platform', import.meta.url), folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    const program = await readFile(new URL('consumers/own-platform.ts', import.meta.url), 'utf8')
    await writeFile(join(folder, 'program.ts'), program.replace('../../../examples/03-own-platform/', './'))
    await compile(folder, { module: 'NodeNext', moduleResolution: 'NodeNext', rewriteRelativeImportExtensions: true })
    expect(await run(folder, process.execPath, 'out/program.js')).toBe('an object read back, and a task said hello')
  })

  test('every declaration leads to a published source', async () => {
    const folder = join(top, 'npm/node_modules/@simple-sagemaker/core/dist')
    for (const file of [
      'types/index.d.ts.map',
      'types/project/project.d.ts.map',
      'cjs/types/aws/index.d.ts.map',
      'index.js.map',
    ]) {
      const path = join(folder, file)
      const { sources } = JSON.parse(await readFile(path, 'utf8')) as { sources: readonly string[] }
      for (const source of sources.filter((name) => !name.includes('node_modules') && !name.includes(':')))
        await access(join(dirname(path), source))
    }
  })

  test('the command is there, and starts', async () => {
    expect(await run(esm(), bin('ssm'), '--help')).toContain('ssm run')
    expect((await stat(bin('simple-sagemaker'))).mode & 0o111).not.toBe(0)
  })
})

test('installed by pnpm, where a package sees only what it names, a strict program compiles and runs, and so does the command', async () => {
  await installWithPnpm(join(top, 'pnpm'), tarballs, pnpm)
  const esm = join(top, 'pnpm/esm')
  await compile(esm, { module: 'NodeNext', moduleResolution: 'NodeNext' })
  expect(await start(esm, process.execPath, 'out/program.js')).toBe(expected)
  const said = await run(
    esm,
    join(top, 'pnpm/node_modules/.bin/ssm'),
    'shell',
    '-p',
    'p',
    '-t',
    't',
    '--cmd',
    'echo from-the-shell',
    '--platform',
    'local',
  )
  expect(said).toContain('from-the-shell')
}, 120_000)
