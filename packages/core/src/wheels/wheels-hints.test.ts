import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { wheelsFor } from './wheels.ts'

/** Asks for wheels of a Python that fails with this on its standard error. */
async function failureWith(
  stderr: string,
  more: object = {},
  file = 'requirements.txt',
  before: (cache: string) => void = () => undefined,
) {
  await using folder = await temporaryDirectory()
  const python = join(folder.path, 'python')
  writeFileSync(python, `#!/bin/sh\ncat >&2 <<'END'\n${stderr}\nEND\nexit 1\n`)
  chmodSync(python, 0o755)
  const packages = { file: join(folder.path, file) }
  writeFileSync(packages.file, 'six==1.16.0\n')
  const cacheDir = join(folder.path, 'cache')
  before(cacheDir)
  const need = { packages, python, cacheDir, signal: new AbortController().signal, onBring: () => undefined, ...more }
  const failure: unknown = await wheelsFor(need as never).catch((cause: unknown) => cause)
  return { failure, left: readdirSync(join(cacheDir, 'wheels')), python }
}

test.each([
  ['ERROR: HTTP error 401 while getting https://example.com', /wants credentials/],
  ["/usr/bin/python: No module named 'pip'", /install it for this Python/],
  ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES', /make the lock anew/],
  ['WARNING: Retrying after connection broken: timed out', /could not be reached/],
  ['ERROR: No matching distribution found for six', /published as source only/],
])('what pip says is told with the next step: %s', async (stderr, hint) => {
  const { failure, left, python } = await failureWith(`one\n\n${stderr}`)
  expect(failure).toMatchObject({
    code: 'WHEELS_MISSING',
    hint: expect.stringMatching(hint) as string,
    message: expect.stringContaining(`for ${python}:\n`) as string,
  })
  expect((failure as Error).message).toContain(`  ${stderr}`)
  expect(left).toEqual([])
})

test('a lock that cannot be read, and a target, are told by their names; what a killed run left is removed after a day', async () => {
  const target = { python: '3.12', platforms: ['manylinux2014_x86_64'] }
  const [old, young] = ['a.0a1b2c3d4e5f', 'b.0a1b2c3d4e5f']
  const { failure, left } = await failureWith('ERROR: no', { target }, 'pylock.toml', (cache) => {
    for (const name of [old, young]) mkdirSync(join(cache, 'wheels', name), { recursive: true })
    utimesSync(join(cache, 'wheels', old), 1, 1)
  })
  expect(failure).toMatchObject({
    code: 'WHEELS_MISSING',
    message: expect.stringContaining('for Python 3.12 on manylinux2014_x86_64:') as string,
    facts: { target },
  })
  expect(left).toEqual([young])
})
