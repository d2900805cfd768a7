import { chmod, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { alternate } from './measure.mjs'

/** What writing through to the disk (`fsync`) costs: the same acts with it and without, on the local platform. */
export async function bench({ root, folder, runs }) {
  const hook = join(root, 'bench/without-sync.cjs')
  const [node, plain] = [process.execPath, join(folder, 'node')]
  await writeFile(plain, `#!/bin/sh\nexec '${node}' --require '${hook}' "$@"\n`)
  await chmod(plain, 0o755)
  createRequire(import.meta.url)(hook)
  const core = await import(pathToFileURL(join(root, 'packages/core/dist/index.js')).href)
  process.chdir(folder)
  // The supervisor of a job is started by this path.
  const timed = async (synced, act) => {
    globalThis.ssmWithoutSync = !synced
    process.execPath = synced ? node : plain
    const start = performance.now()
    await act()
    return performance.now() - start
  }
  const rows = []
  try {
    const task = (name, program) => core.project('bench', { platform: 'local' }).task(name).shell(program)
    const pair = async (what, act) => {
      const series = await alternate(Math.max(11, runs), () => timed(true, act), () => timed(false, act)) // prettier-ignore
      rows.push({ what, beside: 'the same without fsync', ...series })
    }
    const one = task('one', 'head -c 1000000 /dev/urandom >$SM_MODEL_DIR/m')
    await pair('a local job with a model of 1 MB', () => one.run({ force: true }))
    const many = task('many', 'for i in $(seq 1000); do echo $i >$SM_MODEL_DIR/$i; done')
    const result = await many.run({ force: true })
    await pair('a download of 1,000 small files', async () => {
      await rm('out', { recursive: true, force: true })
      await result.download('out', { only: ['model'] })
    })
    return rows
  } finally {
    process.execPath = node
    globalThis.ssmWithoutSync = false
    process.chdir(root)
  }
}
