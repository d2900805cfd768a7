import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import type * as Esbuild from 'esbuild'
import type { BuildOptions, BuildResult, Message, Plugin } from 'esbuild'
import { isError } from '../lang/realms.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { corePackage, runsFromSource, toolkitPackage } from '../files/own-package.ts'
import { readText, realPath } from '../files/read.ts'
import { stableMap, stablePaths, stableText } from './stable-paths.ts'

/** A generated file of the code folder. */
export interface GeneratedFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** A Node program with all its imports in one file. */
export interface NodeBundle {
  /** The file to run, in the code folder. */
  readonly entry: string
  readonly files: readonly GeneratedFile[]
}

type Format = 'esm' | 'cjs'
type Built = BuildResult<BuildOptions & { readonly write: false; readonly metafile: true }>

/** Whether an entry is run by Node, and so bundled with its imports. */
export function isNodeEntry(entry: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry) && !/\.d\.[cm]?ts$/.test(entry)
}

/**
 * Bundles an entry with its imports: three files beside where the entry would lie. `x.mjs` switches source maps on and
 * then runs `x.bundle.mjs`, so that stack traces point at the user's own lines without a flag; `x.bundle.mjs.map` is the map.
 * A CommonJS entry becomes `.cjs` files and stays the main module. The bytes do not depend on where the folder lies.
 * @param root the folder that becomes the code folder
 * @param entry the entry's path in it, with `/`
 * @param exported a function of the entry whose calls are to be served; without, the entry itself is the program
 * @throws {SsmError} `CODE_UNBUNDLABLE` with the bundler's messages, each with file and line.
 */
export async function bundleNodeEntry(root: string, entry: string, exported?: string): Promise<NodeBundle> {
  // The bundler resolves links: without doing the same, relative paths between the two would depend on the place.
  const folder = await realPath(root, 'CODE_MISSING')
  if (exported !== undefined) return filesOf(await built(folder, entry, 'esm', exported), folder, entry, 'esm')
  const loose = (await mayBeCommonJs(folder, entry)) ? await built(folder, entry, 'cjs').catch(() => undefined) : undefined
  // A file with `import` or `export` is a module for Node, too, when its package does not say what it is.
  if (loose !== undefined && formatOf(loose, entry) !== 'esm') return filesOf(loose, folder, entry, 'cjs')
  const modern = await built(folder, entry, 'esm')
  if (formatOf(modern, entry) !== 'cjs') return filesOf(modern, folder, entry, 'esm')
  return filesOf(await built(folder, entry, 'cjs'), folder, entry, 'cjs')
}

const stemOf = (entry: string): string => entry.replace(/\.\w+$/, '')
const extensions = { esm: 'mjs', cjs: 'cjs' } as const

async function built(folder: string, entry: string, format: Format, exported?: string): Promise<Built> {
  const esbuild = esbuildPackage()
  try {
    return await esbuild.build({
      absWorkingDir: folder,
      ...(exported === undefined ? { entryPoints: [join(folder, entry)] } : { stdin: servingProgram(folder, entry, exported) }),
      outfile: join(folder, `${stemOf(entry)}.bundle.${extensions[format]}`),
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      target: 'node20',
      format,
      charset: 'utf8',
      sourcemap: 'linked',
      legalComments: 'inline',
      logLevel: 'silent',
      plugins: [ownToolkit],
      ...(runsFromSource ? { conditions: ['ssm-source', 'module'] } : {}),
      ...(format === 'cjs' ? cjsUrl : {}),
    })
  } catch (cause) {
    throw unbundlable(entry, cause)
  }
}

// The program around a function: it starts itself again for each thread, by the file that switches source maps on.
function servingProgram(folder: string, entry: string, exported: string): NonNullable<BuildOptions['stdin']> {
  const starter = `./${encodeURIComponent(basename(`${stemOf(entry)}.${extensions.esm}`))}`
  return {
    resolveDir: dirname(join(folder, entry)),
    sourcefile: `${basename(stemOf(entry))}.calls.mjs`,
    contents: `import { serveCalls } from '@simple-sagemaker/worker-toolkit/functions'
import * as module from ${JSON.stringify(`./${basename(entry)}`)}
await serveCalls(module, ${JSON.stringify(exported)}, new URL(${JSON.stringify(starter)}, import.meta.url))
`,
  }
}

// A CommonJS bundle has no URL of its own, which the ES modules in it may ask for.
const cjsUrl = {
  define: { 'import.meta.url': '__ssmUrl' },
  banner: { js: `const __ssmUrl = require('node:url').pathToFileURL(__filename).href;` },
}

// It starts a program of its own that lies beside it, so it is loaded from its folder, also when this file is part of a bundle.
const esbuildPackage = (): typeof Esbuild => createRequire(join(corePackage(), 'package.json'))('esbuild') as typeof Esbuild

const triedUser = 'simple-sagemaker: tried from the user’s folder'

/** Takes the toolkit the user's program finds, and ours when it finds none: a script needs no package of its own. */
const ownToolkit: Plugin = {
  name: 'simple-sagemaker-toolkit',
  setup(build) {
    build.onResolve(
      { filter: /^@simple-sagemaker\/worker-toolkit(?:\/|$)/ },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === triedUser) return undefined
        // What serves calls belongs to the core that wrote them.
        if (path.endsWith('/functions')) return build.resolve(path, { kind, resolveDir: corePackage(), pluginData: triedUser })
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: triedUser })
        if (found.errors.length === 0) return found
        return build.resolve(path, { kind, resolveDir: corePackage(), pluginData: triedUser })
      },
    )
  },
}

/** An ES module is strict, and a script that works because it is not would break. */
async function mayBeCommonJs(folder: string, entry: string): Promise<boolean> {
  if (/\.c[jt]s$/.test(entry)) return true
  return /\.jsx?$/.test(entry) && (await packageTypeOf(dirname(join(folder, entry)))) !== 'module'
}

async function packageTypeOf(folder: string): Promise<string | undefined> {
  const text = await readText(join(folder, 'package.json'))
  if (text !== undefined) return /"type"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? 'commonjs'
  return dirname(folder) === folder ? undefined : packageTypeOf(dirname(folder))
}

function formatOf(result: Built, entry: string): Format | undefined {
  return result.metafile.inputs[entry]?.format
}

async function filesOf(result: Built, folder: string, entry: string, format: Format): Promise<NodeBundle> {
  const stem = stemOf(entry)
  const program = `${stem}.bundle.${extensions[format]}`
  const stable = stablePaths(folder, Object.keys(result.metafile.inputs), await realPath(toolkitPackage(), 'CODE_MISSING'))
  const files = result.outputFiles.map(({ path, text }): GeneratedFile => {
    const name = relative(folder, path).replaceAll('\\', '/')
    const isMap = name.endsWith('.map')
    return { path: name, bytes: Buffer.from(isMap ? stableMap(text, dirname(program), stable) : stableText(text, stable)) }
  })
  const starter = { path: `${stem}.${extensions[format]}`, bytes: Buffer.from(starters[format](basename(program))) }
  return { entry: starter.path, files: [starter, ...files] }
}

const starters: Readonly<Record<Format, (program: string) => string>> = {
  esm: (program) => `// Source maps must be on before the program is loaded, or its stack traces would point into the bundle.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
const program = new URL(${JSON.stringify(`./${encodeURIComponent(program)}`)}, import.meta.url)
process.setSourceMapsEnabled(true)
process.argv[1] = fileURLToPath(program)
// What CommonJS packages in the bundle expect to find.
globalThis.require = createRequire(program)
globalThis.__filename = process.argv[1]
globalThis.__dirname = dirname(process.argv[1])
await import(program.href)
`,
  cjs: (program) => `// Source maps must be on before the program is loaded, or its stack traces would point into the bundle.
process.setSourceMapsEnabled(true)
process.argv[1] = require('node:path').join(__dirname, ${JSON.stringify(program)})
// As the main module, so that "require.main === module" holds.
require('node:module').runMain()
`,
}

function unbundlable(entry: string, cause: unknown): SsmError {
  const problems = messagesOf(cause).map(sentenceOf)
  const list = problems.length === 0 ? [isError(cause) ? cause.message : String(cause)] : problems
  return new SsmError('CODE_UNBUNDLABLE', `${entry} cannot be bundled:\n${list.map((line) => `  ${line}`).join('\n')}`, {
    hint: list.some((line) => line.includes('Could not resolve'))
      ? 'Install the package where the entry lies, or correct the import.'
      : 'Correct the lines named above; the messages are those of esbuild.',
    cause,
    facts: { entry, problems: list },
  })
}

function messagesOf(cause: unknown): readonly Message[] {
  const failed = isError(cause) && 'errors' in cause && Array.isArray(cause.errors)
  // The shape of esbuild's BuildFailure, which it exports as a type only.
  return failed ? (cause.errors as readonly Message[]) : []
}

function sentenceOf({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`
}
