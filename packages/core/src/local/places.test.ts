import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { itemsOf } from '../testing/visit.ts'
import { refOf, trainingJob, type ShellJob } from '../testing/job-requests.ts'
import { untilRunning } from '../testing/job-steps.ts'
import { everythingIn, processesLeft } from '../../../../test/support/leftovers.ts'
import { objectUri } from '../names/object-uri.ts'
import type { JobRef } from '../platform/jobs.ts'
import { local } from './index.ts'
import { jobPlace, readState, type JobPlace } from './jobs/records.ts'
import { settleAbandoned } from './jobs/settle.ts'
import { ownIdentity, pidOf, processPlace } from './process/identity.ts'

// One store seen from several places: containers, other computers on a shared home, this computer after a restart.
const root = mkdtempSync(join(tmpdir(), 'ssm-places-'))
const folder = objectUri('s3://ssm-local/test/')
const platform = local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2 })

afterAll(async () => {
  // A job that nobody waited for still writes.
  await processesLeft(root, 10_000)
  rmSync(root, { recursive: true, force: true })
})

async function started(job: ShellJob): Promise<{ readonly job: JobRef; readonly place: JobPlace }> {
  const request = trainingJob(folder, job)
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  return { job: refOf(request), place: jobPlace(root, refOf(request).name) }
}

const endOf = async (job: JobRef): Promise<unknown> => (await itemsOf(platform.jobs.watch(job))).at(-1)

/** What a client in a PID namespace of its own sees of a job; `undefined` where that takes rights we do not have. */
function seenFromContainer(job: JobRef, act: 'describe' | 'stop'): unknown {
  const isolated = ['unshare', ['-r', '-p', '-f', '--mount-proc']] as const
  if (process.platform !== 'linux' || spawnSync(isolated[0], [...isolated[1], 'true']).status !== 0) return undefined
  const hooks = fileURLToPath(new URL('../../../../scripts/typescript.mjs', import.meta.url))
  const client = fileURLToPath(new URL('../../../../test/support/looking-client.ts', import.meta.url))
  const argv = [
    ...isolated[1],
    process.execPath,
    '--conditions=ssm-source',
    '--import',
    hooks,
    client,
    root,
    act,
    JSON.stringify(job),
  ]
  return JSON.parse(execFileSync(isolated[0], argv, { encoding: 'utf8' }))
}

const noNamespace = 'a PID namespace takes rights we do not have'

test('looking at a running job from a container leaves it alone', async ({ skip }) => {
  const seenAt = join(root, 'seen')
  const { job } = await started({ shell: `while [ ! -e ${seenAt} ]; do sleep 0.05; done; echo well > $R/opt/ml/model/m` })
  const seen = seenFromContainer(job, 'describe')
  writeFileSync(seenAt, '')
  if (seen === undefined) return skip(noNamespace)
  expect(seen).toMatchObject({ status: 'in-progress', phase: 'Training' })
  expect(await endOf(job)).toMatchObject({ status: 'completed' })
})

test('a job can be stopped from a container that cannot signal its supervisor', async ({ skip }) => {
  const { job } = await started({ shell: 'sleep 100' })
  const seen = seenFromContainer(job, 'stop')
  if (seen === undefined) {
    await platform.jobs.stop(job)
    return skip(noNamespace)
  }
  expect(await endOf(job)).toMatchObject({ status: 'stopped' })
})

test('looking at a job whose supervisor was killed writes and removes nothing', async () => {
  const { job, place } = await started({ shell: 'sleep 100' })
  process.kill(pidOf(readState(place)?.owner ?? ''), 'SIGKILL')
  // Supervisors of the jobs before, too: nothing changes by itself from here.
  expect(await processesLeft(root)).toEqual([])
  await expect.poll(async () => (await platform.jobs.describe(job))?.status).toBe('failed')
  const before = everythingIn(root)
  const texts = [place.state, place.request].map((path) => readFileSync(path, 'utf8'))
  const first = await platform.jobs.describe(job)
  expect(first).toMatchObject({ status: 'failed' })
  expect(await platform.jobs.describe(job)).toEqual(first)
  expect(await endOf(job)).toEqual(first)
  expect(await itemsOf(platform.logs.follow(job))).toEqual([])
  expect(everythingIn(root)).toEqual(before)
  expect([place.state, place.request].map((path) => readFileSync(path, 'utf8'))).toEqual(texts)
  // The next job that is started tidies up.
  await local({ root }).jobs.start(trainingJob(folder, { shell: 'true' }))
  expect(existsSync(place.machines)).toBe(false)
  expect(await platform.jobs.describe(job)).toEqual(first)
})

test('a job of another computer is as alive as its heartbeat, and nobody else puts its end on record', async () => {
  const { job, place } = await started({ shell: 'sleep 100' })
  const state = readState(place)
  const owner = state?.owner ?? ''
  process.kill(pidOf(owner), 'SIGKILL')
  expect(await processesLeft(root)).toEqual([])
  writeFileSync(place.state, JSON.stringify({ ...state, owner: owner.replace(processPlace(owner), 'elsewhere') }))
  const now = Date.now()
  expect(await platform.jobs.describe(job)).toMatchObject({ status: 'in-progress' })
  utimesSync(place.heartbeat, now / 1000 - 3600, now / 1000 - 3600)
  expect(await platform.jobs.describe(job)).toMatchObject({ status: 'failed' })
  await settleAbandoned(root)
  expect(readState(place)?.status).toBe('in-progress')
  expect(existsSync(place.machines)).toBe(true)
  const twoDaysAgo = now / 1000 - 48 * 3600
  utimesSync(place.heartbeat, twoDaysAgo, twoDaysAgo)
  await settleAbandoned(root)
  expect(readState(place)?.status).toBe('failed')
  expect(existsSync(place.machines)).toBe(false)
  expect(existsSync(place.heartbeat)).toBe(false)
  expect(processPlace(ownIdentity())).not.toBe('elsewhere')
})
