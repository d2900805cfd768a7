// What is made from files of the clone and takes long (the packed packages, the API reference) is made once for each state of these files.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './support.mjs'

const staleAfter = 3_600_000

/**
 * Resolves to the folder that `make` filled from these files, now or earlier. Nobody may write into it. Several processes may ask at once: each
 * fills a folder of its own, and the first to end gives its name to it.
 * @param {string} name
 * @param {readonly string[]} inputs paths from `base`
 * @param {(folder: string) => Promise<void> | void} make
 * @param {{ readonly base?: string, readonly store?: string }} [places]
 * @returns {Promise<string>}
 */
export async function madeOnce(name, inputs, make, { base = root, store = join(root, 'node_modules/.ssm-made') } = {}) {
  const current = `${name}-${stateOf(inputs, base)}`
  const made = join(store, current)
  if (existsSync(made)) return made
  const draft = `${made}.${randomUUID()}`
  try {
    mkdirSync(draft, { recursive: true })
    await make(draft)
    removeOlder(store, name, current)
    try {
      renameSync(draft, made)
    } catch (cause) {
      if (!existsSync(made)) throw cause
    }
    return made
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function stateOf(inputs, base) {
  const hash = createHash('sha256').update(`${process.versions.node} ${process.env['SSM_COVERAGE'] !== undefined}`)
  for (const path of inputs) {
    const bytes = readFileSync(join(base, path))
    hash.update(`\n${path} ${statSync(join(base, path)).mode} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex').slice(0, 32)
}

// What another process fills just now has a dot in its name.
function removeOlder(store, name, current) {
  for (const entry of readdirSync(store)) {
    if (!entry.startsWith(`${name}-`) || entry.startsWith(current)) continue
    const path = join(store, entry)
    if (!entry.includes('.') || Date.now() - statSync(path).mtimeMs > staleAfter) rmSync(path, { recursive: true, force: true })
  }
}
