import { expect, test } from 'vitest'
import { transferMeter, type TransferProgress } from './progress.ts'

test('bytes, files, rate and time left are those of all files together', () => {
  const told: TransferProgress[] = []
  let atMs = 0
  const meter = transferMeter({ ofBytes: 4000, ofFiles: 2, tell: (progress) => told.push(progress), now: () => atMs })
  atMs = 1000
  meter.moved('a', 500)
  atMs = 2000
  meter.moved('b', 500)
  expect(told.at(-1)).toEqual({ bytes: 1000, ofBytes: 4000, files: 0, ofFiles: 2, bytesPerSecond: 500, secondsLeft: 6 })
  meter.finished('a', 2000)
  atMs = 4000
  meter.finished('b', 2000)
  expect(told.at(-1)).toEqual({ bytes: 4000, ofBytes: 4000, files: 2, ofFiles: 2, bytesPerSecond: 1000, secondsLeft: 0 })
})

test('it tells at most ten times a second, and always the end', () => {
  const told: TransferProgress[] = []
  let atMs = 0
  const meter = transferMeter({ ofBytes: 1000, ofFiles: 1000, tell: (progress) => told.push(progress), now: () => atMs })
  for (let index = 0; index < 1000; index += 1) {
    meter.finished(`f${index}`, 1)
    atMs += 1
  }
  expect(told.length).toBeLessThanOrEqual(12)
  expect(told.at(-1)).toMatchObject({ bytes: 1000, files: 1000 })
})

test('a file that is sent again counts once', () => {
  const told: TransferProgress[] = []
  let atMs = 0
  const meter = transferMeter({ ofBytes: 10, ofFiles: 1, tell: (progress) => told.push(progress), now: () => (atMs += 1000) })
  meter.moved('a', 10)
  meter.moved('a', 3)
  meter.finished('a', 10)
  expect(told.map((progress) => progress.bytes)).toEqual([10, 3, 10])
})
