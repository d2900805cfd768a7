import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeArchive } from '../../archive/tar.ts'
import { bundledRequirements, requirementLines, type Requirements } from './requirements.ts'

async function read(files: Readonly<Record<string, string>>): Promise<Requirements | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-requirements-'))
  try {
    const path = join(folder, 'a.tar.gz')
    const entries = Object.entries(files).map(([name, text]) => ({
      name,
      executable: false,
      content: { kind: 'bytes' as const, bytes: Buffer.from(text) },
    }))
    await writeArchive(entries, path)
    return await bundledRequirements(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('comments, blanks and line ends make no other requirements', () => {
  const plain = requirementLines('a==1\nb>=2 ; python_version<"4"\n')
  expect(requirementLines('\uFEFF# x\r\n  a==1   # y\r\n\r\nb>=2  ;\\\n python_version<"4"\r')).toEqual(plain)
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}==\d$/)), fc.stringMatching(/^[ \t]{0,3}$/), (lines, blank) => {
      expect(requirementLines(lines.map((line) => `${blank}${line}${blank} # c\n\n`).join(''))).toEqual(lines)
    }),
  )
})

test('files that are included count with the file that includes them', async () => {
  const found = await read({
    'requirements.txt': '-r sub/more.txt\n-c sub/limits.txt\n--extra-index-url https://example.com/simple\n',
    'sub/more.txt': 'a[x]==1 --hash=sha256:00\n-c limits.txt\n',
    'sub/limits.txt': 'b<2\nc @ https://example.com/c-1-py3-none-any.whl\n',
  })
  expect(found?.normalised.map(([path]) => path)).toEqual(['requirements.txt', 'sub/more.txt', 'sub/limits.txt'])
})

test.each([
  './own',
  '../own',
  '/tmp/own',
  'own/',
  'own-1-py3-none-any.whl',
  '-e .',
  '--editable=.',
  'file:///tmp/x',
  'git+https://example.com/x',
  'a @ git+https://example.com/x',
  'a @ file:///tmp/x',
  '--find-links ./wheels',
  '-r missing.txt',
  '-r ../up.txt',
  '-r https://example.com/r',
  'a==${VERSION}',
])('what may change although the text does not is not kept: %s', async (line) => {
  expect(await read({ 'requirements.txt': `a==1\n${line}\n` })).toBeUndefined()
})
