import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Broadcast } from '../../events/broadcast.ts'
import { jobName } from '../../names/job-name.ts'
import { taskName } from '../../names/task-name.ts'
import { localLogs } from './logs.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-turns-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** How often a timer fires while something runs: never, when it keeps the thread for itself. */
async function timersDuring(work: () => Promise<unknown>): Promise<number> {
  let fired = 0
  const timer = setInterval(() => (fired += 1), 1)
  await work()
  clearInterval(timer)
  return fired
}

test('timers, signals and sockets have their turn while a long log is read', async () => {
  const job = { kind: 'training', name: jobName('long') } as const
  const logs = join(root, 'jobs/long/logs')
  mkdirSync(logs, { recursive: true })
  writeFileSync(join(logs, 'algo-1-0.log'), `${'x'.repeat(80)}\n`.repeat(300_000))
  let lines = 0
  const fired = await timersDuring(async () => {
    for await (const _ of localLogs(root, new AbortController().signal).follow(job, { untilNow: true })) lines += 1
  })
  expect(lines).toBe(300_000)
  expect(fired).toBeGreaterThan(5)
})

test('timers have their turn while a late reader catches up with many events', async () => {
  const events = new Broadcast()
  for (let index = 0; index < 300_000; index += 1) events.tell({ type: 'warned', atMs: index, task: taskName('t'), message: 'x' })
  events.end()
  let read = 0
  const fired = await timersDuring(async () => {
    for await (const _ of events.read()) read += 1
  })
  expect(read).toBe(300_000)
  expect(fired).toBeGreaterThan(3)
})
