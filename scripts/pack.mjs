// Makes the tarballs that are published: node scripts/pack.mjs [FOLDER]. The same commit gives the same bytes. pnpm writes the versions
// in place of `workspace:` and `catalog:`, and adds the licence.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pnpm, setup } from './setup.mjs'
import { isMain, main, root, SetupError } from './support.mjs'

export const published = ['worker-toolkit', 'core', 'cli']

/** Packs the packages into a folder; resolves to the tarballs in the order in which they need each other. */
export async function pack(folder) {
  await setup()
  mkdirSync(folder, { recursive: true })
  return published.map((name) => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    const argv = ['--yes', pnpm, 'pack', '--pack-destination', folder]
    const { status, stdout, stderr } = spawnSync('npx', argv, { cwd: join(root, 'packages', name), encoding: 'utf8' })
    if (status !== 0) throw new SetupError(`packing ${name} failed:\n${stdout}${stderr}`)
    const file = join(folder, `simple-sagemaker-${name}-${version}.tgz`)
    return {
      name: `@simple-sagemaker/${name}`,
      version,
      file,
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    }
  })
}

if (isMain(import.meta.url))
  await main(async () => {
    for (const { file, sha256 } of await pack(resolve(process.argv[2] ?? join(root, 'tarballs'))))
      console.log(`${sha256}  ${file}`)
  })
