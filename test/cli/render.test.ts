import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobName, JobRef, RunEvent } from '@simple-sagemaker/core'
import { LiveRegion } from '../../packages/cli/src/render/live-region.ts'
import { progressText, RunLog } from '../../packages/cli/src/render/run-log.ts'
import { RunLogs } from '../../packages/cli/src/render/run-logs.ts'
import { bytesText, fit, safeLine, sparkline, spanText, table, widthOf, wrap } from '../../packages/cli/src/terminal/text.ts'
import { momentOf } from '../../packages/cli/src/commands/job/logs.ts'
import { recorded } from './support/context.ts'

test('numbers are said in words', () => {
  expect([0, 999, 1_000, 1_234_567, 99_950_000, 5e12].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.2 MB',
    '100 MB',
    '5.0 TB',
  ])
  expect([0, 999, 1_000, 59_949, 60_000, 3_660_000, 90_000_000].map(spanText)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '1 h 1 min',
    '1 d 1 h',
  ])
  expect(sparkline([1, 2, 3, 8])).toBe('▁▂▃█')
  expect(sparkline([5, 5])).toBe('▄▄')
  expect(progressText({ bytes: 5e6, ofBytes: 1e7, files: 1, ofFiles: 3 }, 1_000)).toBe(
    '██████████░░░░░░░░░░ 50 %  5.0 MB of 10.0 MB  1 of 3 files  5.0 MB/s  1.0 s left',
  )
})

test('no text of a program can do anything to a terminal but colour its own line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, colours) => {
      const shown = safeLine(text, colours)
      // oxlint-disable-next-line no-control-regex -- these are what must not be there.
      expect(shown.replace(/\u001b\[[0-9;:]*m/g, '')).not.toMatch(
        /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
      )
      expect(!colours && shown.includes('\u001b')).toBe(false)
    }),
    {
      examples: [
        ['\n', false],
        ['a\n\u001b[31mb', true],
        ['\u001b[\n31m', false],
      ],
    },
  )
})

test('cut and broken texts fit, whatever letters they are made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
      expect(widthOf(fit(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
  expect(widthOf('日本')).toBe(4)
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(
    table(
      ['A', 'B'],
      [
        ['日本', 'x'],
        ['a', 'y'],
      ],
    ),
  ).toBe('A     B\n日本  x\na     y\n')
})

test('what is taken for narrow without a second look is narrow', () => {
  const ranges = [
    ' -~',
    '\u00a1-\u00ac',
    '\u00ae-\u02ff',
    '\u2010-\u2027',
    '\u2030-\u205e',
    '\u2190-\u2193',
    '\u2500-\u259f',
    '\u2800-\u28ff',
  ]
  const wrong = ranges.flatMap((range) => {
    const [from = 0, to = 0] = [range.codePointAt(0), range.codePointAt(range.length - 1)]
    const all = Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index))
    // A wide letter beside it takes the long way.
    return all.filter((character) => widthOf(`${character}日`) !== 3 || widthOf(character) !== 1)
  })
  expect(wrong).toEqual([])
})

test('the live region rubs out exactly what it drew, also after the terminal became narrower', () => {
  let columns = 40
  const sink = recorded({ isTTY: true })
  const region = new LiveRegion({ ...sink, columns: () => columns })
  region.draw(['x'.repeat(30), 'short'])
  columns = 10
  region.clear()
  expect(sink.text()).toBe(`${'x'.repeat(30)}\nshort\n\u001b[4A\r\u001b[J`)
})

test('a finished task runs no more, but for as long as something of it is downloaded', () => {
  const logs = new RunLogs()
  const base = { atMs: 1, task: 't' }
  const part = (bytes: number): RunEvent => ({
    ...base,
    type: 'downloaded',
    what: 'model',
    progress: { bytes, ofBytes: 9, files: bytes === 9 ? 1 : 0, ofFiles: 1 },
  })
  const job = 't-2026' as JobName
  const running = (event: RunEvent): boolean => {
    logs.tell(event)
    return logs.isRunning
  }
  expect(running({ ...base, type: 'decided', decision: { kind: 'start', because: 'it has never run', changes: [] } })).toBe(true)
  expect(running({ ...base, type: 'finished', outcome: { kind: 'completed', job, skipped: false } })).toBe(false)
  expect(running(part(3))).toBe(true)
  expect(logs.live(2).join()).toContain('downloading')
  expect(running(part(9))).toBe(false)
})

test('a run log tells decisions, transfers and phases with their times, and warnings', () => {
  const runLog = new RunLog()
  const at = (atMs: number, happening: Record<string, unknown>): readonly string[] =>
    runLog.tell({ atMs, task: 't', ...happening } as unknown as RunEvent).map(({ kind, text }) => `${kind}: ${text}`)
  const progress = (bytes: number): Record<string, unknown> => ({
    type: 'uploaded',
    what: 'input data',
    progress: { bytes, ofBytes: 4e6, files: bytes === 4e6 ? 2 : 0, ofFiles: 2 },
  })
  expect(at(0, { type: 'decided', decision: { kind: 'start', because: 'it has never run', changes: [] } })).toEqual([
    'fact: t is started, because it has never run',
  ])
  expect(at(0, progress(1e6))).toEqual([])
  expect(runLog.live(500)[0]).toBe(
    '↑ input data  █████░░░░░░░░░░░░░░░ 25 %  1.0 MB of 4.0 MB  0 of 2 files  2.0 MB/s  1.5 s left',
  )
  expect(at(2_000, progress(4e6))).toEqual(['done: uploaded input data: 2 files, 4.0 MB in 2.0 s (2.0 MB/s)'])
  expect(at(2_000, { type: 'status-changed', job: 'j', status: 'in-progress', phase: 'Starting' })).toEqual([])
  expect(at(5_000, { type: 'status-changed', job: 'j', status: 'in-progress', phase: 'Training' })).toEqual([
    'done: Starting 3.0 s',
  ])
  expect(at(6_000, { type: 'measured', job: 'j', machine: 'algo-1', metric: 'loss', value: 2 })).toEqual([])
  expect(at(7_000, { type: 'measured', job: 'j', machine: 'algo-1', metric: 'loss', value: 1 })).toEqual([])
  expect(runLog.live(8_000)).toEqual(['loss █▁ 1', 'Training 3.0 s  8.0 s'])
  expect(at(8_000, { type: 'warned', message: 'careful' })).toEqual(['warning: careful'])
  expect(at(9_000, { type: 'status-changed', job: 'j', status: 'completed', phase: 'Completed' })).toEqual([
    'done: Training 4.0 s',
  ])
})

test.each([
  ['completed', 'Completed', 'done: Training 4.0 s'],
  ['failed', 'Failed', 'failed: Training 4.0 s'],
  ['stopped', 'Stopped', 'fact: Training 4.0 s, stopped'],
  ['stopped', 'MaxRuntimeExceeded', 'failed: Training 4.0 s'],
])('a job that is %s (%s) says so at the phase in which its program ended', (status, phase, expected) => {
  const runLog = new RunLog()
  const at = (atMs: number, now: string, name: string): readonly string[] =>
    runLog
      .tell({ atMs, task: 't', type: 'status-changed', job: 'j', status: now, phase: name } as unknown as RunEvent)
      .map(({ kind, text }) => `${kind}: ${text}`)
  expect(at(0, 'in-progress', 'Starting')).toEqual([])
  expect(at(1_000, 'in-progress', 'Training')).toEqual(['done: Starting 1.0 s'])
  expect(at(5_000, 'in-progress', 'Uploading')).toEqual([])
  expect(at(7_000, status, phase)).toEqual([expected, 'done: Uploading 2.0 s'])
})

test('--since takes spans and moments', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  expect(['10m', '2h', '1d', '30 s', '2026-03-01T11:00:00Z'].map((text) => (now - momentOf(text, now)) / 1_000)).toEqual([
    600, 7_200, 86_400, 30, 3_600,
  ])
  expect(() => momentOf('yesterday-ish', now)).toThrow('neither a span of time nor a point in time')
})

test('lines that came too fast to be shown are counted, with the command that shows them all', () => {
  const base = { atMs: 0, task: 't' }
  const job = { kind: 'training', name: 't-2026-01-02-03-04-05-a1b2c3d4' } as JobRef
  const forCommand = new RunLog('commandLine', '--platform local')
  forCommand.tell({ ...base, type: 'submitted', job })
  expect(forCommand.tell({ ...base, type: 'lines-skipped', lines: 400_000 })).toEqual([
    {
      kind: 'warning',
      text: expect.stringMatching(
        /^400,?000 log lines .*: ssm logs t-2026-01-02-03-04-05-a1b2c3d4 --tail 0 --platform local$/,
      ) as string,
    },
  ])
  const forProgram = new RunLog('library')
  expect(forProgram.tell({ ...base, type: 'lines-skipped', lines: 2 })[0]?.text).toMatch(/logs\(\) has them all$/)
})
