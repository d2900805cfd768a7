// The licences of everything that a bundle holds and that is not ours: they travel with it.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './support.mjs'

/** The file beside a bundle that holds the licences of what is in it. */
export const licencesFile = 'THIRD-PARTY-LICENSES.txt'

/**
 * Writes name, version and licence of every package whose files esbuild put into the bundles of a folder, each licence text once. Returns
 * whether there was any.
 */
export function writeLicences(metafile, folder) {
  const packages = new Map(Object.keys(metafile.inputs).flatMap((input) => packageOf(input)))
  if (packages.size === 0) return false
  const byText = new Map()
  for (const [name, { licence, text }] of [...packages].sort(([one], [other]) => (one < other ? -1 : 1)))
    byText.set(text, [...(byText.get(text) ?? []), `${name} (${licence})`])
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}`)
  const head = 'The files beside this one contain parts of these packages.'
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, licencesFile), `${head}\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
  return true
}

// `…/node_modules/@scope/name/dist/x.js` → the package's own folder, wherever pnpm keeps it.
function packageOf(input) {
  const found = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input)
  if (found === null) return []
  const folder = join(root, found[1])
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const licence = typeof manifest.license === 'string' ? manifest.license : 'see its package'
  return [[`${manifest.name} ${manifest.version}`, { licence, text: licenceText(folder) ?? `Licence: ${licence}` }]]
}

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file))
  const path = join(folder, name ?? 'LICENSE')
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
