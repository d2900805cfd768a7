// The licences of everything that a bundle holds and that is not ours: they travel with it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './support.mjs'

/** Writes name, version and licence of every package whose files esbuild put into a bundle, each licence text once. */
export function writeLicences(metafile, path) {
  const packages = new Map(Object.keys(metafile.inputs).flatMap((input) => packageOf(input)))
  const byText = new Map()
  for (const [name, { licence, text }] of [...packages].sort(([one], [other]) => (one < other ? -1 : 1)))
    byText.set(text, [...(byText.get(text) ?? []), `${name} (${licence})`])
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}`)
  writeFileSync(path, `The ssm command holds parts of these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
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
