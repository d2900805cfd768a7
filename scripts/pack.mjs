// Makes the tarballs that are published: node scripts/pack.mjs [FOLDER]. The same commit gives the same bytes. pnpm writes the versions
// in place of `workspace:` and `catalog:`, and adds the licence.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { madeOnce } from './made-once.mjs'
import { pnpm, setup } from './setup.mjs'
import { isMain, main, root, SetupError } from './support.mjs'

export const published = ['worker-toolkit', 'core', 'cli']

/** Packs the packages into a folder, `anew` also when what is packed has not changed; resolves to the tarballs in the order in which they need each other. */
export async function pack(folder, { anew = false } = {}) {
  await setup()
  mkdirSync(folder, { recursive: true })
  if (anew) packInto(folder)
  else cpSync(await madeOnce('packed', inputs(), packInto), folder, { recursive: true })
  return published.map((name) => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    const file = join(folder, `simple-sagemaker-${name}-${version}.tgz`)
    return {
      name: `@simple-sagemaker/${name}`,
      version,
      file,
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    }
  })
}

function packInto(folder) {
  for (const name of published) {
    const argv = ['--yes', pnpm, 'pack', '--pack-destination', folder]
    const { status, stdout, stderr } = spawnSync('npx', argv, { cwd: join(root, 'packages', name), encoding: 'utf8' })
    if (status !== 0) throw new SetupError(`packing ${name} failed:\n${stdout}${stderr}`)
  }
}

// Everything in the packages' folders, what is built included; but the wheel is made while a package is packed.
function inputs() {
  const scripts = ['pack', 'prepack', 'setup'].map((name) => `scripts/${name}.mjs`)
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter(({ name }) => !['node_modules', '__pycache__', '.types', '.tsbuildinfo'].includes(name))
      .flatMap((entry) => (entry.isDirectory() ? below(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
  const files = published.flatMap((name) => below(`packages/${name}`)).filter((path) => !path.includes('/dist/python/'))
  return [...files.sort(), ...scripts, 'LICENSE', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
}

if (isMain(import.meta.url))
  await main(async () => {
    for (const { file, sha256 } of await pack(resolve(process.argv[2] ?? join(root, 'tarballs'))))
      console.log(`${sha256}  ${file}`)
  })
