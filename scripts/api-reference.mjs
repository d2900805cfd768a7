// Makes the API reference: node scripts/api-reference.mjs. Fails for a link in a comment that leads nowhere, and for every warning of typedoc.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { madeOnce } from './made-once.mjs'
import { isMain, listFiles, main, root, SetupError } from './support.mjs'

/** Resolves to the folder with the API reference of the sources of this moment. Copy it, and leave it as it is. */
export const apiReference = () => madeOnce('api', inputs(), typedoc)

// typedoc also copies the files to which README.md and the comments lead.
function inputs() {
  const folders = ['packages', 'docs', 'examples'].flatMap(listFiles)
  const top = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile() && /\.(md|json|yaml)$/.test(entry.name))
  return [...folders.filter((path) => !/^docs\/site\/|\.test\.ts$|\/out\//.test(path)), ...top.map(({ name }) => name).sort()]
}

function typedoc(folder) {
  const program = join(root, 'node_modules/.bin/typedoc')
  const done = spawnSync(program, ['--logLevel', 'Warn', '--out', folder], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (done.status !== 0) throw new SetupError(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`)
}

if (isMain(import.meta.url)) await main(apiReference)
