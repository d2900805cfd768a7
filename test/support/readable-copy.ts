import { copyFileSync, cpSync, constants, mkdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/**
 * A program with everything it needs, below a folder that others can read, and the Node that runs it: a clone may lie in a home that only its owner may
 * enter, and so may Node.
 */
export function readableCopy(program: string, folder: string): { readonly node: string; readonly file: string } {
  const copies = join(folder, 'readable')
  for (const [name, parts] of [
    ['core', ['package.json', 'dist/programs']],
    ['worker-toolkit', ['package.json', 'launcher', 'python/worker_toolkit']],
  ] as const)
    for (const part of parts)
      cpSync(join(packages, name, part), join(copies, 'node_modules/@simple-sagemaker', name, part), { recursive: true })
  const file = join(copies, `${basename(program, '.ts')}.mjs`)
  buildSync({
    entryPoints: [program],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['ssm-source'],
    external: ['@aws-sdk/*', '@smithy/*'],
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    logLevel: 'error',
  })
  return { file, node: othersCanEnter(dirname(process.execPath)) ? process.execPath : copied(process.execPath, copies) }
}

function othersCanEnter(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return dirname(folder) === folder || othersCanEnter(dirname(folder))
}

function copied(node: string, folder: string): string {
  const path = join(folder, 'node')
  mkdirSync(folder, { recursive: true })
  copyFileSync(node, path, constants.COPYFILE_FICLONE)
  return path
}
