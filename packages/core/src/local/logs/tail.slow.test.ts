import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jobName } from '../../names/job-name.ts'
import { itemsOf } from '../../testing/visit.ts'
import { localLogs } from './logs.ts'

test('the last lines of a log of 200 MB cost a few milliseconds of processor time', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ssm-tail-'))
  try {
    const job = { kind: 'training', name: jobName('long') } as const
    const folder = join(root, 'jobs/long/logs')
    mkdirSync(folder, { recursive: true })
    const [log, times] = ['log', 'times'].map((kind) => openSync(join(folder, `algo-1-0.${kind}`), 'w')) as [number, number]
    for (let at = 0; at < 200; at += 1) {
      writeSync(log, `${'x'.repeat(99)}\n`.repeat(10_000))
      writeSync(times, `${at * 1_000_000} ${at + 1}\n`)
    }
    for (const file of [log, times]) closeSync(file)
    const logs = localLogs(root, new AbortController().signal)
    const costs: number[] = []
    // What else this process has to do, as tidying up after another test, may fall into one of them.
    for (let times = 0; times < 5; times += 1) {
      const before = process.cpuUsage()
      const lines = await itemsOf(logs.follow(job, { untilNow: true, last: 100 }))
      const { user, system } = process.cpuUsage(before)
      costs.push((user + system) / 1_000)
      expect(lines).toHaveLength(100)
      expect(lines[0]).toEqual({ machine: 'algo-1', text: 'x'.repeat(99), atMs: 200 })
    }
    expect(Math.min(...costs)).toBeLessThan(200)
  } finally {
    rmSync(root, { recursive: true })
  }
})
