import fc from 'fast-check'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeRootFolder, mountTable } from './root-folder.ts'

test('every entry of / has a place to be mounted at, except the machine’s own folders', () => {
  const root = mkdtempSync(join(tmpdir(), 'ssm-root-'))
  try {
    for (const own of ['opt/ml', 'state', 'tmp']) mkdirSync(join(root, own), { recursive: true })
    const bindings = makeRootFolder(root, ['/state', '/opt/ml/model'])
    const seen = bindings.map(({ from }) => from)
    expect(seen[0]).toBe('/tmp')
    expect(seen).not.toContain('/opt')
    expect(seen).not.toContain('/opt/ml')
    expect(seen).not.toContain('/state')
    for (const name of readdirSync('/')) expect(lstatSync(join(root, name), { throwIfNoEntry: false })).toBeDefined()
    for (const { from, to } of bindings) expect(lstatSync(to).isDirectory()).toBe(lstatSync(from).isDirectory())
    expect(makeRootFolder(root, ['/state', '/opt/ml/model'])).toEqual(bindings)
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('a mount table is read back as it was meant, whatever the paths', () => {
  const path = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `/${text.replaceAll('\0', '')}`)
  fc.assert(
    fc.property(path, path, (from, to) => {
      const lines = mountTable([{ from, to }]).split('\n')
      expect(lines).toHaveLength(2)
      const fields = (lines[0] ?? '').split(/[ \t]/)
      expect(fields).toHaveLength(6)
      const unescaped = (field = ''): string =>
        field.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
      expect([unescaped(fields[0]), unescaped(fields[1])]).toEqual([from, to])
    }),
  )
})
