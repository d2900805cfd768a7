import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { execa } from 'execa'
import { built } from '../../../scripts/setup.mjs'

const root = fileURLToPath(new URL('../../../', import.meta.url))

// A source that looks for files beside itself keeps doing so from inside the bundle.
const ownPlace: Plugin = {
  name: 'own-place',
  setup(bundle) {
    bundle.onLoad({ filter: /packages[\\/][a-z-]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.')) return undefined
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' }
    })
  },
}

let program: Promise<string> | undefined

/** The command as it is published when it is built from the sources of this moment, and else a bundle of them: no build is out of date. */
export function ssmProgram(): Promise<string> {
  program ??= built() ? Promise.resolve(join(root, 'packages/cli/bin/ssm.cjs')) : bundleSsm()
  return program
}

async function bundleSsm(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['packages/cli/src/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['ssm-source'],
    external: ['esbuild', '@aws-sdk/*', '@smithy/*'],
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    logLevel: 'error',
    write: false,
    plugins: [ownPlace],
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  // Beside core, whose packages it then finds.
  const folder = join(root, 'packages/core/dist/test')
  const path = join(folder, `ssm-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${path}.${process.pid}`, bytes)
  renameSync(`${path}.${process.pid}`, path)
  return path
}

/** How a command ended and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** The environment of a command in a test: this one, without what would change its answers. */
export function environment(env: Surroundings['env'] = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SSM_|AWS_|NO_COLOR|FORCE_COLOR|CI$|NODE_|VITEST|XDG_)/.test(name),
  )
  const merged = { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: 'true', ...env }
  return Object.fromEntries(Object.entries(merged).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Runs `ssm` as a process of its own, to its end. */
export async function ssm(argv: readonly string[], { cwd, env }: Surroundings): Promise<Ended> {
  const program = await ssmProgram()
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...argv], {
    cwd,
    env: environment(env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: false,
  })
  return { code: exitCode ?? null, stdout, stderr }
}

/** A folder of its own for a test, gone at its end. */
export async function workFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'ssm-cli-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}
