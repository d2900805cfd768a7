import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { environment, workFolder } from './support/ssm.ts'

const command = fileURLToPath(new URL('../../packages/cli/bin/ssm.cjs', import.meta.url))

// Prints what was loaded after everything else, on a line of its own.
const watcher = `process.on('exit', () => {
  const files = Object.keys(require.cache).filter((path) => path !== __filename)
  const modules = process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13))
  process._rawDebug(JSON.stringify({ files, modules }))
})`

// Each of them costs milliseconds at every start.
const slow = ['child_process', 'crypto', 'http', 'https', 'zlib', 'readline', 'internal/modules/esm/load', 'internal/fs/streams']

test.each([
  { argv: ['--help'], files: 3 },
  { argv: ['ps', '--json', '--platform', 'local'], files: 4 },
])('ssm $argv loads no more than $files files, and nothing of Node that is slow to load', async ({ argv, files }) => {
  await using folder = await workFolder()
  const hook = join(folder.path, 'watcher.cjs')
  await writeFile(hook, watcher)
  const ended = await promisify(execFile)(process.execPath, ['--require', hook, command, ...argv], {
    cwd: folder.path,
    env: environment(),
  })
  const loaded = JSON.parse(ended.stderr.trim().split('\n').at(-1) ?? '') as {
    readonly files: readonly string[]
    readonly modules: readonly string[]
  }
  expect(loaded.files).toHaveLength(files)
  expect(loaded.modules.filter((name) => slow.includes(name))).toEqual([])
})
