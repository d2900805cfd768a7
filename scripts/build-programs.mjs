// Bundles the programs that core starts as processes or threads of their own. They must start fast and stand alone: the sources of a
// test, a built package and the command line all start the same file.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { licencesFile, writeLicences } from './licences.mjs'
import { isMain, root } from './support.mjs'

const folder = join(root, 'packages/core/dist/programs')
// Coverage needs to know where in the sources each part of a program comes from.
const measured = process.env['SSM_COVERAGE'] !== undefined

/** The page of a report, for a browser: one script and one style sheet, which core puts into the page that it writes. */
function buildReportPage() {
  return build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'packages/core/report-page/main.tsx', out: 'report-page' },
      { in: 'packages/core/report-page/page.css', out: 'report-page' },
    ],
    outdir: folder,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    write: false,
    metafile: true,
  })
}

/** Builds the programs of `packages/core/dist/programs` from the sources of this moment. */
export async function buildPrograms() {
  const page = await buildReportPage()
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: {
      supervisor: 'packages/core/src/local/supervisor/main.ts',
      'digest-thread': 'packages/core/src/files/digest/thread.ts',
    },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    // Node starts 10 ms faster without its loader of ES modules, and what is imported late is then also loaded late.
    format: 'cjs',
    target: 'node20.19',
    conditions: ['ssm-source'],
    // Loaded only by jobs with metrics: a supervisor would read it in vain at every start.
    external: ['re2js'],
    legalComments: 'none',
    sourcemap: measured,
    logLevel: 'error',
    write: false,
  })
  mkdirSync(folder, { recursive: true })
  // Jobs may start while this runs: each file is replaced as a whole, and only if it changed.
  for (const { path, text } of outputFiles) writeChanged(path, Buffer.from(measured ? text : cryptoLate(text)))
  for (const { path, contents } of page.outputFiles) writeChanged(path, contents)
  writeLicences(page.metafile, folder)
  const made = new Set([...outputFiles, ...page.outputFiles].map(({ path }) => basename(path)).concat(licencesFile))
  for (const name of readdirSync(folder))
    if (!made.has(name) && !name.endsWith('.new')) rmSync(join(folder, name), { force: true })
}

// `node:crypto` takes 5 ms to load, and few jobs need it: it is loaded when it is first used.
const cryptoLate = (text) =>
  text
    .replaceAll(/^(\s*(?:var )?)(import_node_crypto\d*) = (require\("node:crypto"\));$/gm, '$1$2 = () => $3;')
    .replaceAll(/\b(import_node_crypto\d*)\./g, '$1().')

function writeChanged(path, contents) {
  try {
    if (readFileSync(path).equals(contents)) return
  } catch {
    // Not there yet.
  }
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, contents)
  renameSync(draft, path)
}

if (isMain(import.meta.url)) await buildPrograms()
