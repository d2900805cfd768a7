// What the scripts share. Plain Node: it runs before anything is installed.
import { readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A sentence for the reader, without a stack. */
export class SetupError extends Error {}

/** Runs a script's main function; a SetupError is told without a stack. Resolves to whether it went well. */
export async function main(work) {
  try {
    await work()
    return true
  } catch (cause) {
    process.stderr.write(cause instanceof SetupError ? `\n${cause.message}\n` : `${cause?.stack ?? cause}\n`)
    process.exitCode = 1
    return false
  }
}

/** Whether this module is the one that was started. A clone may be reached through a link, which modules never show. */
export const isMain = (url) => process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === url

/** The path of the TypeScript compiler's own start file. */
export function compiler(name = 'typescript-7') {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, bin.tsc)
}

/** Every file below a folder of the clone, relative to the root, without what was built or installed. */
export function listFiles(folder) {
  const found = []
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (['node_modules', 'dist', '__pycache__', '.ssm'].includes(entry.name)) continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...listFiles(path))
    else if (entry.isFile()) found.push(path)
  }
  return found.sort()
}

/** Does one step and tells its name, its end and its time in one line. */
export async function step(what, work) {
  process.stderr.write(`setup: ${what} … `)
  const start = performance.now()
  let mark = 'failed'
  try {
    await work()
    mark = 'done'
  } finally {
    process.stderr.write(`${mark} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`)
  }
}

/** A path as it is named in the project, with slashes, relative to the root. */
export const fromRoot = (path) => relative(root, path).split(sep).join('/')
