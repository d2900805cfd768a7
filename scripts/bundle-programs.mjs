// What esbuild makes after the compiler: the libraries, the programs they start, and the `ssm` command.
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundleCommand } from './bundle-command.mjs'
import { buildLibraries } from './build-libraries.mjs'
import { buildPrograms } from './build-programs.mjs'
import { writeLicences } from './licences.mjs'
import { root } from './support.mjs'

/** Bundles the libraries, the programs they start, and the command line. */
export async function bundlePrograms() {
  await Promise.all([bundleCli(), buildPrograms(), buildLibraries()])
}

// Short lines keep an uncaught error readable; with the packages' `module` files unused code falls away.
async function bundleCli() {
  const folder = join(root, 'packages/cli/dist')
  const [inputs, { metafile }] = await Promise.all([
    bundleCommand(join(folder, 'commands'), [widthLate]),
    bundlePrint(folder, 'esm', '.mjs'),
    bundlePrint(folder, 'cjs', '.cjs'),
  ])
  writeLicences({ inputs: { ...inputs, ...metafile.inputs } }, folder)
}

/** `printEvents()`, for programs of either module system. */
const bundlePrint = (folder, format, ending) =>
  build({
    absWorkingDir: root,
    entryPoints: { print: 'packages/cli/src/print.ts' },
    outdir: folder,
    outExtension: { '.js': ending },
    bundle: true,
    platform: 'node',
    format,
    target: 'node20.19',
    mainFields: ['module', 'main'],
    conditions: ['ssm-source', 'module'],
    minify: true,
    keepNames: true,
    lineLimit: 200,
    sourcemap: format === 'esm',
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    plugins: [widthLate],
  })

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
