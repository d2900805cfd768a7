import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { itemsOf } from '../testing/visit.ts'
import { refOf, trainingJob } from '../testing/job-requests.ts'
import { ranToEnd, untilRunning } from '../testing/job-steps.ts'
import { processesLeft } from '../../../../test/support/leftovers.ts'
import { objectUri } from '../names/object-uri.ts'
import { local } from './index.ts'
import { jobPlace, readState } from './jobs/records.ts'
import { settleAbandoned } from './jobs/settle.ts'
import { identityOf, isGone, pidOf } from './process/identity.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-stop-'))
const folder = objectUri('s3://ssm-local/test/')
const platform = local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2 })

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a supervisor that does not hear a stop is ended by force, with its machines', async () => {
  const request = trainingJob(folder, { shell: 'sleep 100' })
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  const place = jobPlace(root, refOf(request).name)
  process.kill(pidOf(readState(place)?.owner ?? ''), 'SIGSTOP')
  await platform.jobs.stop(refOf(request))
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'stopped', phase: 'Stopped' })
  expect(await processesLeft(place.machines)).toEqual([])
  expect(existsSync(place.machines)).toBe(false)
})

test('a job that never gets past its start can be stopped', async () => {
  const request = trainingJob(folder, { shell: 'true' })
  await ranToEnd(platform, request)
  const place = jobPlace(root, refOf(request).name)
  const stuck = spawn('sleep', ['100'])
  const owner = identityOf(stuck.pid ?? 0) ?? ''
  const { endedAtMs: _, ...ended } = readState(place) ?? {}
  writeFileSync(place.state, JSON.stringify({ ...ended, status: 'in-progress', phase: 'Starting', owner, ownerIs: 'supervisor' }))
  await platform.jobs.stop(refOf(request))
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'stopped' })
  await expect.poll(() => isGone(owner)).toBe(true)
})

test('a supervisor that hangs while it starts is ended by the next start, and its job counts as one that never began', async () => {
  const request = trainingJob(folder, { shell: 'true' })
  await ranToEnd(platform, request)
  const place = jobPlace(root, refOf(request).name)
  const stuck = spawn('sleep', ['100'])
  const owner = identityOf(stuck.pid ?? 0) ?? ''
  const { endedAtMs: _, ...ended } = readState(place) ?? {}
  const starting = { ...ended, status: 'in-progress', phase: 'Starting', owner, ownerIs: 'supervisor' }
  const at = (agoMs: number): void => {
    writeFileSync(place.state, JSON.stringify({ ...starting, createdAtMs: Date.now() - agoMs }))
    writeFileSync(place.heartbeat, '')
    utimesSync(place.heartbeat, new Date(Date.now() - agoMs), new Date(Date.now() - agoMs))
  }
  at(10_000)
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'in-progress' })
  at(3_600_000)
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'failed', neverBegan: true })
  expect(isGone(owner)).toBe(false)
  await settleAbandoned(root)
  await expect.poll(() => isGone(owner)).toBe(true)
})

test('an expression that would stand still for ever neither stops a job nor keeps it from being stopped', async () => {
  const metrics = { hostile: '(x+x+)+y([0-9])', loss: '(?i)LOSS=(?P<value>[0-9]+)' }
  const line = 'x'.repeat(51)
  const ended = await ranToEnd(platform, trainingJob(folder, { shell: `echo ${line}; echo loss=7`, metrics, maxRunSeconds: 30 }))
  expect(ended).toMatchObject({ status: 'completed', finalMetrics: [{ name: 'loss', value: 7 }] })
  const request = trainingJob(folder, { shell: `while :; do echo ${line}; sleep 0.01; done`, metrics })
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  await platform.jobs.stop(refOf(request))
  expect((await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)).toMatchObject({ status: 'stopped' })
})

// On a computer that is busy with other things, too; whoever reads every line to its end takes minutes.
const longMs = 50_000

test('an expression that is slow for every line keeps a job neither from its limit of time nor from a stop', async () => {
  const metrics = { huge: '(\\p{L}{900})', slow: '(\\p{L}{450})' }
  const shell = 'line=$(head -c 30000 /dev/zero | tr "\\0" a); while :; do echo "$line"; sleep 0.01; done'
  const limited = await ranToEnd(platform, trainingJob(folder, { shell, metrics, maxRunSeconds: 4 }))
  expect(limited.status).toBe('stopped')
  expect(limited.phases.at(-1)?.startedAtMs ?? 0).toBeLessThan((limited.startedAtMs ?? 0) + longMs)
  const request = trainingJob(folder, { shell, metrics })
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  const askedAtMs = Date.now()
  await platform.jobs.stop(refOf(request))
  expect((await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)).toMatchObject({ status: 'stopped' })
  expect(Date.now() - askedAtMs).toBeLessThan(longMs)
})
