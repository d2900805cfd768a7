// Runs a TypeScript example: node scripts/example.mjs 01-weather [its arguments]. The example runs in this very process, so
// signals, exit code, uncaught errors and `import.meta` are its own.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { setup } from './setup.mjs'
import { main, root, SetupError } from './support.mjs'

const [name = '', ...args] = process.argv.slice(2)
const file = join(root, 'examples', name, 'main.ts')

const ready = await main(async () => {
  if (name === '' || !existsSync(file)) {
    const names = readdirSync(join(root, 'examples')).filter((folder) => existsSync(join(root, 'examples', folder, 'main.ts')))
    throw new SetupError(`There is no example '${name}'. Say one of: ${names.join(', ')}`)
  }
  await setup()
  await import('./typescript.mjs')
})
if (ready) {
  process.argv = [process.argv[0], file, ...args]
  await import(pathToFileURL(file).href)
}
