import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { itemsOf } from '../testing/visit.ts'
import { refOf, trainingJob } from '../testing/job-requests.ts'
import { ranToEnd } from '../testing/job-steps.ts'
import { processesLeft } from '../../../../test/support/leftovers.ts'
import { project } from '../project/project.ts'
import { objectUri } from '../names/object-uri.ts'
import { local } from './index.ts'
import { jobPlace } from './jobs/records.ts'

// What happens at the limits of this computer: a full disk, a read-only one.
const base = mkdtempSync(join(tmpdir(), 'ssm-limits-'))
const mounts: string[] = []
const folder = objectUri('s3://ssm-local/test/')

afterAll(() => {
  for (const mount of mounts) spawnSync('umount', ['-l', mount])
  rmSync(base, { recursive: true, force: true })
})

/** A small file system of its own; `undefined` where that takes rights we do not have. */
function smallDisk(name: string, sizeMiB: number): string | undefined {
  const path = join(base, name)
  mkdirSync(path)
  if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', path]).status !== 0)
    return undefined
  mounts.push(path)
  return path
}

const noMount = 'mounting a small file system takes the superuser’s rights'
const open = (root: string): ReturnType<typeof local> => local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2 })
const bytes = (size: number) => ({ kind: 'bytes', bytes: Buffer.alloc(size) }) as const

test('a write that does not fit fails, and neither it nor a part of it is there', async ({ skip }) => {
  const root = smallDisk('write', 4)
  if (root === undefined) return skip(noMount)
  const { objects } = open(root)
  await objects.write(objectUri(`${folder}old`), bytes(1_000_000))
  for (const key of ['new', 'old']) {
    await expect(objects.write(objectUri(folder + key), bytes(5_000_000))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  }
  expect((await itemsOf(objects.list(folder))).map((object) => object.sizeBytes)).toEqual([1_000_000])
  expect(execFileSync('find', [join(root, 'tmp'), '-type', 'f'], { encoding: 'utf8' })).toBe('')
})

test('a job whose input does not fit fails with that reason and leaves room again', async ({ skip }) => {
  const root = smallDisk('input', 4)
  if (root === undefined) return skip(noMount)
  const platform = open(root)
  await platform.objects.write(objectUri(`${folder}in/x`), bytes(1_500_000))
  const request = trainingJob(folder, { shell: 'true', machines: 2, inputs: { data: { uri: `${folder}in/` } } })
  const state = await ranToEnd(platform, request)
  expect(state).toMatchObject({ status: 'failed', phase: 'Failed' })
  expect(state.failureReason).toMatch(/no space is left/)
  await platform.objects.write(objectUri(`${folder}more`), bytes(1_500_000))
  expect(await processesLeft(root)).toEqual([])
})

test('a result that does not fit is kept where the job ran, and stored once there is room', async ({ skip }) => {
  const root = smallDisk('result', 8)
  if (root === undefined) return skip(noMount)
  const platform = open(root)
  const other = objectUri('s3://ssm-local/other')
  await platform.objects.write(other, bytes(2_500_000))
  const request = trainingJob(folder, { shell: 'head -c 3500000 /dev/urandom > $R/opt/ml/model/m' })
  const state = await ranToEnd(platform, request)
  const { machines } = jobPlace(root, refOf(request).name)
  expect(state).toMatchObject({ status: 'failed', unstored: true })
  expect(state.failureReason).toContain(`They are kept in ${machines}.`)
  expect(state.failureReason).toMatch(/results could not be stored.*no space is left/)
  expect(await itemsOf(platform.objects.list(folder))).toEqual([])
  await platform.objects.remove([other])
  expect(await platform.jobs.storeResults?.(refOf(request))).toBe(true)
  const end = (await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)
  expect(end).toMatchObject({ status: 'completed', phase: 'Completed' })
  expect(end?.failureReason).toBeUndefined()
  expect((await itemsOf(platform.objects.list(folder)))[0]?.sizeBytes).toBeGreaterThan(3_500_000)
  expect(existsSync(machines)).toBe(false)
  expect(await platform.jobs.storeResults?.(refOf(request))).toBe(false)
})

test('a task whose result did not fit is not run again once there is room', async ({ skip }) => {
  const root = smallDisk('again', 8)
  if (root === undefined) return skip(noMount)
  await using platform = open(root)
  const other = objectUri('s3://ssm-local/other')
  await platform.objects.write(other, bytes(2_500_000))
  const runs = join(base, 'runs')
  const task = project('p', { platform }).task('t').shell(`echo run >> ${runs}; head -c 3500000 /dev/urandom > $SM_MODEL_DIR/m`)
  await expect(task.run()).rejects.toMatchObject({
    code: 'JOB_FAILED',
    message: expect.stringContaining('are kept in') as string,
  })
  await platform.objects.remove([other])
  expect(await task.explain()).toMatchObject({ decision: { kind: 'join' } })
  await task.run()
  expect(await task.explain()).toMatchObject({ decision: { kind: 'skip' } })
  expect(readFileSync(runs, 'utf8')).toBe('run\n')
})

test('a disk that a program filled up does not stop its job from ending', async ({ skip }) => {
  const root = smallDisk('filled', 4)
  if (root === undefined) return skip(noMount)
  const platform = open(root)
  const request = trainingJob(folder, { shell: 'cat /dev/zero > $TMPDIR/full; echo said; yes | head -c 100000; exit 5' })
  expect(await ranToEnd(platform, request)).toMatchObject({
    status: 'failed',
    failureReason: 'AlgorithmError: exit code: 5. No space is left on the disk of the local platform',
  })
  expect(await processesLeft(root)).toEqual([])
})

test('a folder that cannot be written is said to be so, with what to set', async ({ skip }) => {
  const root = smallDisk('readonly', 1)
  if (root === undefined) return skip(noMount)
  execFileSync('mount', ['-o', 'remount,ro', root])
  const platform = open(root)
  const says = { code: 'STORAGE_DENIED', hint: expect.stringContaining('SSM_LOCAL_DIR') as string }
  await expect(platform.objects.bucket(undefined)).rejects.toMatchObject(says)
  await expect(platform.objects.write(objectUri(`${folder}x`), bytes(1))).rejects.toMatchObject(says)
  await expect(platform.jobs.start(trainingJob(folder, { shell: 'true' }))).rejects.toMatchObject(says)
  expect(await itemsOf(platform.objects.list(folder))).toEqual([])
})
