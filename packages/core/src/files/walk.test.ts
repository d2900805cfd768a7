import { execFileSync } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes } from './byte-order.ts'
import { temporaryDirectory } from './temporary.ts'
import { walk, type WalkedFile, type WalkOptions } from './walk.ts'

async function put(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), path)
  }
}

async function found(folder: string, options?: WalkOptions): Promise<readonly WalkedFile[]> {
  const files: WalkedFile[] = []
  for await (const file of walk(folder, options)) files.push(file)
  return files
}

const pathsOf = (files: readonly WalkedFile[]): readonly string[] => files.map((file) => file.path)

test('files come in the byte order of whole paths', async () => {
  await using scratch = await temporaryDirectory()
  const paths = ['a/z', 'a-b', 'a.txt', 'ab', 'B', 'é', '\u{1F600}', '\uFF5E', 'with space/--help', 'a/b/c']
  await put(scratch.path, paths)
  expect(pathsOf(await found(scratch.path))).toEqual([...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
})

test('byte order is the order of the UTF-8 bytes for any two strings', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
      expect(Math.sign(compareBytes(left, right))).toBe(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))))
    }),
  )
})

test('a file tells its size, its right to run, and its times', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['run.sh'])
  await chmod(join(scratch.path, 'run.sh'), 0o755)
  const [file] = await found(scratch.path)
  expect(file).toMatchObject({ path: 'run.sh', sizeBytes: 6, executable: true, absolutePath: join(scratch.path, 'run.sh') })
  expect(Math.abs((file?.modifiedAtMs ?? 0) - Date.now())).toBeLessThan(60_000)
})

test('links to files and folders count as their content, also two links to one folder', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['in/real/x', 'outside/y'])
  await symlink('../outside', join(scratch.path, 'in/one'))
  await symlink('../outside', join(scratch.path, 'in/two'))
  await symlink('real/x', join(scratch.path, 'in/x'))
  expect(pathsOf(await found(join(scratch.path, 'in')))).toEqual(['one/y', 'real/x', 'two/y', 'x'])
})

test('a link to a folder that contains it is refused by name', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['a/b/c'])
  await symlink('../../a', join(scratch.path, 'a/b/up'))
  await expect(found(scratch.path)).rejects.toMatchObject({
    code: 'INPUT_MISSING',
    facts: { path: join(scratch.path, 'a/b/up') },
  })
})

test('a link without a target is refused by name, unless the filter leaves it out', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['x'])
  await symlink('gone', join(scratch.path, 'dead'))
  await expect(found(scratch.path, { missing: 'CODE_MISSING' })).rejects.toMatchObject({
    code: 'CODE_MISSING',
    message: `${join(scratch.path, 'dead')} is a symbolic link whose target does not exist`,
  })
  expect(pathsOf(await found(scratch.path, { filter: (path) => path !== 'dead' }))).toEqual(['x'])
})

test('a pruned folder is not entered', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['keep/x', 'drop/y', 'drop/deep/z'])
  const asked: string[] = []
  const filter = (path: string, kind: string): boolean => {
    asked.push(`${kind} ${path}`)
    return path !== 'drop'
  }
  expect(pathsOf(await found(scratch.path, { filter }))).toEqual(['keep/x'])
  expect(asked.toSorted()).toEqual(['file keep/x', 'folder drop', 'folder keep'])
})

test('a folder that is not there, or is a file, is a clear error', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['file'])
  await expect(found(join(scratch.path, 'gone'))).rejects.toMatchObject({ code: 'INPUT_MISSING' })
  await expect(found(join(scratch.path, 'file'))).rejects.toMatchObject({ code: 'INPUT_MISSING' })
})

test.skipIf(process.platform === 'win32')('a pipe is refused by name', async () => {
  await using scratch = await temporaryDirectory()
  execFileSync('mkfifo', [join(scratch.path, 'pipe')])
  await expect(found(scratch.path)).rejects.toMatchObject({ facts: { path: join(scratch.path, 'pipe') } })
})

test('an abort ends the walk with its reason', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, ['x'])
  const reason = new Error('enough')
  await expect(found(scratch.path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})
