import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Program } from '../../spec/program.ts'
import { pythonNeed } from './python-need.ts'

const code = (entry: string, sourceDir?: string): object => ({
  kind: 'code',
  entry,
  ...(sourceDir === undefined ? {} : { sourceDir }),
})

test.each([
  [code('src/train.py'), ['src'], true],
  [code('src/main.js'), ['src'], false],
  [code('s3://bucket/train.py'), [], true],
  [code('deep/train.py', 'src'), ['src/deep', 'src'], true],
  [code('train.py', 's3://bucket/code'), [], true],
  [{ kind: 'shell' }, [], false],
  [{ kind: 'shell', files: 'src' }, ['src'], false],
  [{ kind: 'shell', files: 's3://bucket/code' }, [], false],
  [{ kind: 'command' }, [], false],
  [{ kind: 'command', script: 'src/run.sh' }, ['src'], false],
  [{ kind: 'command', script: 's3://bucket/run.sh' }, [], false],
  [{ kind: 'algorithm' }, [], false],
])('of %j the folders on this computer are known, and whether it is a program for Python', (program, folders, isNeeded) => {
  const found = pythonNeed({ program: program as Program, env: {} })
  expect(found).toEqual({ folders: folders.map((folder) => resolve(folder)), isNeeded })
  expect(pythonNeed({ program: program as Program, env: { PATH: '/opt/bin' } })).toEqual({ ...found, searchPath: '/opt/bin' })
})
