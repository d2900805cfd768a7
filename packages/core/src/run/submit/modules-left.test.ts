import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project } from '../../project/project.ts'
import { importedModules, modulesLeft } from './modules-left.ts'

let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssm-modules-'))
  mkdirSync(at('lib'))
  for (const name of ['helpers.py', 'ssm_types.py', 'lib/__init__.py', 'worker_toolkit.py']) writeFileSync(at(name), '')
  writeFileSync(
    at('train.py'),
    'import os, helpers\nfrom ssm_types import Train\nimport lib.parts as parts\nimport numpy\nimport train\nfrom worker_toolkit import worker_lib\n',
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const warningsOf = (options?: {
  readonly sourceDir?: string
  readonly dependencies?: readonly string[]
}): Promise<readonly string[]> =>
  modulesLeft(
    project('p')
      .task('t')
      .code(options?.sourceDir === undefined ? at('train.py') : 'train.py', options)
      .output('model').spec,
  )

test('modules of the user that an entry imports and that are not sent with it are told before the job', async () => {
  expect(await warningsOf()).toEqual([
    `${at('train.py')} imports helpers.py, ssm_types.py, lib, which lie beside it and are not sent: give its folder with sourceDir (-s), or name them in dependencies (-d)`,
  ])
  expect(await warningsOf({ dependencies: [at('helpers.py'), at('lib')] })).toEqual([
    `${at('train.py')} imports ssm_types.py, which lies beside it and is not sent: give its folder with sourceDir (-s), or name it in dependencies (-d)`,
  ])
})

test('nothing is told when the modules are sent, or none of them lies beside the entry', async () => {
  expect(await warningsOf({ sourceDir: folder })).toEqual([])
  expect(await warningsOf({ dependencies: ['helpers.py', 'ssm_types.py', 'lib'].map(at) })).toEqual([])
  expect(await modulesLeft(project('p').task('t').code(at('missing.py')).output('model').spec)).toEqual([])
})

test('imports are found in every form that Python has, and nowhere else', () => {
  expect(importedModules('import a, b.c as d ,e\n  from f.g import (\n h)\nfrom . import i\nfrom .j import k\n')).toEqual([
    'a',
    'b',
    'e',
    'f',
  ])
  expect(importedModules('important = 1\nx = "import y"\n# import z\nfrom_ = 2\nimport\n')).toEqual([])
})
