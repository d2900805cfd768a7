import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { sandbox, type Sandbox } from '../system/sandbox.ts'

const timeout = 600_000
const gibibyte = 1024 ** 3

beforeAll(setup, timeout)

interface Answer {
  readonly lines: readonly string[]
  readonly peakMiB: number
}

async function runFolder(place: Sandbox, ...args: readonly string[]): Promise<Answer> {
  const program = join(import.meta.dirname, 'run-folder.mjs')
  const { NODE_OPTIONS: _options, ...inherited } = process.env
  const env = { ...inherited, SSM_LOCAL_DIR: place.root, SSM_CACHE_DIR: join(place.folder, 'cache') }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env })
  return JSON.parse(stdout) as Answer
}

/** What the client of a job without any files takes. */
async function leastMiB(): Promise<number> {
  await using place = sandbox()
  place.file('code/run.sh', 'true')
  return (await runFolder(place, join(place.folder, 'code'), 'run.sh')).peakMiB
}

function manyFiles(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < 10_000; index += 1) writeFileSync(join(folder, `f${index}.txt`), `${index}\n`)
}

function bigFile(path: string): void {
  writeFileSync(path, '')
  truncateSync(path, gibibyte)
}

test(
  'code of 10 000 files and one of a gibibyte reaches the machine, and the client needs less than 100 MB for it',
  { timeout },
  async () => {
    await using place = sandbox()
    const folder = join(place.folder, 'code')
    manyFiles(join(folder, 'many'))
    bigFile(join(folder, 'big.bin'))
    place.file('code/run.sh', 'ls many | wc -l; wc -c < big.bin')
    const { lines, peakMiB } = await runFolder(place, folder, 'run.sh')
    expect(lines.map(Number)).toEqual([10_000, gibibyte])
    expect(peakMiB - (await leastMiB())).toBeLessThan(100)
    rmSync(folder, { recursive: true })
  },
)

test(
  'an input of 10 000 files and one of a gibibyte reaches the machine, and the client needs less than 100 MB for it',
  { timeout },
  async () => {
    await using place = sandbox()
    const input = join(place.folder, 'input')
    manyFiles(join(input, 'many'))
    bigFile(join(input, 'big.bin'))
    place.file('code/run.sh', 'ls "$SM_CHANNEL_DATA/many" | wc -l; wc -c < "$SM_CHANNEL_DATA/big.bin"')
    const { lines, peakMiB } = await runFolder(place, join(place.folder, 'code'), 'run.sh', input)
    expect(lines.map(Number)).toEqual([10_000, gibibyte])
    expect(peakMiB - (await leastMiB())).toBeLessThan(100)
  },
)
