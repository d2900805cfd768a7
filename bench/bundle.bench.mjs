import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtFromSources } from './built.mjs'
import { alternate, timeProgram } from './measure.mjs'

const files = 10_000
const bytes = 4_096

/** How long code of many files takes to become an archive, in a program that runs already, beside `tar -cz` of the same folder. */
export async function bench({ root, folder }) {
  const built = await builtFromSources(root, 'bundle', { text: "export { makeBundle } from './bundle/bundle.ts'" })
  const { makeBundle } = await import(pathToFileURL(built).href)
  const code = join(folder, 'code')
  await mkdir(code)
  for (let number = 0; number < files; number += 1) await writeFile(join(code, `${number}.txt`), textOf(number))
  const scratch = join(folder, 'scratch')
  await mkdir(scratch)
  const program = { kind: 'shell', line: 'true', files: code, dependencies: [] }
  const ours = async () => {
    const startMs = performance.now()
    await makeBundle(program, scratch)
    const tookMs = performance.now() - startMs
    await rm(join(scratch, 'sourcedir.tar.gz'))
    return tookMs
  }
  const bare = () => timeProgram(['tar', '-czf', join(scratch, 'bare.tar.gz'), '-C', code, '.'])
  return [{ what: 'bundle of 10 000 × 4 KB', beside: 'tar -cz', ...(await alternate(5, ours, bare)) }]
}

/** Text that is neither all alike nor random: half of it can be compressed away. */
function textOf(number) {
  const random = createHash('shake256', { outputLength: bytes / 4 })
    .update(String(number))
    .digest('hex')
  return random + 'a line of code, again\n'.repeat(bytes).slice(0, bytes - random.length)
}
