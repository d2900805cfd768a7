// Prints the pages of the guides that come from tables of the sources. With --check it only says which are out of date.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { main, root, SetupError } from './support.mjs'

await main(async () => {
  await import('./typescript.mjs')
  const { printedPages } = await import('./pages.ts')
  const old = []
  for (const { path, text } of printedPages()) {
    const file = join(root, path)
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
    old.push(path)
    if (process.argv.includes('--check')) continue
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    console.log(`printed ${path}`)
  }
  if (process.argv.includes('--check') && old.length > 0) throw new SetupError(`Out of date: ${old.join(', ')}. Run: npm run fix`)
})
