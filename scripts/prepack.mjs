// Runs in a package's folder before it is packed. npm alone would leave `workspace:` and `catalog:` in package.json: a package
// that nobody can install. The worker toolkit takes the wheel of its Python half along.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { main, SetupError } from './support.mjs'

await main(async () => {
  if ((process.env.npm_config_user_agent ?? '').startsWith('npm/'))
    throw new SetupError(
      'npm cannot pack this folder: it would leave workspace: in package.json. Run this at the root: node scripts/pack.mjs',
    )
  const backend = join(process.cwd(), 'python', 'build_backend.py')
  if (!existsSync(backend)) return
  const { status, stderr, error } = spawnSync('python3', [backend, join(process.cwd(), 'dist', 'python')], { encoding: 'utf8' })
  if (status !== 0) throw new SetupError(`The wheel of the Python toolkit needs Python 3: ${error?.message ?? stderr}`)
})
