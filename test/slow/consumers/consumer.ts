import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** The published packages as files, by name. */
export type Tarballs = readonly { readonly name: string; readonly version: string; readonly file: string }[]

/** What the three tasks of `program.ts` print, and how the last one fails. */
export const expected = 'python x=7 node rank=0 JOB_FAILED'

// Exact, for a day on which one of them breaks should be a day on which we changed something.
const system = `${process.platform}-${process.arch}`
const nodes = { '22': '22.23.3', '24': '24.9.0' }
/** Newer versions of Node as npm installs them. */
export const newerNodes = Object.entries(nodes).map(([major, version]) => ({ major, spec: `npm:node-${system}@${version}` }))
const tools = {
  '@types/node': '20.19.43',
  esbuild: '0.28.2',
  jest: '30.5.2',
  tsx: '4.23.15',
  typescript: '5.9.3',
  'typescript-7': 'npm:typescript@7.0.2',
  vitest: '4.1.12',
  ...Object.fromEntries(newerNodes.map(({ major, spec }) => [`node${major}`, spec])),
  bun: `npm:@oven/bun-${system}${process.arch === 'x64' ? '-baseline' : ''}@1.4.5`,
}

const filesOfEach = ['program.ts', 'worker.py', 'worker.ts', 'inside.mjs', 'inside.cjs']

/** A folder with the packages and all tools installed by npm; `esm` and `cjs` in it are programs of the two kinds of module. */
export async function installWithNpm(folder: string, tarballs: Tarballs): Promise<void> {
  const dependencies = { ...tools, ...(await vendored(folder, tarballs)) }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await run(folder, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline')
  await programs(folder)
}

/** The same by pnpm, which gives a package only what it names, with the compiler alone. */
export async function installWithPnpm(folder: string, tarballs: Tarballs, pnpm: string): Promise<void> {
  const files = await vendored(folder, tarballs)
  const { 'typescript-7': typescript, '@types/node': types } = tools
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { 'typescript-7': typescript, '@types/node': types, ...files } }),
  )
  // Until the packages are published, what they need of each other is these files.
  const overrides = Object.entries(files).map(([name, file]) => `  '${name}': '${file}'`)
  await writeFile(join(folder, 'pnpm-workspace.yaml'), `allowBuilds: { esbuild: false }\noverrides:\n${overrides.join('\n')}\n`)
  await run(folder, 'npx', '--yes', pnpm, 'install', '--ignore-scripts', '--prefer-offline')
  await programs(folder)
}

async function vendored(folder: string, tarballs: Tarballs): Promise<Readonly<Record<string, string>>> {
  await mkdir(join(folder, 'tarballs'), { recursive: true })
  for (const { file } of tarballs) await copyFile(file, join(folder, 'tarballs', basename(file)))
  return Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:./tarballs/${basename(file)}`]))
}

async function programs(folder: string): Promise<void> {
  const here = fileURLToPath(new URL('.', import.meta.url))
  for (const kind of ['esm', 'cjs']) {
    await mkdir(join(folder, kind))
    for (const name of filesOfEach) await cp(join(here, name), join(folder, kind, name))
    await writeFile(join(folder, kind, 'package.json'), JSON.stringify({ type: kind === 'esm' ? 'module' : 'commonjs' }))
  }
}

/** Compiles a program with every check there is, also of our declarations and those that they need; rejects with what tsc says. */
export async function compile(
  folder: string,
  options: Readonly<Record<string, unknown>>,
  outDir = 'out',
  program = 'program.ts',
): Promise<void> {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    rootDir: '.',
    outDir,
    ...options,
  }
  const file = join(folder, `tsconfig.${outDir}.json`)
  await writeFile(file, JSON.stringify({ compilerOptions, files: [program] }))
  // Version 7 is five times as fast, and knows no `node10` any more.
  const compiler = options['moduleResolution'] === 'Node10' ? 'typescript' : 'typescript-7'
  await run(folder, process.execPath, join(folder, '../node_modules', compiler, 'bin/tsc'), '-p', file)
}

/** Runs a program of the folder as a user would; resolves to what it printed. */
export async function run(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  return runWith({}, folder, program, ...args)
}

export async function runWith(
  env: Readonly<Record<string, string>>,
  folder: string,
  program: string,
  ...args: readonly string[]
): Promise<string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SSM_|AWS_|NODE_(?!EXTRA)|VITEST|FORCE_COLOR|npm_)/.test(name))
  const { all, exitCode } = await execa(program, args, {
    cwd: folder,
    env: { ...Object.fromEntries(kept), NO_COLOR: '1', ...env },
    extendEnv: false,
    all: true,
    reject: false,
    timeout: 200_000,
  })
  if (exitCode !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${exitCode}:\n${all}`)
  return all
}
