// Measures how much of core the tests execute: node scripts/coverage.mjs [vitest arguments]. The report is coverage/index.html. Counts
// what the tests execute themselves and what the programs execute that they start, with the AWS stand-in and with containers where
// there is an engine.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { prepare } from './moto.mjs'
import { setup } from './setup.mjs'
import { isMain, main, root } from './support.mjs'

async function coverage() {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-coverage-'))
  // Some tests start programs as other users.
  chmodSync(folder, 0o1777)
  try {
    process.env['SSM_COVERAGE'] = folder
    await setup()
    await prepare()
    const given = process.argv.slice(2)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const argv = ['run', '--project', 'unit', '--project', 'slow', '--coverage', '--coverage.reportOnFailure', ...given]
    const env = { ...process.env, SSM_SLOW: '1' }
    const { status } = spawnSync(process.execPath, [vitest, ...argv], { cwd: root, stdio: 'inherit', env })
    process.exitCode = status ?? 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) await main(coverage)
