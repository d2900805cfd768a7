// What esbuild makes after the compiler: the libraries, the programs they start, and the `ssm` command as one folder of small files.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildLibraries } from './build-libraries.mjs'
import { buildPrograms } from './build-programs.mjs'
import { writeLicences } from './licences.mjs'
import { root } from './support.mjs'

/** Bundles the libraries, the programs they start, and the command line. */
export async function bundlePrograms() {
  await Promise.all([bundleCli(), buildPrograms(), buildLibraries()])
}

// The reasons are measured: help is one file without anything that runs jobs, for each file costs about a millisecond; with
// the packages' `module` files unused code falls away; splitting keeps the AWS clients out of a local run; and short lines
// keep an uncaught error readable.
async function bundleCli() {
  const folder = join(root, 'packages/cli/dist')
  const shared = {
    absWorkingDir: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    conditions: ['ssm-source', 'module'],
    external: ['esbuild'],
    minify: true,
    keepNames: true,
    lineLimit: 200,
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    plugins: [widthLate],
  }
  const commands = (names) =>
    Object.fromEntries(names.map((name) => [`commands/${name}`, `packages/cli/src/commands/${name}.ts`]))
  const bundles = await Promise.all([
    build({ ...shared, entryPoints: { main: 'packages/cli/src/main.ts' }, plugins: [commandsApart, widthLate] }),
    build({ ...shared, entryPoints: { print: 'packages/cli/src/print.ts' } }),
    build({ ...shared, entryPoints: commands(['graph', 'init', 'config', 'completion']) }),
    build({
      ...shared,
      entryPoints: commands(['jobs']),
      splitting: true,
      // Some packages that the AWS clients need are CommonJS.
      banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    }),
  ])
  const inputs = Object.assign({}, ...bundles.map(({ metafile }) => metafile.inputs))
  writeLicences({ inputs }, folder)
  const outputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.outputs))
  const made = new Set(outputs.map((path) => path.split('/dist/').at(-1)))
  for (const name of await readdir(folder, { recursive: true }))
    if (/^(commands\/)?[^/]+\.mjs(\.map)?$/.test(name) && !made.has(name)) await rm(join(folder, name))
}

// The commands are a bundle of their own, loaded when one is asked for.
const commandsApart = {
  name: 'commands-apart',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/commands\/[a-z]+\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.mjs'), external: true } : undefined,
    )
  },
}

// `string-width` prepares the segmentation of all of Unicode when it is loaded, 25 ms of processor time. Almost every text is plain ASCII and is
// never given to it, so it is loaded with the first text that is not.
const widthLate = {
  name: 'width-late',
  setup(bundle) {
    bundle.onResolve({ filter: /^string-width$/ }, ({ kind, resolveDir }) =>
      kind === 'require-call' ? undefined : { path: 'string-width', namespace: 'late', pluginData: resolveDir },
    )
    bundle.onLoad({ filter: /.*/, namespace: 'late' }, ({ pluginData }) => ({
      contents: "let width\nexport default (...given) => (width ??= require('string-width').default)(...given)",
      resolveDir: pluginData,
    }))
  },
}
