import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { foldsNames, nameCollisions } from './name-collisions.ts'

test('a name book takes a name twice, and no other spelling of it', () => {
  const book = nameCollisions()
  book.file('a/b')
  book.file('a/b')
  book.folder('a')
  expect(() => book.file('A/c')).toThrow('"A" is refused: it collides with "a"')
  expect(() => book.folder('a/b')).toThrow('it is both a file and a folder')
})

test.each([
  ['Readme', 'README'],
  ['caf\u00e9', 'cafe\u0301'],
  ['stra\u00dfe', 'STRASSE'],
])('where names are folded, %j and %j collide', (one, other) => {
  const book = nameCollisions()
  book.file(one)
  expect(() => book.file(other)).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE' }))
})

test('the folders of every name are noted, also those of a folder, and nothing but them', () => {
  const book = nameCollisions()
  book.folder('a/b/c')
  for (const folder of ['a', 'a/b', 'a/b/c']) expect(() => book.file(folder)).toThrow('it is both a file and a folder')
  book.file('xyz')
  book.file('xy')
  book.file('a/b/d/e')
  expect(() => book.file('a/b/d')).toThrow('it is both a file and a folder')
})

test('a letter collides with its upper and its lower case, whatever the letter', () => {
  const letters = Array.from({ length: 0x1_1000 }, (_, code) => code)
    .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
    .map((code) => String.fromCodePoint(code))
  const missed = letters.flatMap((letter) =>
    [letter.toUpperCase(), letter.toLowerCase()].filter((other) => other !== letter && !collide(letter, other)),
  )
  expect(missed).toEqual([])
})

function collide(one: string, other: string): boolean {
  const book = nameCollisions()
  book.file(one)
  try {
    book.file(other)
    return false
  } catch {
    return true
  }
}

test.skipIf(process.platform !== 'linux')(
  'a folder of Linux keeps names of other spelling apart, and trying it leaves nothing',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssm-names-'))
    try {
      expect(foldsNames(folder)).toBe(false)
      expect(readdirSync(folder)).toEqual([])
      expect(() => foldsNames(join(folder, 'missing'))).toThrow('ENOENT')
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test.each([
  ['letter case', (name: string) => name.toLowerCase()],
  ['Unicode form', (name: string) => name.normalize('NFC')],
])('a file system that folds names by %s alone is noticed', (_, folded) => {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-names-'))
  try {
    const names = (): readonly string[] => readdirSync(folder).map(folded)
    expect(foldsNames(folder, (path) => names().includes(folded(basename(path))))).toBe(true)
    expect(readdirSync(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
