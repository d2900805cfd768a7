import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { madeOnce } from '../../scripts/made-once.mjs'

const top = mkdtempSync(join(tmpdir(), 'ssm-made-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

let base: string
let makings: number
beforeEach(() => {
  base = mkdtempSync(join(top, 'case-'))
  makings = 0
  writeFileSync(join(base, 'input'), 'one')
})

const store = (): string => join(base, 'store')
const copied = (make = (folder: string): void => writeFileSync(join(folder, 'output'), readFileSync(join(base, 'input')))) =>
  madeOnce('copy', ['input'], (folder: string) => ((makings += 1), make(folder)), { base, store: store() })
const output = (folder: string): string => readFileSync(join(folder, 'output'), 'utf8')

test('what is made of files is made once, and again when a byte or a right of one of them changes', async () => {
  expect(output(await copied())).toBe('one')
  expect(output(await copied())).toBe('one')
  expect(makings).toBe(1)
  writeFileSync(join(base, 'input'), 'two')
  utimesSync(join(base, 'input'), 1, 1)
  expect(output(await copied())).toBe('two')
  chmodSync(join(base, 'input'), 0o700)
  await copied()
  expect(makings).toBe(3)
  expect(readdirSync(store())).toHaveLength(1)
})

test('a making that fails leaves nothing, and the next one starts again', async () => {
  const half = (folder: string): never => {
    writeFileSync(join(folder, 'output'), 'half')
    throw new Error('the disk is full')
  }
  await expect(copied(half)).rejects.toThrow('the disk is full')
  expect(readdirSync(store())).toEqual([])
  expect(output(await copied())).toBe('one')
})

test('those that make the same at the same time all get a whole folder', async () => {
  const folders = await Promise.all(Array.from({ length: 5 }, () => copied()))
  expect(folders.map(output)).toEqual(Array.from({ length: 5 }, () => 'one'))
  expect(folders.every((folder) => existsSync(folder))).toBe(true)
  expect(readdirSync(store())).toHaveLength(1)
})
