import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesOf } from './folder-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssm-folder-'))
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'a/file'), 'x')
})
afterEach(() => rmSync(folder, { recursive: true }))

const names = (): readonly string[] => [...filesOf(folder, '/opt/ml/model').files.keys()]

test.each([
  ['a relative path', 'file'],
  ['a path with parts that mean nothing', './b/.././file'],
  ['the machine’s own path', '/opt/ml/model/a/file'],
  ['a path by way of the folder itself', '../a/file'],
])('a link by %s is the file that it points to', (_, target) => {
  symlinkSync(target, join(folder, 'a/link'))
  expect(names()).toEqual(['a/file', 'a/link'])
})

test('a link to another folder brings its files, and one to a folder around it is left out', () => {
  symlinkSync('/opt/ml/model/a', join(folder, 'linked'))
  symlinkSync('..', join(folder, 'a/b/up'))
  const { files, leftOut } = filesOf(folder, '/opt/ml/model')
  expect([...files.keys()]).toEqual(['a/file', 'linked/file'])
  expect(leftOut).toContain('a/b/up (a link to a folder that contains it)')
})

test.each([
  ['leads out of the folder', '../../x'],
  ['is absolute', '/etc/hostname'],
  ['points to nothing', 'missing'],
  ['points to itself', 'link'],
])('a link that %s is left out, and said', (_, target) => {
  symlinkSync(target, join(folder, 'a/link'))
  const { files, leftOut } = filesOf(folder, '/opt/ml/model')
  expect([...files.keys()]).toEqual(['a/file'])
  expect(leftOut).toEqual([`a/link (a link to ${target}, which is not in this folder)`])
})

test('a pipe is left out, and said', () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  expect(filesOf(folder, '/opt/ml/model').leftOut).toEqual(['pipe (it is neither a file nor a folder)'])
})

test('a folder that is not there has no files', () => {
  expect(filesOf(join(folder, 'missing'), '/m').files.size).toBe(0)
  expect(filesOf(join(folder, 'a/file'), '/m').files.size).toBe(0)
})
