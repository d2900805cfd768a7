import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openLog, spansIn } from './reader.ts'
import { metricFinder } from '../../platform/metrics/metric-finder.ts'
import { metricReader } from './metrics.ts'
import { entryOffset, tailOffset } from './tail-offset.ts'
import { openMachineLog } from './writer.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-log-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const piece = fc.string({ unit: fc.constantFrom('a', 'ä', '🦀', '\n', '\r\n', ' '), maxLength: 20 })

test('however a program’s output comes and is read, every line comes once with the time of its first byte', () => {
  let round = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 30 }), (pieces) => {
      const path = join(base, `algo-1-${(round += 1)}.log`)
      const log = openMachineLog(path)
      const reader = openLog({ machine: 'algo-1', startedAtMs: 0, path })
      const lines = []
      const timed: { text: string; atMs: number }[] = []
      for (const [index, [text, look]] of pieces.entries()) {
        const atMs = 1_000 * (index + 1)
        log.write(Buffer.from(text), atMs)
        for (const character of Buffer.from(text).toString('latin1')) timed.push({ text: character, atMs })
        if (look) lines.push(...reader.next())
      }
      lines.push(...reader.next(), ...reader.rest())
      log.close()
      reader.close()
      const whole = pieces.map(([text]) => text).join('')
      const wanted = whole.split('\n')
      if (wanted.at(-1) === '') wanted.pop()
      expect(lines.map((line) => line.text)).toEqual(wanted.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)))
      let offset = 0
      for (const [index, line] of lines.entries()) {
        expect(line.atMs).toBe(timed[offset]?.atMs)
        offset += Buffer.byteLength(wanted[index] ?? '') + 1
      }
    }),
    { numRuns: 300 },
  )
})

test('reading backwards finds the beginning of the last lines, and the times of their bytes', () => {
  const path = join(base, 'tail')
  const line = fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), fc.constant('y'.repeat(300_000)))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), fc.nat(14), (lines, isWhole, count) => {
      const text = lines.map((each) => each.replaceAll('\n', '')).join('\n') + (isWhole && lines.length > 0 ? '\n' : '')
      writeFileSync(path, text)
      const file = openSync(path, 'r')
      const start = tailOffset(file, count)
      closeSync(file)
      const complete = text.split('\n').length - 1
      expect(text.slice(start).split('\n').length - 1).toBe(Math.min(count, complete))
      expect(start === 0 || text[start - 1] === '\n').toBe(true)
    }),
    { numRuns: 100 },
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(100_000), { maxLength: 40 }), fc.nat(110_000), (offsets, target) => {
      const entries = offsets.sort((left, right) => left - right).map((offset) => `${offset} ${offset + 7}\n`)
      writeFileSync(path, entries.join(''))
      const file = openSync(path, 'r')
      const found = entryOffset(file, target)
      closeSync(file)
      const known = offsets.filter((offset) => offset <= target).length
      expect(found).toBe(entries.slice(0, Math.max(0, known - 1)).join('').length)
    }),
  )
})

test('a line that is too long comes in pieces that split no character', () => {
  fc.assert(
    fc.property(piece, fc.integer({ min: 4, max: 12 }), (text, longest) => {
      const bytes = Buffer.from(text)
      const { spans, used } = spansIn(bytes, longest)
      const texts = spans.map(({ from, to }) => bytes.toString('utf8', from, to))
      expect(spans.every(({ from, to }) => to - from <= longest)).toBe(true)
      expect([...texts, bytes.toString('utf8', used)].join('')).toBe(text.replaceAll('\n', ''))
      expect(bytes.length - used).toBeLessThanOrEqual(longest)
    }),
  )
})

test('metrics are found however the output is cut', async () => {
  const metrics = await metricFinder({ loss: 'loss=([-0-9.e]+)' })
  const text = 'loss=1 loss=9\nnothing\nloss=\näloss=2.5\nloss=x\nloss=-3e2'
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: Buffer.byteLength(text) })), (cuts) => {
      const finder = metricReader(metrics)
      const bytes = Buffer.from(text)
      const ends = [0, ...cuts.sort((left, right) => left - right), bytes.length]
      const found = ends.slice(1).flatMap((end, index) => finder.feed(bytes.subarray(ends[index], end), 1))
      expect([...found, ...finder.end(2)].map(({ value }) => value)).toEqual([1, 9, 2.5, -300])
    }),
  )
})
