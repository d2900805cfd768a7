// What esbuild makes after the compiler: the `ssm` command as one folder of small files, and the programs of the packages.
import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { writeLicences } from './licences.mjs'
import { root } from './support.mjs'

/** Bundles the command line and whatever `build-programs.mjs` adds. */
export async function bundlePrograms() {
  await Promise.all([bundleCli(), buildOthers()])
}

async function buildOthers() {
  const script = new URL('./build-programs.mjs', import.meta.url)
  if (!existsSync(script)) return
  const { buildPrograms } = await import(script.href)
  await buildPrograms()
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
    conditions: ['module'],
    external: ['esbuild'],
    minify: true,
    keepNames: true,
    lineLimit: 200,
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
  }
  const commands = (names) =>
    Object.fromEntries(names.map((name) => [`commands/${name}`, `packages/cli/src/commands/${name}.ts`]))
  const bundles = await Promise.all([
    build({ ...shared, entryPoints: { main: 'packages/cli/src/main.ts' }, plugins: [commandsApart, ownPlace] }),
    build({ ...shared, entryPoints: commands(['graph', 'init', 'config', 'completion']), plugins: [ownPlace] }),
    build({
      ...shared,
      entryPoints: commands(['jobs']),
      splitting: true,
      // Some packages that the AWS clients need are CommonJS.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      plugins: [ownPlace],
    }),
  ])
  const inputs = Object.assign({}, ...bundles.map(({ metafile }) => metafile.inputs))
  writeLicences({ inputs }, join(folder, 'THIRD-PARTY-LICENSES.txt'))
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

// A module of core that looks for files beside itself must look beside core, not beside the bundle.
const ownWords = {
  'import.meta.url': 'ownUrl',
  'import.meta.filename': 'ownFile',
  'import.meta.dirname': 'ownFolder',
  'import.meta.resolve': 'ownResolve',
}

const ownPlace = {
  name: 'own-place',
  setup(bundle) {
    bundle.onLoad({ filter: /packages[\\/](core|worker-toolkit)[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta')) return undefined
      const [, name, inside] = /packages[\\/](core|worker-toolkit)[\\/]dist[\\/](.*)$/.exec(path)
      const place = JSON.stringify(inside.replaceAll('\\', '/'))
      const head = [
        "import{createRequire as requireOf}from'node:module';import{pathToFileURL as urlOf,fileURLToPath as pathOf}from'node:url';",
        "const coreDoor=requireOf(import.meta.url).resolve('@simple-sagemaker/core');",
        name === 'core' ? 'const door=coreDoor;' : "const door=requireOf(coreDoor).resolve('@simple-sagemaker/worker-toolkit');",
        `const ownUrl=new URL(${place},urlOf(door)).href,ownFile=pathOf(ownUrl),ownFolder=pathOf(new URL('.',ownUrl)).slice(0,-1);`,
        'const ownResolve=(name)=>urlOf(requireOf(ownUrl).resolve(name)).href;',
      ].join('')
      // By syntax, not by text: core itself writes programs that say import.meta.
      const { code: body } = await transform(text, { define: ownWords, format: 'esm', target: 'node20.19' })
      return { contents: head + body, loader: 'js' }
    })
  },
}
