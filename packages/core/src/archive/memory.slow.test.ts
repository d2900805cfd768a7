import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'

const run = promisify(execFile)
const fileMiB = 192
const allowedGrowthMiB = 110

const program = `
import { createReadStream } from 'node:fs'
import { digestFile } from '../files/digest/digest.ts'
import { writeArchive } from './tar.ts'
import { extractArchive } from './untar.ts'
const folder = process.argv[2]
const before = process.memoryUsage.rss()
let peak = before
const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 5)
const content = { kind: 'file', path: folder + '/large', sizeBytes: ${fileMiB} * 2 ** 20 }
const packed = await writeArchive([{ name: 'large', executable: false, content }], folder + '/x.tgz')
const out = await extractArchive(createReadStream(folder + '/x.tgz'), folder + '/out')
clearInterval(watch)
const whole = [folder + '/large', folder + '/out/large'].map(async (path) => (await digestFile(path)).sha256)
console.log(JSON.stringify({ ...out, digests: [packed.files[0].sha256, ...(await Promise.all(whole))], growthMiB: (peak - before) / 2 ** 20 }))
`

const manyEntries = 50_000
const manyGrowthMiB = 110

// One byte of content each, as one tar stream that is packed as it is made.
const programForMany = `
import { createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { extractArchive } from './untar.ts'
const folder = process.argv[2]
function* blocks() {
  for (let number = 0; number < ${manyEntries}; number += 1) {
    const header = Buffer.alloc(512)
    header.write('d' + Math.floor(number / 1000) + '/file-' + number)
    header.write('0000644\\0', 100)
    header.write('0000000\\0', 108)
    header.write('0000000\\0', 116)
    header.write('00000000001\\0', 124)
    header.write('00000000000\\0', 136)
    header.write('        0', 148)
    header.write('ustar\\u000000', 257)
    let sum = 0
    for (const byte of header) sum += byte
    header.write(sum.toString(8).padStart(6, '0') + '\\0 ', 148)
    yield header
    const content = Buffer.alloc(512)
    content.write('x')
    yield content
  }
  yield Buffer.alloc(1024)
}
const before = process.memoryUsage.rss()
let peak = before
const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 5)
const out = await extractArchive(Readable.from(blocks()).pipe(createGzip({ level: 1 })), folder + '/many')
clearInterval(watch)
console.log(JSON.stringify({ ...out, digests: [], growthMiB: (peak - before) / 2 ** 20 }))
`

interface Told {
  readonly files: number
  readonly bytes: number
  readonly digests: readonly string[]
  readonly growthMiB: number
}

/** Every 4 KiB of it are different: a part that comes twice or in another's place shows. */
async function written(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    for (let mebibyte = 0; mebibyte < fileMiB; mebibyte += 1) {
      const bytes = Buffer.alloc(2 ** 20, 'some text to fill the space with ')
      for (let page = 0; page < 256; page += 1) bytes.writeUInt32LE(mebibyte * 256 + page, page * 4096)
      hash.update(bytes)
      await file.writeFile(bytes)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** Builds and runs one of the programs, in a process of its own: no other test's memory counts. */
async function told(contents: string, folder: string): Promise<Told> {
  await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    outfile: join(folder, 'program.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  const { stdout } = await run(process.execPath, [join(folder, 'program.mjs'), folder])
  return JSON.parse(stdout) as Told
}

test(`a file of ${fileMiB} MiB is packed and unpacked in less than ${allowedGrowthMiB} MiB of memory`, async () => {
  await using scratch = await temporaryDirectory()
  const before = await written(join(scratch.path, 'large'))
  const { files, bytes, digests, growthMiB } = await told(program, scratch.path)
  expect({ files, bytes, digests }).toEqual({ files: 1, bytes: fileMiB * 2 ** 20, digests: [before, before, before] })
  expect(growthMiB).toBeLessThan(allowedGrowthMiB)
}, 60_000)

test(`an archive of ${manyEntries} files is unpacked in less than ${manyGrowthMiB} MiB of memory`, async () => {
  await using scratch = await temporaryDirectory()
  const { files, bytes, growthMiB } = await told(programForMany, scratch.path)
  expect({ files, bytes }).toEqual({ files: manyEntries, bytes: manyEntries })
  expect(growthMiB).toBeLessThan(manyGrowthMiB)
}, 300_000)
