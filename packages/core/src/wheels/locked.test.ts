import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requirementsOf, type Locked } from './locked.ts'

const good = { name: 'tiny-one', version: '1.0', files: ['tiny_one-1.0-py3-none-any.whl'], digests: [`sha256:${'a'.repeat(64)}`] }

test('a lock becomes one line for each package', () => {
  expect(requirementsOf([good], 'uv.lock')).toBe(`tiny-one==1.0 --hash=sha256:${'a'.repeat(64)}\n`)
  for (const version of ['1', '1!2.0rc1.post2.dev3+cu118', '2024.1', 'v1.0-1', '1.0.0a0', '1.0+local.1'])
    expect(requirementsOf([{ ...good, version }], 'uv.lock')).toContain(`==${version} `)
})

test.each<[Partial<Locked>, string]>([
  [{ name: 'a\n--no-binary=:all:' }, 'is not a package name'],
  [{ name: '-e' }, 'is not a package name'],
  [{ name: 'evs @ https://example.com/a' }, 'is not a package name'],
  [{ name: './evs' }, 'is not a package name'],
  [{ name: 'evs.tar.gz' }, 'is not a package name'],
  [{ name: 3 }, 'is not a package name'],
  [{ version: '1.0\n-e .' }, 'is not a version'],
  [{ version: '1.0 --global-option=x' }, 'is not a version'],
  [{ version: '1.0\n' }, 'is not a version'],
  [{ files: ['a.tar.gz'] }, 'is not the file name'],
  [{ files: ['../a-1-py3-none-any.whl'] }, 'is not the file name'],
  [{ digests: ['sha256:a\n-e .'] }, 'is not a digest'],
  [{ digests: [`md5:${'a'.repeat(32)}`] }, 'is not a digest'],
  [{ digests: [] }, 'has no digest'],
])('of a lock, %j is refused because it %s', (part, why) => {
  expect(() => requirementsOf([{ ...good, ...part }], 'uv.lock')).toThrow(why)
})

test('no name, version, file or digest makes a second line or an option', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('\n', '\r', '\u2028', ' ', '-', '--no-binary=:all:', '#', '\\', ';', '@', 'a', '1.0'),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(good.name), hostile),
      fc.oneof(fc.constant(good.version), hostile),
      fc.oneof(fc.constant(good.files), fc.array(hostile, { maxLength: 2 })),
      fc.oneof(fc.constant(good.digests), fc.array(hostile, { maxLength: 2 })),
      (name, version, files, digests) => {
        let text = ''
        try {
          text = requirementsOf([{ name, version, files, digests }], 'uv.lock')
        } catch {
          return
        }
        expect(text).toMatch(/^[A-Za-z0-9][\w.-]*==[\w.!+-]+ --hash=sha256:a{64}\n$/)
      },
    ),
    { numRuns: 300 },
  )
})
