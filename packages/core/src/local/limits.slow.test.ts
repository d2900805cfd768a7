import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { refOf, trainingJob } from '../testing/job-requests.ts'
import { untilRunning } from '../testing/job-steps.ts'
import { objectUri } from '../names/object-uri.ts'
import { local } from './index.ts'
import { jobPlace, readState } from './jobs/records.ts'
import { pidOf } from './process/identity.ts'

// A program that never stops talking, and a store of many objects.
const base = mkdtempSync(join(tmpdir(), 'ssm-limits-'))
const folder = objectUri('s3://ssm-local/test/')
afterAll(() => rmSync(base, { recursive: true, force: true }))

const open = (root: string): ReturnType<typeof local> => local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2 })

test('200 MB of output neither block the job nor fill the memory of its supervisor', { timeout: 240_000 }, async () => {
  const root = join(base, 'talk')
  const platform = open(root)
  const request = trainingJob(folder, {
    shell: 'yes 0123456789012345678901234567890123456789012345678 | head -c 200000000; echo; sleep 0.3',
  })
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  let peakKiB = 0
  const supervisor = pidOf(readState(jobPlace(root, refOf(request).name))?.owner ?? '')
  const watch = setInterval(() => (peakKiB = Math.max(peakKiB, peakOf(supervisor))), 20)
  let lines = 0
  let odd = 0
  for await (const line of platform.logs.follow(refOf(request))) {
    lines += 1
    if (line.text.length !== 49) odd += 1
  }
  clearInterval(watch)
  expect({ lines, odd }).toEqual({ lines: 4_000_001, odd: 1 })
  expect((await platform.jobs.describe(refOf(request)))?.status).toBe('completed')
  // What its reader needs is measured in a process of its own, among the slow tests.
  expect(peakKiB).toBeLessThan(150_000)
  // The log is what the program printed, byte for byte.
  const { logs } = jobPlace(root, refOf(request).name)
  expect(execFileSync('sh', ['-c', `cat ${logs}/*.log | wc -c`], { encoding: 'utf8' }).trim()).toBe('200000001')
})

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

test('20 000 objects are listed in moments', { timeout: 120_000 }, async () => {
  const root = join(base, 'many')
  for (let part = 0; part < 20; part += 1) {
    const path = join(root, 's3/ssm-local/many', `part-${part}`)
    mkdirSync(path, { recursive: true })
    for (let index = 0; index < 1000; index += 1) writeFileSync(join(path, `n${index}`), '')
  }
  const before = process.cpuUsage()
  let count = 0
  let last = ''
  const wrong: string[] = []
  for await (const { uri } of open(root).objects.list(objectUri('s3://ssm-local/many/'))) {
    count += 1
    if (uri <= last) wrong.push(uri)
    last = uri
  }
  expect(count).toBe(20_000)
  expect(wrong).toEqual([])
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(30_000)
})
