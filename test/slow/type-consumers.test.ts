import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { pack } from '../../scripts/pack.mjs'

// Compilers, one after the other, on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))
const compilers = {
  '5.4': 'typescript-5.4/bin/tsc',
  '6': 'typescript/bin/tsc6',
  '7': 'typescript-7/bin/tsc',
}
type Version = keyof typeof compilers

const strict = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  strict: true,
  skipLibCheck: false,
  declaration: true,
  rootDir: '.',
}
const esm = { module: 'NodeNext', moduleResolution: 'NodeNext', verbatimModuleSyntax: true }
const resolutions = {
  'NodeNext, an ES module': esm,
  'node16, CommonJS': { module: 'Node16', moduleResolution: 'Node16' },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler', verbatimModuleSyntax: true },
  node10: { module: 'CommonJS', moduleResolution: 'Node10' },
}
// Version 7 knows no node10 any more, and 6 says that it will go.
const kinds = Object.keys(resolutions) as (keyof typeof resolutions)[]
const matrix = (Object.keys(compilers) as Version[]).flatMap((version) => [
  ...kinds.filter((kind) => version !== '7' || kind !== 'node10').map((kind) => ({ version, kind, exact: true })),
  { version, kind: kinds[0] ?? 'bundler', exact: false },
])

let top: string

// The packed files beside what they need, as npm lays them out, without its registry.
beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'ssm-type-consumers-')))
  const modules = join(top, 'node_modules')
  for (const { name, file } of await pack(join(top, 'packed'))) {
    await mkdir(join(modules, name), { recursive: true })
    await execa('tar', ['-xzf', file, '--strip-components=1', '-C', join(modules, name)])
  }
  const needed = { '@types/node': root, '@standard-schema/spec': join(root, 'packages/core') }
  for (const [name, owner] of Object.entries(needed))
    await cp(await realpath(join(owner, 'node_modules', name)), join(modules, name), { recursive: true, dereference: true })
  // Vitest has it beside itself.
  const vitest = dirname(await realpath(join(root, 'node_modules/vitest')))
  await cp(await realpath(join(vitest, 'expect-type')), join(modules, 'expect-type'), { recursive: true, dereference: true })
  const types = await realpath(join(root, 'node_modules/@types/node'))
  await cp(join(dirname(dirname(types)), 'undici-types'), join(modules, 'undici-types'), { recursive: true, dereference: true })
}, 180_000)
afterAll(async () => {
  await rm(top, { recursive: true, force: true })
})

/** A folder with these programs; `options` are the compiler's. */
async function folderOf(name: string, files: readonly string[], options: object, more: object = {}): Promise<string> {
  const folder = join(top, name)
  await mkdir(folder, { recursive: true })
  for (const file of files) await cp(join(root, 'test/slow/type-consumers', file), join(folder, file))
  const compilerOptions = { ...strict, outDir: 'out', ...options }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files, ...more }))
  const type = 'module' in options && ['Node16', 'CommonJS'].includes(String(options.module)) ? 'commonjs' : 'module'
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type }))
  return folder
}

// Each old compiler is one process for all of its programs: a new one for each would spend most of its time on becoming quick.
const processes = new Map<Version, ChildProcess>()
afterAll(async () => {
  for (const child of processes.values()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const end = once(child, 'exit')
    child.kill('SIGKILL')
    await end
  }
})

function compilerOf(version: Exclude<Version, '7'>): ChildProcess {
  const known = processes.get(version)
  if (known !== undefined) return known
  const typescript = join(root, 'node_modules', compilers[version], '../../lib/typescript.js')
  const child = fork(join(root, 'test/slow/type-consumers/compile.cjs'), [typescript], { execArgv: [] })
  processes.set(version, child)
  return child
}

/** What the compiler says about the project of a folder, or with `build` about that project and those that it refers to: nothing, when all is well. */
async function problems(version: Version, folder: string, build?: string): Promise<string> {
  if (version === '7') return tsc(version, folder, ...(build === undefined ? ['-p', '.'] : ['-b', build]))
  const child = compilerOf(version)
  const over = new AbortController()
  try {
    const answer = once(child, 'message', over)
    const end = once(child, 'exit', over).then(() => Promise.reject(new Error(`The compiler ${version} ended`)))
    child.send({ folder, build })
    const [said] = (await Promise.race([answer, end])) as readonly unknown[]
    return String(said)
  } finally {
    over.abort()
  }
}

/** What the compiler's program prints. */
async function tsc(version: Version, folder: string, ...args: readonly string[]): Promise<string> {
  const argv = [join(root, 'node_modules', compilers[version]), ...args, '--pretty', 'false']
  const { all } = await execa(process.execPath, argv, { cwd: folder, all: true, reject: false, timeout: 110_000 })
  return all
}

test.each(matrix)(
  'exported chains emit short declarations on TypeScript $version, $kind, exact optional properties $exact',
  async ({ version, kind, exact }) => {
    const silence = version === '6' && kind === 'node10' ? { ignoreDeprecations: '6.0' } : {}
    const options = { ...resolutions[kind], ...silence, exactOptionalPropertyTypes: exact }
    const folder = await folderOf(`${version}-${kind.replaceAll(/\W/g, '')}-${exact}`, ['library.ts', 'program.ts'], options)
    expect(await problems(version, folder)).toBe('')
    const declarations = await readFile(join(folder, 'out/library.d.ts'), 'utf8')
    expect(declarations.split(/^(?=export|    \w)/m).filter((text) => text.length > 600)).toEqual([])
    expect(declarations).not.toMatch(/[:<|] any\b/)
  },
)

test.each(Object.keys(compilers) as Version[])('projects that refer to each other compile on TypeScript %s', async (version) => {
  const options = { ...esm, composite: true }
  const library = await folderOf(`refs-${version}/library`, ['library.ts'], options)
  const program = await folderOf(`refs-${version}/program`, ['program.ts'], options, { references: [{ path: '../library' }] })
  const text = await readFile(join(program, 'program.ts'), 'utf8')
  await writeFile(join(program, 'program.ts'), text.replace('./library.js', '../library/out/library.js'))
  expect(await problems(version, library, '../program')).toBe('')
})

test.each(['6', '7'] as const)(
  'exports that say their types compile with isolatedDeclarations on TypeScript %s',
  async (version) => {
    const folder = await folderOf(`isolated-${version}`, ['annotated.ts'], { ...esm, isolatedDeclarations: true })
    expect(await problems(version, folder)).toBe('')
  },
)

const javascript = { ...esm, allowJs: true, checkJs: true, declaration: false, noEmit: true }

test.each(['5.4', '7'] as const)('JavaScript with types in comments compiles on TypeScript %s', async (version) => {
  const folder = await folderOf(`javascript-${version}`, ['javascript.js'], javascript)
  expect(await problems(version, folder)).toBe('')
})

// Each line is refused with this sentence.
const wrongLines: readonly (readonly [code: string, sentence: string])[] = [
  [`ex.task('t').run()`, 'say what it runs first'],
  [`train.spot().warm('1 hour')`, 'a warm pool keeps on-demand machines'],
  [`train.maxRun('24h')`, `write it as '24 hours'`],
  [`known.add(train)`, `task 'train' is already part of this project`],
  [`known.task('e').code('e.py').input.fromTask('tran', 'model')`, `'"tran"' is not assignable to parameter of type '"train"'`],
  [`train.instances('ml.m5.lrage')`, `'"ml.m5.lrage"' is not assignable`],
  [`ex.processing('p').code('p.py').spot()`, 'a processing task has no spot'],
  [`train.input.local('a').input.local('b')`, `channel 'data' has an input already`],
  [`train.outputs({ words: '/opt/ml/processing/words' })`, 'only a processing task names outputs'],
  [`void (async () => (await train.metric('acc', /(a)/).run()).metrics.accc)`, `Did you mean 'acc'?`],
  [`void (async () => (await ex.processing('p').code('p.py').run()).outputs.model)`, `Property 'model' does not exist`],
]
const wrongHead = [
  `import { project } from '@simple-sagemaker/core'`,
  `const ex = project('ex')`,
  `const train = ex.task('train').code('train.py')`,
  `const known = ex.add(train)`,
]

test.each(['5.4', '7'] as const)('wrong JavaScript is answered with the sentence on TypeScript %s', async (version) => {
  const folder = await folderOf(`wrong-${version}`, [], javascript, { files: ['wrong.js'] })
  await writeFile(join(folder, 'wrong.js'), [...wrongHead, ...wrongLines.map(([code]) => code), ''].join('\n'))
  const said = (await problems(version, folder)).split(/^(?=wrong\.js)/m)
  const firstLines = wrongLines.map((_, index) => {
    const line = wrongHead.length + index + 1
    return said.find((text) => text.startsWith(`wrong.js(${line},`))?.split('\n')[0] ?? ''
  })
  expect(firstLines).toEqual(wrongLines.map(([, sentence]) => expect.stringContaining(sentence) as unknown))
  expect(said).toHaveLength(wrongLines.length)
})

test.each(Object.keys(compilers) as Version[])(
  'a task that is configured step by step, and functions that run elsewhere, compile on TypeScript %s',
  async (version) => {
    const folder = await folderOf(`step-by-step-${version}`, ['step-by-step.ts', 'functions.ts', 'work.ts'], esm)
    expect(await problems(version, folder)).toBe('')
  },
)

// The type tests of this repository, against the packed types.
async function shapesOf(folder: string): Promise<string> {
  const grammar = join(top, 'node_modules/@simple-sagemaker/core/dist/types/project/grammar')
  const text = (await readFile(join(root, 'test/types/shapes.test-d.ts'), 'utf8'))
    .replace("import { expectTypeOf, test } from 'vitest'", "import { expectTypeOf } from 'expect-type'")
    .replaceAll(/'[./]+\/packages\/core\/src\/project\/grammar\/(\w+)\.ts'/g, (_, name: string) =>
      JSON.stringify(`./${relative(folder, join(grammar, `${name}.js`))}`),
    )
  return `${text}\ndeclare function test(name: string, body: () => void): void\n`
}

test.each(Object.keys(compilers) as Version[])(
  'the shapes that cross, and those that do not with what is said, are the same on TypeScript %s',
  async (version) => {
    const folder = await folderOf(`shapes-${version}`, [], { ...esm, skipLibCheck: true }, { files: ['shapes.ts'] })
    const text = await shapesOf(folder)
    expect(text.match(/toBeUnknown\(\)/g)?.length).toBeGreaterThanOrEqual(40)
    expect(text.match(/toEqualTypeOf<Said</g)?.length).toBeGreaterThanOrEqual(40)
    await writeFile(join(folder, 'shapes.ts'), text)
    expect(await problems(version, folder)).toBe('')
    await writeFile(join(folder, 'shapes.ts'), text.replace("'a Set, which", "'another Set, which"))
    expect(await problems(version, folder)).toMatch(/shapes\.ts\(\d+,\d+\): error/)
  },
)

test.each(Object.keys(compilers) as Version[])('three lines load at most 250 files on TypeScript %s', async (version) => {
  const folder = await folderOf(`files-${version}`, ['three-lines.ts'], esm)
  const files = (await tsc(version, folder, '-p', '.', '--listFilesOnly')).trim().split('\n')
  expect(files.length).toBeGreaterThan(50)
  expect(files.length).toBeLessThanOrEqual(250)
})

test('without the types of Node those of the browser are enough', async () => {
  const lib = [...strict.lib, 'DOM']
  const folder = await folderOf('no-node', ['three-lines.ts'], { ...esm, types: [], lib })
  expect(await problems('7', folder)).toBe('')
})
