// Makes what the libraries publish: for each entry of `exports` one ES module with shared parts beside it, the same as CommonJS in
// `dist/cjs`, and declarations for both. The compiler has written the declarations of every file to `dist/.types` before.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import process from 'node:process'
import { build, transform } from 'esbuild'
import { mergeParts } from './merge-parts.mjs'
import { licencesFile, writeLicences } from './licences.mjs'
import { isMain, root } from './support.mjs'

const libraries = ['worker-toolkit', 'core']

// What an import of the library loads, what running needs beside it, and what jobs on this computer need.
const mergedParts = {
  core: {
    groups: {
      core: ['core/src/index.ts'],
      running: ['run/open-runner.ts'],
      local: ['local/index.ts', 'local/acts.ts', 'isolation/probe.ts'],
    },
    // Half of what an import loads; a program that only tells errors apart needs none of it.
    apart: ['options/task-options.ts', 'run/follow/errors.ts'],
  },
}

/** Builds `dist` of the libraries from the sources and the compiler's declarations of this moment. */
export async function buildLibraries() {
  await Promise.all(libraries.map((name) => buildLibrary(join(root, 'packages', name))))
}

async function buildLibrary(folder) {
  const dist = join(folder, 'dist')
  const entries = Object.fromEntries(Object.entries(entriesOf(folder)).map(([name, path]) => [name, join(folder, path)]))
  const { outputFiles, metafile } = await build({
    // The licences are looked up by the paths from the root.
    absWorkingDir: root,
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    external: Object.keys(manifestOf(folder).dependencies ?? {}),
    plugins: [contractWithin, nodeEvents, disposal],
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['ssm-source'],
    sourcemap: true,
    // The sources are published, too.
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'error',
    write: false,
  })
  const made = outputFiles.map(({ path, text }) => ({ path: relative(dist, path).replaceAll('\\', '/'), text }))
  const modules = await mergeParts(made, outputsIn(dist, metafile), mergedParts[basename(folder)] ?? { groups: {}, apart: [] })
  const files = [
    ...modules.map((file) => withForeignSources(file, folder)),
    ...(await commonJs(modules)),
    ...declarations(folder),
  ]
  for (const { path, text } of files) writeChanged(join(dist, path), text)
  if (writeLicences(metafile, dist)) files.push({ path: licencesFile })
  removeOthers(dist, new Set(files.map(({ path }) => path)))
}

// The package's own sources are published beside the maps. Those of others, which are bundled, are not: the map holds their text. What the
// bundler wrote itself, as `disposal:own-disposal`, is no file.
function withForeignSources({ path, text }, folder) {
  if (!path.endsWith('.map')) return { path, text }
  const map = JSON.parse(text)
  const contents = map.sources.map((source) => {
    const place = resolve(folder, 'dist', dirname(path), source)
    if (place.startsWith(join(folder, 'src') + sep)) return null
    return /^[a-z-]+:/.test(source) ? '' : readFileSync(place, 'utf8')
  })
  return {
    path,
    text: contents.every((content) => content === null) ? text : JSON.stringify({ ...map, sourcesContent: contents }),
  }
}

/** `{ index: 'src/index.ts', local: 'src/local/index.ts', … }` from the package's own `exports`. */
export function entriesOf(folder) {
  const { exports } = manifestOf(folder)
  const entries = Object.entries(exports).filter(([, targets]) => targets['ssm-source'] !== undefined)
  return Object.fromEntries(
    entries.map(([name, targets]) => [name === '.' ? 'index' : name.slice(2), targets['ssm-source'].slice(2)]),
  )
}

/** esbuild's description of the modules, by their paths in the folder. */
function outputsIn(dist, { outputs }) {
  const inDist = (path) => relative(dist, join(root, path)).replaceAll('\\', '/')
  return Object.fromEntries(
    Object.entries(outputs).map(([path, output]) => [
      inDist(path),
      { ...output, imports: output.imports.map((each) => (each.external ? each : { ...each, path: inDist(each.path) })) },
    ]),
  )
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

// The contract of a machine is names and numbers: as part of core it costs nothing, as a module of another package 4 ms to find and load.
const contractWithin = {
  name: 'contract-within',
  setup(bundle) {
    bundle.onResolve({ filter: /^@simple-sagemaker\/worker-toolkit\/contract$/ }, () => ({
      path: join(root, 'packages/worker-toolkit/src/contract.ts'),
      sideEffects: false,
    }))
  },
}

// A CommonJS package in our modules must not ask for Node's own modules by `require`: programs that bundle us as an ES module have none.
const nodeEvents = {
  name: 'node-events',
  setup(bundle) {
    bundle.onResolve({ filter: /^events-universal$/ }, ({ path }) => ({ path, namespace: 'node-events' }))
    bundle.onLoad({ filter: /.*/, namespace: 'node-events' }, () => ({ contents: "export { EventEmitter } from 'node:events'" }))
  },
}

// In a context of `node:vm`, Node 20 has no `Symbol.asyncDispose`; what compiles `await using` then looks for the registered symbol of that name, and so
// must we. No `inject`: with a CommonJS package among the modules each of ours would begin with a call, and bundlers keep what calls.
const disposal = {
  name: 'disposal',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]packages[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replace(/\bSymbol\.(asyncDispose|dispose)\b/g, (_, name) => ownSymbols[name])
      if (contents === text) return undefined
      const names = Object.values(ownSymbols).filter((name) => contents.includes(name))
      return { contents: `import{${names}}from'own-disposal';${contents}`, loader: 'ts' }
    })
    bundle.onResolve({ filter: /^own-disposal$/ }, ({ path }) => ({ path, namespace: 'disposal', sideEffects: false }))
    bundle.onLoad({ filter: /.*/, namespace: 'disposal' }, () => ({
      contents: Object.entries(ownSymbols)
        .map(([name, own]) => `export const ${own} = /* @__PURE__ */ (() => Symbol.${name} ?? Symbol.for('Symbol.${name}'))()`)
        .join('\n'),
    }))
  },
}
const ownSymbols = { asyncDispose: 'ownAsyncDispose', dispose: 'ownDispose' }

// For test runners and tools that cannot load an ES module from CommonJS. Part by part, so that here, too, the parts are loaded when
// they are needed and every entry shares them.
async function commonJs(modules) {
  const texts = modules.filter(({ path }) => path.endsWith('.js'))
  const made = texts.map(async ({ path, text }) => {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__ownUrl' },
      // There is no map for them: names stay as they are, and an uncaught error shows a short line.
      minifyWhitespace: true,
      lineLimit: 200,
      legalComments: 'none',
    })
    const head = code.includes('__ownUrl') ? "const __ownUrl = require('node:url').pathToFileURL(__filename).href;\n" : ''
    return { path: `cjs/${path}`, text: head + code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n') }
  })
  return [...(await Promise.all(made)), { path: 'cjs/package.json', text: '{ "type": "commonjs" }\n' }]
}

// What an example in a comment imports is a file of its reader.
const commentLine = /^\s*\*.*$/gm
const codeLine = /^(?!\s*\*).*$/gm
const importedFile = /((?:from|import\() ?['"])(\.[^'"\n]*)\.ts(?=['"])/g

// Those that the entries need, with their maps, which lead an editor to the published sources. The compiler leaves `.ts` in imports, which
// not every tool follows.
function declarations(folder) {
  const types = join(folder, 'dist/.types')
  const entries = Object.values(entriesOf(folder)).map((path) => path.replace(/^src\/(.*)\.ts$/, '$1'))
  const needed = new Set(entries)
  const files = []
  for (const stem of needed) {
    const text = readFileSync(join(types, `${stem}.d.ts`), 'utf8')
    for (const [, , path] of text.replace(commentLine, '').matchAll(importedFile))
      needed.add(join(dirname(stem), path).replaceAll('\\', '/'))
    const map = readFileSync(join(types, `${stem}.d.ts.map`), 'utf8')
    for (const [place, deeper] of [
      ['types', ''],
      ['cjs/types', '../'],
    ]) {
      files.push({ path: `${place}/${stem}.d.ts`, text: text.replace(codeLine, (line) => line.replace(importedFile, '$1$2.js')) })
      files.push({ path: `${place}/${stem}.d.ts.map`, text: map.replace('"sources":["', `"sources":["${deeper}`) })
    }
  }
  return files
}

// Programs may load these files while this runs: each is replaced as a whole, and only if it changed.
function writeChanged(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text)
  renameSync(draft, path)
}

const kept = /^(programs|test|\.types)\/|^\.tsbuildinfo$/

function removeOthers(dist, made) {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = relative(dist, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (entry.isFile() && !made.has(path) && !kept.test(path)) rmSync(join(dist, path), { force: true })
  }
}

if (isMain(import.meta.url)) await buildLibraries()
