import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/sdk-types.mjs', import.meta.url))

test('the types of AWS requests are what the pinned SDK says', { timeout: 60_000 }, () => {
  expect(() => execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8', stdio: 'pipe' })).not.toThrow()
})
