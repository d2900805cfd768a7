import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
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
  ['a link with a name above the target', [good, { name: '../evil', type: 'symlink', linkname: 'good' }]],
  ['a NUL in a pax name', [good, { name: 'x', pax: { path: 'a\0/../../evil' } }]],
  ['a pax name above the target', [good, { name: 'x', pax: { path: '../evil' } }]],
  ['an empty part', [good, { name: 'a//evil' }]],
  ['a device', [good, { name: 'evil', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a block device', [good, { name: 'evil', type: 'block-device' }]],
  ['a pipe', [good, { name: 'evil', type: 'fifo' }]],
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
  expect(await extracted(parts, out)).toEqual({ files: 2, bytes: 1, leftOut: [] })
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
  ).toEqual({ files: 1, bytes: 6, leftOut: [] })
  expect(await readFile(join(out, 'a'), 'utf8')).toBe('second')
})

test('a folder with something in it is refused, and stays as it was', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  await mkdir(out)
  await writeFile(join(out, 'good'), 'mine')
  await expect(extracted([good], out)).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(await readFile(join(out, 'good'), 'utf8')).toBe('mine')
})

const link = (name: string, linkname: string, type: 'symlink' | 'link' = 'symlink'): Part => ({ name, type, linkname })

test('links that lead to something in the archive arrive as copies of its content', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  const parts: readonly Part[] = [
    link('last.ckpt', 'e1.ckpt'),
    link('newest', 'last.ckpt'),
    link('absolute', '/opt/ml/model/sub/deep'),
    { name: 'e1.ckpt', text: 'weights' },
    { name: 'sub/deep/x', text: 'x' },
    link('sub/deep/up', '../../e1.ckpt'),
    link('hard', './e1.ckpt', 'link'),
    link('folder', 'sub'),
  ]
  const got = await extracted(parts, out, { roots: ['/opt/ml/model'] })
  expect(got).toEqual({ files: 10, bytes: 7 + 1 + 3 * 7 + 7 + (1 + 7) * 2, leftOut: [] })
  for (const name of ['last.ckpt', 'newest', 'hard', 'absolute/up', 'folder/deep/up'])
    expect(await readFile(join(out, name), 'utf8')).toBe('weights')
  expect((await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isSymbolicLink())).toEqual([])
})

test.each([
  ['an absolute link', [link('l', '/etc')], 'it points to /etc, outside the folder'],
  ['a link above the archive', [link('sub/l', '../../x')], 'it points outside the folder'],
  ['a hard link to outside', [link('l', '/etc/passwd', 'link')], 'it points to /etc/passwd, outside the folder'],
  ['a link through a link to outside', [link('up', '..'), link('l', 'up/x')], 'it points outside the folder'],
  ['a dangling link', [link('l', 'nothing')], 'its target does not exist'],
  ['a link to itself', [link('l', 'l')], 'it is part of a loop of links'],
  ['links in a circle', [link('l', 'm'), link('m', 'l')], 'it is part of a loop of links'],
  ['a link to a folder it is in', [{ name: 'd/x', text: 'x' }, link('d/l', '.')], 'it is part of a loop of links'],
  ['a link whose name is a folder', [link('l', '..'), { name: 'l/inside', text: 'x' }], 'it points outside the folder'],
  ['a link whose name is a folder, to another', [link('l', 'sub'), { name: 'l/x' }, { name: 'sub/y' }], 'has its name'],
] satisfies readonly (readonly [string, readonly Part[], string])[])(
  '%s is left out and told, and the rest arrives',
  async (_what, parts, reason) => {
    await using scratch = await temporaryDirectory()
    const out = join(scratch.path, 'out')
    const { leftOut } = await extracted([good, ...parts], out)
    expect(leftOut.at(-1)?.reason).toContain(reason)
    expect(await readFile(join(out, 'good'), 'utf8')).toBe('good')
    expect(await readdir(scratch.path)).toEqual(['out'])
  },
)

test('links that double a folder again and again are stopped by the limits', async () => {
  await using scratch = await temporaryDirectory()
  const levels = Array.from({ length: 30 }, (_, level) => [
    link(`d${level}/a`, `../d${level + 1}`),
    link(`d${level}/b`, `../d${level + 1}`),
  ]).flat()
  const bomb = extracted([...levels, { name: 'd30/x', text: 'x' }], join(scratch.path, 'out'), { limits: { maxEntries: 2_000 } })
  await expect(bomb).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE' })
  expect(await readdir(scratch.path)).toEqual([])
})

test('the later of a link and a file of one name counts', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  await extracted([link('a', 'good'), { name: 'a', text: 'file' }, { name: 'b', text: 'file' }, link('b', 'good'), good], out)
  expect(await readFile(join(out, 'a'), 'utf8')).toBe('file')
  expect(await readFile(join(out, 'b'), 'utf8')).toBe('good')
})

test.skipIf(process.platform !== 'linux')('names that only other systems refuse arrive as they are', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  const names = [
    'A',
    'a',
    'caf\u00e9',
    'cafe\u0301',
    'B/x',
    'b/x',
    'C:\\x',
    'con',
    'x.',
    'a?b',
    'stra\u00dfe',
    'STRASSE',
    'evil\u202Egpj',
  ]
  await extracted(
    names.map((name) => ({ name, text: name })),
    out,
  )
  for (const name of names) expect(await readFile(join(out, name), 'utf8')).toBe(name)
})

test.skipIf(process.platform !== 'linux')('a name that is not valid UTF-8 arrives byte for byte', async () => {
  await using scratch = await temporaryDirectory()
  const out = join(scratch.path, 'out')
  const tar = await tarOf([{ name: 'cafe', text: 'x' }])
  // The name's last byte becomes one that no UTF-8 ends in; the header's sum of bytes says so.
  tar[3] = 0xe9
  const sum = tar.subarray(0, 512).reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  await extractArchive(inChunks(gzipSync(tar)), out)
  expect(await readdir(out, { encoding: 'buffer' })).toEqual([Buffer.from('caf\xe9', 'latin1')])
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
  const packed = gzipSync(await tarOf(['a', 'b', 'c'].map((name) => ({ name, text: randomBytes(5000).toString('hex') }))))
  async function* stopping(): AsyncGenerator<Uint8Array> {
    yield* inChunks(packed.subarray(0, 8000))
    stop.abort(reason)
    yield* inChunks(packed.subarray(8000))
  }
  const done = extractArchive(stopping(), join(scratch.path, 'out'), { signal: stop.signal })
  await expect(done).rejects.toBe(reason)
  expect(await readdir(scratch.path)).toEqual([])
})

test('a file larger than what is held in memory arrives whole', async () => {
  await using scratch = await temporaryDirectory()
  const text = 'abcdefghij'.repeat(200_000)
  const packed = gzipSync(await tarOf([{ name: 'large', text }, good]))
  expect(await extractArchive(inChunks(packed, 4096), join(scratch.path, 'out'))).toEqual({
    files: 2,
    bytes: 2_000_004,
    leftOut: [],
  })
  expect(await readFile(join(scratch.path, 'out/large'), 'utf8')).toBe(text)
})
