import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { rootPath } from './rules/files.ts'

interface Probe {
  readonly exported: readonly string[]
  readonly loaded: readonly string[]
  readonly changed: readonly string[]
}

/** What the import of one module loads and leaves behind, seen in a process of its own. */
async function importAlone(module: string): Promise<Probe> {
  const flags = ['--conditions=ssm-source', '--import', new URL('scripts/typescript.mjs', pathToFileURL(rootPath)).href]
  const argv = [...flags, join(rootPath, 'test/house/rules/import-probe.mjs'), module]
  // From here the packages are found by their names, as a user's program finds them.
  const { stdout, stderr } = await execa(process.execPath, argv, {
    cwd: join(rootPath, 'examples'),
    env: { PATH: process.env['PATH'] },
    extendEnv: false,
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Probe
}

const core = new URL('packages/core/src/index.ts', pathToFileURL(rootPath)).href
const heavy = (probe: Probe): readonly string[] =>
  probe.loaded.filter((url) => /\/node_modules\/.*(@aws-sdk|@smithy|execa|esbuild|zod|tar-stream)/.test(url))
const platforms = (probe: Probe): readonly string[] => probe.loaded.filter((url) => /\/core\/src\/(aws|local)\//.test(url))

test('importing core loads no AWS module, no heavy module and no platform', async () => {
  const probe = await importAlone(core)
  expect(probe.loaded).toContain(core)
  expect([...heavy(probe), ...platforms(probe)]).toEqual([])
})

// What is published is a few modules, whose import the bench measures. This keeps an import from drawing in what runs jobs: it counts the
// files that describe tasks, and grows by one only together with what users can say, or when one file becomes two.
const mostFiles = 70

test(`importing core reads no more than ${mostFiles} files of it`, async () => {
  const files = new Set((await importAlone(core)).loaded.filter((url) => url.includes('/core/src/')))
  expect(files.size).toBeLessThanOrEqual(mostFiles)
})

test(
  'each entry of the published core is imported and required by a process that loads nothing else first',
  { timeout: 120_000 },
  async () => {
    const { exports } = JSON.parse(await readFile(join(rootPath, 'packages/core/package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, { readonly 'ssm-source'?: string }>>
    }
    const names = Object.keys(exports).filter((name) => exports[name]?.['ssm-source'] !== undefined)
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const entry = JSON.stringify(posix.join('@simple-sagemaker/core', name))
      // The order in which modules are loaded depends on which one is asked for first.
      const program = `const required = Object.keys(require(${entry})); import(${entry}).then((its) => process.stdout.write(String(required.every((key) => key in its) && required.length)))`
      const { stdout } = await execa(process.execPath, ['-e', program], { cwd: join(rootPath, 'examples') })
      expect(Number(stdout)).toBeGreaterThan(0)
    }
  },
)

test('importing the published core reads six files at most, and none of another package', async () => {
  const { loaded } = await importAlone(new URL('packages/core/dist/index.js', pathToFileURL(rootPath)).href)
  const files = [...new Set(loaded.filter((url) => /\/(packages\/[^/]+\/dist|node_modules)\//.test(url)))]
  expect(files.filter((url) => !url.includes('/packages/core/dist/'))).toEqual([])
  expect(files.length).toBeLessThanOrEqual(6)
})

test('importing core leaves the process as it was', async () => {
  expect((await importAlone(core)).changed).toEqual([])
})

test('importing what a job uses leaves the process as it was', async () => {
  for (const entry of ['index', 'contract']) {
    const probe = await importAlone(new URL(`packages/worker-toolkit/src/${entry}.ts`, pathToFileURL(rootPath)).href)
    expect(probe.changed).toEqual([])
    expect(probe.loaded.filter((url) => url.includes('/node_modules/'))).toEqual([])
  }
})

test('the probe sees a heavy module, a listener, a timer, a variable and a global', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-house-'))
  try {
    const file = join(folder, 'bad.mjs')
    const aws = new URL('packages/core/node_modules/@aws-sdk/client-sts/dist-cjs/index.js', pathToFileURL(rootPath)).href
    const bad = "process.on('SIGINT', () => {}); setTimeout(() => {}, 500); process.env.BAD = '1'; globalThis.bad = 1"
    await writeFile(file, `import ${JSON.stringify(aws)}\n${bad}\nexport const a = 1\n`)
    const probe = await importAlone(pathToFileURL(file).href)
    expect(heavy(probe)).not.toEqual([])
    expect(probe.changed.map((change) => change.split(':')[0])).toEqual(['globals', 'environment', 'listeners', 'resources'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
