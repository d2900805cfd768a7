// Makes the `ssm` command: CommonJS, because Node starts 6 ms faster without its loader of ES modules, in few files, because each costs half a
// millisecond. esbuild splits the sources into parts, each with what the same commands need; parts that the same command loads are then packed into
// one file, where they still wait until they are needed.
import { readFileSync } from 'node:fs'
import { rm, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { root } from './support.mjs'

// What is packed into one file: everything that these modules import and no file before has. Any other part is a file of its own.
const packs = {
  main: ['cli/src/main.ts'],
  list: ['cli/src/commands/ps/ps.ts', 'core/src/local/index.ts'],
  run: ['cli/src/commands/run/run.ts', 'core/src/run/open-runner.ts'],
}

// Coverage needs to know where in the sources each part comes from, and a minifier makes other branches of those that are there.
const measured = process.env['SSM_COVERAGE'] !== undefined

/** Bundles the command into a folder. Resolves to the sources that are in it. */
export async function bundleCommand(folder, plugins) {
  const parts = await splitIntoParts(folder, plugins)
  const packOf = packsOf(parts)
  const files = new Map()
  for (const [part, pack] of packOf) files.set(pack, [...(files.get(pack) ?? []), part])
  const made = await Promise.all([...files].map(([pack, names]) => packed({ pack, names, parts, packOf, folder })))
  const kept = new Set(made.flat().map((path) => basename(path)))
  for (const name of await readdir(folder)) if (!kept.has(name)) await rm(join(folder, name))
  return parts.inputs
}

async function splitIntoParts(folder, plugins) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'packages/cli/src/main.ts' },
    // Nothing is written there, but from there the source maps lead to the sources: they stay as they are in the files made of the parts.
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    conditions: ['ssm-source', 'module'],
    external: ['esbuild'],
    minifySyntax: !measured,
    keepNames: true,
    sourcemap: 'inline',
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    write: false,
    plugins: [namesAlone, ...plugins],
  })
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]))
  const about = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]))
  return { texts, about, inputs: metafile.inputs }
}

/** The file that each part is packed into. */
function packsOf({ about }) {
  const packOf = new Map()
  const take = (part, pack) => {
    if (packOf.has(part)) return
    packOf.set(part, pack)
    for (const { path, kind, external } of about.get(part).imports)
      if (kind === 'import-statement' && !external) take(basename(path), pack)
  }
  for (const [pack, sources] of Object.entries(packs)) {
    for (const source of sources) {
      const found = [...about].find(([, { entryPoint }]) => entryPoint === `packages/${source}`)
      if (found === undefined) throw new Error(`${source} is no part of its own any more: nothing imports it late`)
      take(found[0], pack)
    }
  }
  for (const part of about.keys()) if (!packOf.has(part)) packOf.set(part, part.replace(/\.js$/, ''))
  return packOf
}

async function packed({ pack, names, parts, packOf, folder }) {
  const isNamed = Object.hasOwn(packs, pack)
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: {
      contents: names
        .map((name, at) => `import * as part${at} from './${name}'; export { part${at} as ${keyOf(name)} }`)
        .join('\n'),
      sourcefile: `pack:${pack}.js`,
    },
    outfile: join(folder, `${pack}.cjs`),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: !measured,
    lineLimit: 200,
    // Those of the AWS clients would be larger than everything else.
    sourcemap: isNamed || measured,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    define: { 'import.meta.url': '__ownUrl' },
    banner: { js: "const __ownUrl=require('node:url').pathToFileURL(__filename).href;" },
    plugins: [partsOf({ pack, parts, packOf })],
  })
  return Object.keys(metafile.outputs)
}

const keyOf = (part) => part.replaceAll(/\W/g, '_')

// A part of this file is bundled; one of another file is asked of that file.
const partsOf = ({ pack, parts, packOf }) => ({
  name: 'parts',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path, kind }) => {
      const part = basename(path)
      if (!packOf.has(part) || kind === 'entry-point') return undefined
      return { path: part, namespace: packOf.get(part) === pack && kind !== 'dynamic-import' ? 'part' : 'elsewhere' }
    })
    if (Object.hasOwn(packs, pack))
      bundle.onResolve({ filter: lateModules }, ({ path, namespace }) =>
        namespace === 'late' ? undefined : { path, namespace: 'late', sideEffects: false },
      )
    bundle.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => ({
      contents: lateFunctions(path, await import(path)),
    }))
    bundle.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'entry-point' ? undefined : { path, external: true }))
    bundle.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: parts.texts.get(path), resolveDir: root }))
    bundle.onLoad({ filter: /.*/, namespace: 'elsewhere' }, ({ path }) => ({
      // Marked as what it is, or its `default` would be taken for one of its names, and it as a whole for the default.
      contents: `module.exports = Object.defineProperty(require(${JSON.stringify(`./${packOf.get(path)}.cjs`)}).${keyOf(path)}, '__esModule', { value: true })`,
    }))
  },
})

// These take Node 1 to 5 ms each to load, and few commands use them: their functions load them when they are called.
const lateModules = /^node:(child_process|crypto|zlib|fs\/promises|stream\/promises|timers\/promises)$/

function lateFunctions(path, exported) {
  const functions = Object.entries(exported).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
  return functions
    .filter(([name]) => name !== 'default')
    .map(([name, value]) => {
      const late = `(...given) => require('${path}').${name}(...given)`
      if (value[promisify.custom] === undefined) return `export const ${name} = ${late}`
      const promised = `(...given) => require('node:util').promisify(require('${path}').${name})(...given)`
      return `export const ${name} = /* @__PURE__ */ Object.assign(${late}, { [Symbol.for('nodejs.util.promisify.custom')]: ${promised} })`
    })
    .join('\n')
}

// What a command imports from core comes from the file that defines it. Of a module that only passes names on, esbuild would give every command all
// that any of them uses.
const namesAlone = {
  name: 'names-alone',
  setup(bundle) {
    const core = join(root, 'packages/core')
    const { exports } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'))
    const sourceOf = (entry) => join(core, exports[`.${entry ?? ''}`]['ssm-source'])
    bundle.onLoad({ filter: /[\\/]packages[\\/]cli[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(
        /^import \{([^}]*)\} from '@simple-sagemaker\/core(\/[a-z]+)?'/gm,
        (statement, list, entry) => aloneImports(statement, list, sourceOf(entry)),
      )
      return { contents, loader: 'ts' }
    })
  },
}

function aloneImports(statement, list, source) {
  const passedOn = new Map()
  for (const [, names, from] of readFileSync(source, 'utf8').matchAll(/^export \{([^}]*)\} from '([^']+)'/gm))
    for (const name of namesIn(names)) passedOn.set(name, join(dirname(source), from))
  const names = namesIn(list)
  if (!names.every((name) => passedOn.has(name))) return statement
  return names.map((name) => `import {${name}} from ${JSON.stringify(passedOn.get(name))}`).join(';')
}

const namesIn = (list) =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
