import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { jobName } from '../names/job-name.ts'
import { Broadcast } from './broadcast.ts'
import type { RunEvent } from './run-event.ts'

const job = jobName('t-1')
const said = (text: string): RunEvent => ({ atMs: 0, task: 't', type: 'logged', job, line: { machine: 'algo-1', text, atMs: 0 } })
const warned = (message: string): RunEvent => ({ atMs: 0, task: 't', type: 'warned', message })

async function all(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const seen: RunEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

/** What readers of a broadcast are shown, in short. */
const words = (events: readonly RunEvent[]): readonly string[] =>
  events.map((event) =>
    event.type === 'logged'
      ? event.line.text
      : event.type === 'lines-skipped'
        ? `${event.lines} skipped`
        : event.type === 'warned'
          ? event.message
          : event.type,
  )

test('readers that come before, between and after get the same events, each at its own pace', async () => {
  const broadcast = new Broadcast()
  const early = all(broadcast.read())
  broadcast.tell(said('1'))
  await turn()
  const between = all(broadcast.read())
  broadcast.tell(said('2'))
  broadcast.tell(warned('3'))
  const slow = (async () => {
    const seen: RunEvent[] = []
    for await (const event of broadcast.read()) {
      seen.push(event)
      await turn()
    }
    return seen
  })()
  await turn()
  broadcast.end()
  const late = all(broadcast.read())
  for (const reader of [early, between, slow, late]) expect(words(await reader)).toEqual(['1', '2', '3'])
})

test('a hundred readers of a thousand events each get all of them', async () => {
  const broadcast = new Broadcast()
  const readers = Array.from({ length: 100 }, () => all(broadcast.read()))
  for (let index = 0; index < 1_000; index++) {
    broadcast.tell(warned(String(index)))
    if (index % 100 === 0) await turn()
  }
  broadcast.end()
  const wanted = Array.from({ length: 1_000 }, (_, index) => String(index))
  for (const reader of readers) expect(words(await reader)).toEqual(wanted)
})

test('of a flood of lines a late reader gets the last 6 to 8 MiB and is told how many it missed; all else is kept', async () => {
  const broadcast = new Broadcast()
  broadcast.tell(warned('first'))
  const line = 'x'.repeat(1_024 - 64)
  for (let index = 0; index < 20_000; index++) {
    broadcast.tell(said(`${index}`.padEnd(line.length, '.')))
    if (index === 5_000) broadcast.tell(warned('middle'))
  }
  broadcast.tell(warned('last'))
  broadcast.end()
  const seen = await all(broadcast.read())
  const lines = seen.flatMap((event) => (event.type === 'logged' ? [Number.parseInt(event.line.text)] : []))
  const missed = seen.reduce((sum, event) => sum + (event.type === 'lines-skipped' ? event.lines : 0), 0)
  expect(missed + lines.length).toBe(20_000)
  expect(lines.length).toBeGreaterThan(6 * 1_024)
  expect(lines.length).toBeLessThanOrEqual(8 * 1_024)
  expect(lines.at(-1)).toBe(19_999)
  expect(lines.every((line, index) => index === 0 || line === (lines[index - 1] ?? 0) + 1)).toBe(true)
  expect(words(seen).filter((word) => !word.includes('.'))).toEqual([
    'first',
    '5001 skipped',
    'middle',
    `${missed - 5_001} skipped`,
    'last',
  ])
})

test('a reader that keeps up with a flood misses nothing', async () => {
  const broadcast = new Broadcast()
  const lines = 30_000
  const reader = all(broadcast.read())
  for (let index = 0; index < lines; index++) {
    broadcast.tell(said('x'.repeat(1_000)))
    if (index % 1_000 === 0) await turn()
  }
  broadcast.end()
  expect((await reader).filter(({ type }) => type === 'logged')).toHaveLength(lines)
})

test('one line larger than everything that is kept is still told', async () => {
  const broadcast = new Broadcast()
  broadcast.tell(said('before'))
  broadcast.tell(said('x'.repeat(9 * 1_024 * 1_024)))
  broadcast.end()
  expect((await all(broadcast.read())).map((event) => (event.type === 'logged' ? event.line.text.length : event.type))).toEqual([
    'lines-skipped',
    9 * 1_024 * 1_024,
  ])
})

test('an abort ends its own reader with its reason, while it waits and while it reads, and no other', async () => {
  const broadcast = new Broadcast()
  const stays = all(broadcast.read())
  const leave = new AbortController()
  const leaves = all(broadcast.read(leave.signal))
  await turn()
  const why = new Error('enough')
  leave.abort(why)
  await expect(leaves).rejects.toBe(why)
  for (let index = 0; index < 10; index++) broadcast.tell(warned(String(index)))
  await expect(all(broadcast.read(leave.signal))).rejects.toBe(why)
  const seen: RunEvent[] = []
  const middle = new AbortController()
  await expect(
    (async () => {
      for await (const event of broadcast.read(middle.signal)) {
        seen.push(event)
        if (seen.length === 3) middle.abort(why)
      }
    })(),
  ).rejects.toBe(why)
  expect(seen).toHaveLength(3)
  broadcast.end()
  expect(await stays).toHaveLength(10)
})

test('whoever leaves the loop, or lets go of the reader, is forgotten', async () => {
  const broadcast = new Broadcast()
  broadcast.tell(warned('1'))
  const leave = new AbortController()
  let listeners = 0
  const count = (by: number): void => void (listeners += by)
  const { signal } = leave
  const watched = Object.assign(signal, {
    addEventListener: (...args: Parameters<AbortSignal['addEventListener']>) => (
      count(1),
      AbortSignal.prototype.addEventListener.apply(signal, args)
    ),
    removeEventListener: (...args: Parameters<AbortSignal['removeEventListener']>) => (
      count(-1),
      AbortSignal.prototype.removeEventListener.apply(signal, args)
    ),
  })
  for await (const event of broadcast.read(watched)) if (event.type === 'warned') break
  const reader = broadcast.read(watched)
  await reader.next()
  const waiting = reader.next()
  await turn()
  broadcast.tell(warned('2'))
  await waiting
  await reader.return()
  expect(listeners).toBe(0)
  expect(await reader.next()).toEqual({ done: true, value: undefined })
})

test('what is told after the end is told to nobody', async () => {
  const broadcast = new Broadcast()
  broadcast.end()
  broadcast.tell(warned('late'))
  expect(await all(broadcast.read())).toEqual([])
})

test('a reader of many events lets everything else have its turn', async () => {
  const broadcast = new Broadcast()
  for (let index = 0; index < 400_000; index++) broadcast.tell({ atMs: index, task: 't', type: 'warned', message: 'x' })
  broadcast.end()
  let turns = 0
  const beat = setInterval(() => (turns += 1), 1)
  let [read, turnsHalfway] = [0, 0]
  for await (const _ of broadcast.read()) if ((read += 1) === 200_000) turnsHalfway = turns
  clearInterval(beat)
  expect(read).toBe(400_000)
  expect(turnsHalfway).toBeGreaterThan(0)
})
