import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../../../../scripts/setup.mjs'
import { builtProgram } from '../../files/own-package.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { objectUri } from '../../names/object-uri.ts'
import { refOf, trainingJob } from '../../testing/job-requests.ts'
import { ranToEnd } from '../../testing/job-steps.ts'
import { itemsOf } from '../../testing/visit.ts'
import { local } from '../index.ts'
import { ownIdentity, processPlace } from '../process/identity.ts'
import { jobPlace, readState, writeState, type StoredState } from './records.ts'
import { resumeStoring } from './resume.ts'

beforeAll(setup, 180_000)

// Of a process that ended.
const gone = `999999999.gone@${processPlace(ownIdentity())}`

/** A job of a fresh store that ended, put back to an earlier state. */
async function jobIn(root: string, earlier: Partial<StoredState>) {
  const platform = local({ root })
  const request = trainingJob(objectUri('s3://ssm-local/test/'), { shell: 'true' })
  const { endedAtMs: _endedAtMs, ...ended } = await ranToEnd(platform, request)
  const place = jobPlace(root, refOf(request).name)
  rmSync(place.results, { force: true })
  mkdirSync(place.machines)
  const before: StoredState = {
    ...ended,
    status: 'in-progress',
    owner: gone,
    ownerIs: 'supervisor',
    processes: [],
    metricCounts: {},
    ...earlier,
  }
  writeState(place, before)
  return { platform, request, place, before }
}

test('a job whose results cannot be stored now is given back: somebody else can store them while this process lives on', async () => {
  await using scratch = await temporaryDirectory()
  const ending = { status: 'completed', phase: 'Completed' } as const
  const { platform, request, place, before } = await jobIn(scratch.path, { phase: 'Uploading', ending })
  // No supervisor can be started.
  rmSync(place.supervisorLog)
  mkdirSync(place.supervisorLog)
  await expect(resumeStoring(scratch.path, place)).rejects.toThrow('EISDIR')
  expect(readState(place)).toEqual(before)
  rmSync(place.supervisorLog, { recursive: true })
  expect(await resumeStoring(scratch.path, place)).toBe(true)
  expect((await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)).toMatchObject({ status: 'completed' })
})

/** A job whose program has ended and whose supervisor was killed an hour ago, as it stored the results. */
async function leftUploading(root: string) {
  const agoMs = Date.now() - 3_600_000
  const phases = [
    { name: 'Training', startedAtMs: agoMs - 9_000, endedAtMs: agoMs - 1_000 },
    { name: 'Uploading', startedAtMs: agoMs - 1_000 },
  ]
  const ending = { status: 'completed', phase: 'Completed' } as const
  const left = await jobIn(root, { phase: 'Uploading', phases, ending, createdAtMs: agoMs - 10_000 })
  writeFileSync(left.place.heartbeat, '')
  utimesSync(left.place.heartbeat, new Date(agoMs), new Date(agoMs))
  return { ...left, agoMs }
}

test('one look at a job whose supervisor was killed as it stored the results has them stored, and no time counts in which nobody did', async () => {
  await using scratch = await temporaryDirectory()
  const { platform, request, place, agoMs } = await leftUploading(scratch.path)
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'in-progress', phase: 'Uploading' })
  await expect.poll(() => readState(place)?.status, { timeout: 60_000 }).toBe('completed')
  const ended = await platform.jobs.describe(refOf(request))
  expect(ended?.endedAtMs).toBeGreaterThanOrEqual(agoMs - 1)
  expect(ended?.endedAtMs).toBeLessThan(agoMs + 1_800_000)
  expect(ended).not.toHaveProperty('idleMs')
  expect(existsSync(place.machines)).toBe(false)
})

test('a stop of such a job lets its results be stored, and asks nobody to stop', async () => {
  await using scratch = await temporaryDirectory()
  const { platform, request, place } = await leftUploading(scratch.path)
  await platform.jobs.stop(refOf(request))
  expect(existsSync(place.stop)).toBe(false)
  await expect.poll(() => readState(place)?.status, { timeout: 60_000 }).toBe('completed')
})

test.for(['Starting', 'Downloading', 'Training', 'Stopping'])(
  'a job whose supervisor was killed in phase %s is put on record by whoever looks at it, with its last sign of life as its end',
  async (phase) => {
    await using scratch = await temporaryDirectory()
    const agoMs = Date.now() - 3_600_000
    const phases = [{ name: phase, startedAtMs: agoMs - 9_000 }]
    const status = phase === 'Stopping' ? 'stopping' : 'in-progress'
    const { platform, request, place } = await jobIn(scratch.path, { status, phase, phases, createdAtMs: agoMs - 10_000 })
    writeFileSync(place.heartbeat, '')
    utimesSync(place.heartbeat, new Date(agoMs), new Date(agoMs))
    const seen = await platform.jobs.describe(refOf(request))
    expect(seen).toMatchObject({ status: 'failed', phase: 'Failed', endedAtMs: agoMs })
    expect(readState(place)).toMatchObject({ status: 'failed', endedAtMs: agoMs })
    expect([place.machines, place.heartbeat].filter((path) => existsSync(path))).toEqual([])
    expect((await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)).toEqual(seen)
  },
)

test('a supervisor whose client was killed before it said what the environment is never begins', async () => {
  await using scratch = await temporaryDirectory()
  const { place, before } = await jobIn(scratch.path, { phase: 'Starting', ownerIs: 'starter' })
  for (const said of ['', '{"environment":{"A"']) {
    const child = spawn(process.execPath, [builtProgram('supervisor'), scratch.path, basename(place.folder)], {
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    })
    child.stdin?.on('error', () => undefined).end(said)
    await once(child, 'close')
    expect(child.exitCode).not.toBe(0)
    expect(readState(place)).toEqual(before)
    expect(existsSync(place.results)).toBe(false)
  }
})
