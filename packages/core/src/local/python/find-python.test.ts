import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { PythonNeed } from '../../platform/python.ts'
import { findPython, type PythonSettings } from './find-python.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-find-python-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function program(...path: readonly string[]): string {
  const file = join(base, ...path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

const system = program('system', 'python3')
const active = program('active', 'bin', 'python')
const beside = program('code', '.venv', 'bin', 'python')
const working = program('working', '.venv', 'bin', 'python')
mkdirSync(join(base, 'bare'))
const PATH = join(base, 'system')
const code = join(base, 'code')

const find = (settings: Partial<PythonSettings>, need: Partial<PythonNeed> = {}) =>
  findPython({ venvFolders: [join(base, 'bare')], environment: { PATH }, ...settings }, { folders: [], isNeeded: true, ...need })

test('a Python that was given wins, then the active environment, then a .venv beside the code, then of the working folder, then the PATH', () => {
  const all = { environment: { PATH, VIRTUAL_ENV: join(base, 'active') }, venvFolders: [join(base, 'working')] }
  const folders = [code]
  expect(find({ ...all, python: working }, { folders })).toEqual({ path: working, foundBy: 'option' })
  expect(find(all, { folders })).toEqual({ path: active, foundBy: 'environment' })
  expect(find({ venvFolders: all.venvFolders }, { folders })).toEqual({ path: beside, foundBy: 'folder' })
  expect(find({ venvFolders: all.venvFolders })).toEqual({ path: working, foundBy: 'folder' })
  expect(find({})).toEqual({ path: system, foundBy: 'path' })
})

test('a Python is given as a file, as the folder of an environment, or as a name in the PATH', () => {
  const versioned = program('system', 'python3.99')
  expect(find({ python: beside })).toEqual({ path: beside, foundBy: 'option' })
  expect(find({ python: join(code, '.venv') })).toEqual({ path: beside, foundBy: 'option' })
  expect(find({ python: 'python3.99' })).toEqual({ path: versioned, foundBy: 'option' })
})

test('a Python that was given and is not there is refused, whatever runs', () => {
  for (const python of [join(base, 'nope'), join(base, 'bare'), 'python3.98', system.replace('python3', '')])
    expect(() => find({ python }, { isNeeded: false })).toThrow(`The Python ${python}, which was asked for, cannot be used`)
})

test('a Python that was given and cannot be looked at is refused with the reason', () => {
  symlinkSync('round', join(base, 'round'))
  expect(() => find({ python: join(base, 'round', 'bin', 'python') })).toThrow(
    /cannot be used: .*round.*cannot be looked at \(ELOOP/,
  )
})

test('without any Python the error names where it was looked for, and how to make one', () => {
  const need = { folders: [join(base, 'bare')], searchPath: '/nowhere:/neither' }
  const refused = (): unknown => find({ environment: { VIRTUAL_ENV: join(base, 'gone') } }, need)
  expect(refused).toThrow('No Python was found on this computer')
  expect(refused).toThrow(
    expect.objectContaining({
      code: 'PLATFORM_UNSUPPORTED',
      hint: expect.stringMatching(
        /gone, .*bare\/\.venv, and python3 and python in PATH \(\/nowhere:\/neither\)\. .*python3 -m venv \.venv/,
      ),
    }) as Error,
  )
})

test('a program that is no Python file needs none', () => {
  const need = { isNeeded: false, searchPath: '/nowhere' }
  expect(find({}, need)).toBeUndefined()
  expect(find({}, { isNeeded: false })).toBeUndefined()
  expect(find({}, { ...need, folders: [code] })).toEqual({ path: beside, foundBy: 'folder' })
})

test('a .venv whose interpreter is gone is an error for a Python file, and not passed over', () => {
  const folder = join(base, 'broken')
  mkdirSync(join(folder, '.venv', 'bin'), { recursive: true })
  symlinkSync('/nowhere/python3', join(folder, '.venv', 'bin', 'python'))
  expect(() => find({}, { folders: [folder] })).toThrow(/broken\/\.venv has no Python that can be started/)
  expect(find({}, { folders: [folder], isNeeded: false })).toBeUndefined()
})
