import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { quickPath } from '../test/machine.ts'

const folder = fileURLToPath(new URL('../python', import.meta.url))

test('the Python toolkit passes its own suite, the worker scripts of the original among it', { timeout: 120_000 }, () => {
  const env = { ...process.env, PATH: quickPath, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' }
  const done = spawnSync('python3', ['-m', 'unittest'], { cwd: folder, env, encoding: 'utf8' })
  expect(done.stderr).toMatch(/Ran \d\d+ tests[^]*\nOK/)
  expect(done.status).toBe(0)
})
