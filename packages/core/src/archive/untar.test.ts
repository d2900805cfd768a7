import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { extractArchive, type ExtractOptions, type Extracted } from './untar.ts'

type Part = Partial<Header> & { readonly name: string; readonly text?: string }

async function tarOf(parts: readonly Part[]): Promise<Buffer> {
  const archive = pack()
  for (const { text, ...header } of parts) {
    if (header.type === undefined || header.type === 'file' || header.type === 'contiguous-file')
      archive.entry(header, text ?? 'evil')
    else archive.entry(header)
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

async function* inChunks(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function extracted(parts: readonly Part[], target: string, options?: ExtractOptions): Promise<Extracted> {
  return extractArchive(inChunks(gzipSync(await tarOf(parts))), target, options)
}

const good: Part = { name: 'good', text: 'good' }

const hostile: readonly (readonly [string, readonly Part[]])[] = [
  ['a name above the target', [good, { name: '../evil' }]],
  ['a name above the target in its middle', [good, { name: 'a/../../evil' }]],
  ['a name that only ends in dots', [good, { name: 'a/..', type: 'directory' }]],
  ['a sibling whose name starts like the target', [good, { name: '../target-evil/x' }]],
  ['an absolute name', [good, { name: '/tmp/ssm-evil' }]],
  ['an absolute name behind a dot', [good, { name: './/tmp/ssm-evil' }]],
  ['a drive', [good, { name: 'C:/evil' }]],
  ['a place relative to a drive', [good, { name: 'C:evil' }]],
  ['a backslash', [good, { name: '..\\evil' }]],
  ['a NUL in a pax name', [good, { name: 'x', pax: { path: 'a\0/../../evil' } }]],
  ['a pax name above the target', [good, { name: 'x', pax: { path: '../evil' } }]],
  ['a name that displays reversed', [good, { name: 'evil\u202Egpj.exe' }]],
  ['an empty part', [good, { name: 'a//evil' }]],
  ['a symbolic link', [good, { name: 'evil', type: 'symlink', linkname: '/etc' }]],
  ['a link and then a file through it', [good, { name: 'l', type: 'symlink', linkname: '..' }, { name: 'l/evil' }]],
  ['a hard link', [good, { name: 'evil', type: 'link', linkname: '/etc/passwd' }]],
  ['a device', [good, { name: 'evil', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a block device', [good, { name: 'evil', type: 'block-device' }]],
  ['a pipe', [good, { name: 'evil', type: 'fifo' }]],
  ['names that differ by case', [good, { name: 'Readme' }, { name: 'README' }]],
  ['folders that differ by case', [good, { name: 'A/x' }, { name: 'a/y' }]],
  ['names that differ by Unicode form', [good, { name: 'caf\u00e9' }, { name: 'cafe\u0301' }]],
  ['names that differ by sharp s', [good, { name: 'stra\u00dfe' }, { name: 'STRASSE' }]],
  ['a file that is then a folder', [good, { name: 'a' }, { name: 'a/b' }]],
  ['a folder that is then a file', [good, { name: 'a/b' }, { name: 'a' }]],
]

test.each(hostile)('%s refuses the whole archive', async (_what, parts) => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'target')
  await expect(extracted(parts, target)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE' })
  expect(await readdir(scratch.path)).toEqual([])
  expect(existsSync('/tmp/ssm-evil')).toBe(false)
})

test('the refused entry is named with the reason', async () => {
  await using scratch = await temporaryDirectory()
  await expect(extracted([good, { name: '../evil' }], join(scratch.path, 'out'))).rejects.toMatchObject({
    message: '"../evil" is refused: it contains ".."',
    facts: { name: '../evil', reason: 'it contains ".."' },
  })
})

test.each([
  ['too many entries', { maxEntries: 2 }],
  ['too many bytes', { maxBytes: 2000 }],
])('%s refuse the whole archive', async (_what, limits) => {
  await using scratch = await temporaryDirectory()
  const parts = ['a', 'b', 'c'].map((name) => ({ name, text: 'x'.repeat(500) }))
  await expect(extracted(parts, join(scratch.path, 'out'), { limits })).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE' })
  expect(await readdir(scratch.path)).toEqual([])
})

test('a small archive that unpacks without end is stopped', async () => {
  await using scratch = await temporaryDirectory()
  const part = gzipSync(Buffer.concat([(await tarOf([{ name: 'zeros', text: '' }])).subarray(0, 512)]))
  const zeros = gzipSync(Buffer.alloc(64 * 2 ** 20))
  async function* bomb(): AsyncGenerator<Uint8Array> {
    yield part
    for (;;) yield zeros
  }
  await expect(extractArchive(bomb(), join(scratch.path, 'out'))).rejects.toMatchObject({
    code: 'ARCHIVE_UNSAFE',
    facts: { reason: 'more than 500 times its packed size' },
  })
  expect(await readdir(scratch.path)).toEqual([])
})

test('an archive that is cut anywhere, empty, or no archive is corrupt and leaves nothing', async () => {
  await using scratch = await temporaryDirectory()
  const packed = gzipSync(await tarOf([good, { name: 'more', text: 'm'.repeat(5000) }]))
  const wrong: Uint8Array[] = [1, 10, 60, packed.length - 9, packed.length - 1].map((length) => packed.subarray(0, length))
  const whole = await tarOf([good, { name: 'more', text: 'm'.repeat(5000) }])
  wrong.push(
    Buffer.alloc(0),
    Buffer.from('plain text'),
    gzipSync('no tar at all'.repeat(100)),
    gzipSync(whole.subarray(0, 2000)),
    whole,
  )
  for (const bytes of wrong) {
    await expect(extractArchive(inChunks(bytes), join(scratch.path, 'out'))).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' })
  }
  expect(await readdir(scratch.path)).toEqual([])
})

test('a source that breaks is told as it is', async () => {
  await using scratch = await temporaryDirectory()
  const packed = gzipSync(await tarOf([good]))
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield packed.subarray(0, 20)
    throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET', syscall: 'read' })
  }
  await expect(extractArchive(broken(), join(scratch.path, 'out'))).rejects.toThrow('connection lost')
  expect(await readdir(scratch.path)).toEqual([])
})

test('rights are cut, special bits dropped, folders kept even when empty', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  const parts: readonly Part[] = [
    { name: './', type: 'directory', mode: 0o777 },
    { name: './empty/', type: 'directory', mode: 0 },
    { name: './suid', mode: 0o6777, text: 'x' },
    { name: './secret', mode: 0o400, text: '' },
  ]
  expect(await extracted(parts, out)).toEqual({ files: 2, bytes: 1 })
  expect((await stat(join(out, 'suid'))).mode & 0o7777).toBe(0o755)
  expect((await stat(join(out, 'secret'))).mode & 0o7777).toBe(0o600)
  expect((await stat(join(out, 'empty'))).isDirectory()).toBe(true)
  expect((await readdir(out)).toSorted()).toEqual(['empty', 'secret', 'suid'])
})

test('of two files with one name the later one counts', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  expect(
    await extracted(
      [
        { name: 'a', text: 'first, long' },
        { name: 'a', text: 'second' },
      ],
      out,
    ),
  ).toEqual({ files: 1, bytes: 6 })
  expect(await readFile(join(out, 'a'), 'utf8')).toBe('second')
})

test('an existing folder gets the files and keeps its own', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  await mkdir(join(out, 'sub'), { recursive: true })
  await writeFile(join(out, 'sub/mine'), 'mine')
  await writeFile(join(out, 'sub/x'), 'old')
  await extracted(
    [
      { name: 'sub/x', text: 'new' },
      { name: 'sub/y/z', text: 'z' },
    ],
    out,
  )
  expect(await readFile(join(out, 'sub/mine'), 'utf8')).toBe('mine')
  expect(await readFile(join(out, 'sub/x'), 'utf8')).toBe('new')
  expect(await readFile(join(out, 'sub/y/z'), 'utf8')).toBe('z')
  expect(await readdir(out)).toEqual(['sub'])
})

test('an existing folder stays as it was when the archive is refused', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  await mkdir(out)
  await writeFile(join(out, 'good'), 'mine')
  await expect(extracted([good, { name: '../evil' }], out)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE' })
  expect(await readFile(join(out, 'good'), 'utf8')).toBe('mine')
  expect(await readdir(out)).toEqual(['good'])
})

test('a link that lies in the target is not followed', async () => {
  await using scratch = await temporaryDirectory()
  const [out, outside] = [join(scratch.path, 'out'), join(scratch.path, 'outside')]
  await mkdir(out)
  await mkdir(outside)
  await symlink(outside, join(out, 'sub'))
  await symlink(join(outside, 'file'), join(out, 'file'))
  await expect(extracted([{ name: 'sub/evil' }, { name: 'z' }], out)).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect((await readdir(out)).toSorted()).toEqual(['file', 'sub'])
  await extracted([{ name: 'file', text: 'real' }], out)
  expect((await lstat(join(out, 'file'))).isFile()).toBe(true)
  expect(await readdir(outside)).toEqual([])
})

test('a file where the target is to be is a clear error', async () => {
  await using scratch = await temporaryDirectory()
  await writeFile(join(scratch.path, 'out'), 'x')
  await expect(extracted([good], join(scratch.path, 'out'))).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
})

test('an abort rejects with its reason and leaves nothing', async () => {
  await using scratch = await temporaryDirectory()
  const stop = new AbortController()
  const reason = new Error('enough')
  const parts = ['a', 'b', 'c'].map((name) => ({ name, text: 'x'.repeat(5000) }))
  const done = extracted(parts, join(scratch.path, 'out'), { signal: stop.signal, onEntry: () => stop.abort(reason) })
  await expect(done).rejects.toBe(reason)
  expect(await readdir(scratch.path)).toEqual([])
})

test('a file larger than what is held in memory arrives whole', async () => {
  await using scratch = await temporaryDirectory()
  const text = 'abcdefghij'.repeat(200_000)
  const packed = gzipSync(await tarOf([{ name: 'large', text }, good]))
  expect(await extractArchive(inChunks(packed, 4096), join(scratch.path, 'out'))).toEqual({ files: 2, bytes: 2_000_004 })
  expect(await readFile(join(scratch.path, 'out/large'), 'utf8')).toBe(text)
})
