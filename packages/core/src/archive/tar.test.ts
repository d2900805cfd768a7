import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../files/digest/digest.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { walk } from '../files/walk.ts'
import { writeArchive, type ArchiveEntry } from './tar.ts'
import { extractArchive } from './untar.ts'

const bytesEntry = (name: string, text: string | Uint8Array, executable = false): ArchiveEntry => ({
  name,
  executable,
  content: { kind: 'bytes', bytes: Buffer.from(text) },
})

async function entriesOf(folder: string): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for await (const { path, executable, absolutePath, sizeBytes } of walk(folder)) {
    entries.push({ name: path, executable, content: { kind: 'file', path: absolutePath, sizeBytes } })
  }
  return entries
}

const awkwardNames = [
  '--help',
  'with space',
  'é/ü.txt',
  '日本/語',
  '\u{1F600}',
  'a'.repeat(180),
  `deep/${'d/'.repeat(100)}x`,
  'quote"\'$x;*',
  'line\nbreak',
]

test('equal files make equal bytes, wherever and whenever they lie', async () => {
  await using scratch = await temporaryDirectory()
  for (const place of ['one', 'somewhere/else']) {
    for (const name of awkwardNames) {
      await mkdir(dirname(join(scratch.path, place, name)), { recursive: true })
      await writeFile(join(scratch.path, place, name), `content of ${name}`)
    }
    await chmod(join(scratch.path, place, '--help'), 0o775)
  }
  await utimes(join(scratch.path, 'one', '--help'), 1, 1)
  const one = await writeArchive(await entriesOf(join(scratch.path, 'one')), join(scratch.path, '1.tgz'))
  const two = await writeArchive(
    (await entriesOf(join(scratch.path, 'somewhere/else'))).toReversed(),
    join(scratch.path, '2.tgz'),
  )
  expect(two).toEqual(one)
  const bytes = await readFile(join(scratch.path, '1.tgz'))
  expect({ sha256: sha256(bytes), sizeBytes: bytes.length }).toEqual({ sha256: one.sha256, sizeBytes: one.sizeBytes })
  expect(one.files.find((file) => file.name === '--help')).toEqual({
    name: '--help',
    executable: true,
    sizeBytes: 17,
    sha256: sha256('content of --help'),
  })
})

test('the bytes of an archive are the same in every release', async () => {
  await using scratch = await temporaryDirectory()
  await writeArchive([bytesEntry('b.py', 'print(1)\n'), bytesEntry('a/ü', 'x', true)], join(scratch.path, 'x.tgz'))
  const { gunzipSync } = await import('node:zlib')
  const packed = await readFile(join(scratch.path, 'x.tgz'))
  expect([...packed.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 4, 255])
  expect(sha256(gunzipSync(packed))).toMatchInlineSnapshot(`"6921e5d60c78b2567067ce5c3f510adc3bb905fcd041da86ca8d690f14208807"`)
})

test('other programs read what was written', async () => {
  await using scratch = await temporaryDirectory()
  await writeArchive(
    awkwardNames.map((name) => bytesEntry(name, name, name === '--help')),
    join(scratch.path, 'x.tgz'),
  )
  await mkdir(join(scratch.path, 'out'))
  execFileSync('tar', ['xzf', '../x.tgz'], { cwd: join(scratch.path, 'out') })
  for (const name of awkwardNames) expect(await readFile(join(scratch.path, 'out', name), 'utf8')).toBe(name)
  expect((await stat(join(scratch.path, 'out/--help'))).mode & 0o777).toBe(0o755)
})

test('an archive of several megabytes, compressed on several processors, is one file for every reader', async () => {
  await using scratch = await temporaryDirectory()
  const content = randomBytes(1_700_000).toString('hex')
  const write = async (name: string): Promise<string> =>
    (await writeArchive([bytesEntry('large', content), bytesEntry('small', 'x')], join(scratch.path, name))).sha256
  const digests = await Promise.all(['a.tgz', 'b.tgz', 'c.tgz'].map(write))
  expect(new Set(digests).size).toBe(1)
  await mkdir(join(scratch.path, 'out'))
  execFileSync('tar', ['xzf', '../a.tgz'], { cwd: join(scratch.path, 'out') })
  expect(await readFile(join(scratch.path, 'out/large'), 'utf8')).toBe(content)
  await extractArchive(createReadStream(join(scratch.path, 'a.tgz')), join(scratch.path, 'ours'))
  expect(await readFile(join(scratch.path, 'ours/large'), 'utf8')).toBe(content)
})

test('what goes in comes out', async () => {
  const segment = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter(
      (text) =>
        !/[\\/\0\u202A-\u202E\u2066-\u2069:]/.test(text) && text !== '.' && text !== '..' && Buffer.byteLength(text) < 200,
    )
  const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  const files = fc.uniqueArray(fc.record({ name, content: fc.uint8Array({ maxLength: 2000 }), executable: fc.boolean() }), {
    maxLength: 6,
    // One top folder each: names that collide are the next file's concern.
    selector: (file) => file.name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD').split('/')[0],
  })
  await fc.assert(
    fc.asyncProperty(files, async (wanted) => {
      await using scratch = await temporaryDirectory()
      const archive = join(scratch.path, 'x.tgz')
      await writeArchive(
        wanted.map((file) => bytesEntry(file.name, file.content, file.executable)),
        archive,
      )
      const out = join(scratch.path, 'out')
      expect((await extractArchive(createReadStream(archive), out)).files).toBe(wanted.length)
      for (const file of wanted) {
        expect(await readFile(join(out, file.name))).toEqual(Buffer.from(file.content))
        expect(((await stat(join(out, file.name))).mode & 0o100) !== 0).toBe(file.executable)
      }
    }),
    { numRuns: 40 },
  )
})

test('a file that grows, shrinks or goes away while it is archived is a clear error, and no archive is left', async () => {
  await using scratch = await temporaryDirectory()
  await writeFile(join(scratch.path, 'small'), 'twelve bytes')
  await writeFile(join(scratch.path, 'large'), Buffer.alloc(400_000))
  const wrong = [
    { kind: 'file', path: join(scratch.path, 'small'), sizeBytes: 11 },
    { kind: 'file', path: join(scratch.path, 'small'), sizeBytes: 13 },
    { kind: 'file', path: join(scratch.path, 'large'), sizeBytes: 300_000 },
    { kind: 'file', path: join(scratch.path, 'large'), sizeBytes: 400_001 },
    { kind: 'file', path: join(scratch.path, 'gone'), sizeBytes: 1 },
    { kind: 'file', path: join(scratch.path, 'gone'), sizeBytes: 1_000_000 },
  ] as const
  for (const content of wrong) {
    await expect(writeArchive([{ name: 'x', executable: false, content }], join(scratch.path, 'x.tgz'))).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      facts: { path: content.path },
    })
  }
  expect((await readdir(scratch.path)).toSorted()).toEqual(['large', 'small'])
})

test('an abort rejects with its reason and leaves no archive', async () => {
  await using scratch = await temporaryDirectory()
  const stop = new AbortController()
  const reason = new Error('enough')
  const onBytes = (total: number): void => {
    if (total > 1_000_000) stop.abort(reason)
  }
  await writeFile(join(scratch.path, 'large'), Buffer.alloc(8_000_000, 'x'))
  const done = writeArchive(await entriesOf(scratch.path), join(scratch.path, 'x.tgz'), { signal: stop.signal, onBytes })
  await expect(done).rejects.toBe(reason)
  expect(await readdir(scratch.path)).toEqual(['large'])
})

test('progress counts up to all bytes', async () => {
  await using scratch = await temporaryDirectory()
  const totals: number[] = []
  const entries = [bytesEntry('a', 'x'.repeat(10)), bytesEntry('b', 'y'.repeat(5))]
  await writeArchive(entries, join(scratch.path, 'x.tgz'), { onBytes: (total) => totals.push(total) })
  expect(totals).toEqual([10, 15])
})
