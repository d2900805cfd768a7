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

// In a process of its own, so that no other test's memory counts.
test(`a file of ${fileMiB} MiB is packed and unpacked in less than ${allowedGrowthMiB} MiB of memory`, async () => {
  await using scratch = await temporaryDirectory()
  await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    outfile: join(scratch.path, 'program.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  const before = await written(join(scratch.path, 'large'))
  const { stdout } = await run(process.execPath, [join(scratch.path, 'program.mjs'), scratch.path])
  const { files, bytes, digests, growthMiB } = JSON.parse(stdout) as Told
  expect({ files, bytes, digests }).toEqual({ files: 1, bytes: fileMiB * 2 ** 20, digests: [before, before, before] })
  expect(growthMiB).toBeLessThan(allowedGrowthMiB)
}, 60_000)
