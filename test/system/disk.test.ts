import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { everythingIn } from '../support/leftovers.ts'
import { failureOf } from '../flows/flow.ts'
import { sandbox } from './sandbox.ts'

const timeout = 60_000
const mebibyte = 1024 * 1024
const disks: string[] = []

afterAll(() => {
  for (const path of disks) {
    execFileSync('umount', ['-l', path])
    rmSync(path, { recursive: true, force: true })
  }
})

/** A disk of so many MiB; only the superuser of a system that allows it can mount one. */
function smallDisk(mebibytes: number): string {
  const path = mkdtempSync(join(tmpdir(), 'ssm-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0777`, 'ssm-test', path], { stdio: 'pipe' })
  disks.push(path)
  return path
}

function whyNoDisks(): string | undefined {
  try {
    smallDisk(1)
    return undefined
  } catch (cause) {
    return `a small disk cannot be mounted here: ${String(cause)}`
  }
}

const lackingDisks =
  process.platform === 'linux' && process.getuid?.() === 0 ? whyNoDisks() : 'only Linux’s superuser can mount disks'

describe.skipIf(lackingDisks)('on a disk that is full', () => {
  test('the sync of an input ends in a clear error, and what is stored of it is whole', { timeout }, async () => {
    await using place = sandbox({ root: join(smallDisk(4), 'local') })
    for (const name of ['a', 'b', 'c', 'd']) place.file(`data/${name}.bin`, randomBytes(1.5 * mebibyte))
    const task = place.project('p').task('t').shell('true').input.local(join(place.folder, 'data'))
    const error = await failureOf(task.run())
    expect(error).toMatchObject({ code: 'STORAGE_FULL' })
    expect(error.message).toContain(place.root)
    expect(error.hint).toContain('space')
    expect(place.jobs('t')).toEqual([])
    const stored = place.objects().filter((name) => name.endsWith('.bin'))
    for (const name of stored) expect(statSync(join(place.root, 's3', name)).size).toBe(1.5 * mebibyte)
    expect(await place.leftovers()).toEqual([])
  })

  test('laying out the machines is a failed job that says so, and the store stays as it was', { timeout }, async () => {
    await using place = sandbox({ root: join(smallDisk(6), 'local') })
    place.file('data/a.bin', randomBytes(2 * mebibyte))
    const task = place.project('p').task('t').shell('true').input.local(join(place.folder, 'data')).instances('ml.m5.large', 3)
    const error = await failureOf(task.run())
    expect(error).toMatchObject({ code: 'JOB_FAILED' })
    expect(error.message).toContain('no space is left')
    expect(place.objects().filter((name) => /model|output\.tar/.test(name))).toEqual([])
    expect(await place.leftovers()).toEqual([])
  })

  test('collecting the results is a failed job that names where they are kept, and no half of a model', { timeout }, async () => {
    await using place = sandbox({ root: join(smallDisk(8), 'local') })
    const task = place.project('p').task('t').shell('head -c 5000000 /dev/urandom > "$SM_MODEL_DIR/model.bin"; echo written')
    const error = await failureOf(task.run())
    expect(error).toMatchObject({ code: 'JOB_FAILED' })
    expect(error.message).toMatch(/results could not be stored.*no space is left/is)
    const machines = /They are kept in (\S+)\./.exec(error.message)?.[1] ?? ''
    expect(machines.startsWith(`${place.root}/`)).toBe(true)
    const kept = everythingIn(machines).filter((name) => name.endsWith('model.bin'))
    expect(kept.map((name) => statSync(join(machines, name)).size)).toEqual([5_000_000])
    expect(place.objects().filter((name) => name.includes('model'))).toEqual([])
    // Nothing else is left: no process, no temporary file, no lock.
    expect((await place.leftovers()).filter((name) => !name.includes('/machines/'))).toEqual([])
    const state = await place
      .project('p')
      .data('t')
      .outputs()
      .catch((cause: unknown) => cause)
    expect(state).toMatchObject({ code: 'OUTPUT_MISSING' })
  })

  test('a download ends in a clear error, and nothing lies where the result would be', { timeout }, async () => {
    await using place = sandbox()
    const result = await place.project('p').task('t').shell('head -c 3000000 /dev/urandom > "$SM_MODEL_DIR/model.bin"').run()
    const out = join(smallDisk(2), 'out')
    const error = await failureOf(result.download(out))
    expect(error).toMatchObject({ code: 'STORAGE_FULL' })
    expect(error.hint).toContain('space')
    expect(existsSync(join(out, 'model'))).toBe(false)
    expect(readdirSync(out).filter((name) => name !== 'logs')).toEqual([])
    await result.download(join(place.folder, 'out'))
    expect(everythingIn(join(place.folder, 'out', 'model'))).toEqual(['.ssm-download.json', 'model.bin'])
  })
})
