import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { objectUri } from '../../names/object-uri.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { fetchRemote, localPartOf, remoteIdentity } from './remote.ts'

const folder = mkdtempSync(join(tmpdir(), 'ssm-remote-'))
afterAll(() => rmSync(folder, { recursive: true }))
const objects = memoryObjects()
const script = objectUri('s3://bucket/code/train.py')
await objects.write(script, { kind: 'bytes', bytes: Buffer.from('print(1)') })
const context = { platform: { objects }, signal: new AbortController().signal, tell: () => undefined } as unknown as TaskContext
const program = (given: object): TaskSpec['program'] => ({ dependencies: [], ...given }) as unknown as TaskSpec['program']

test('code in S3 is known by its address and its etag', async () => {
  expect(await remoteIdentity(program({ kind: 'code', entry: script }), context)).toEqual([
    { path: script, sha256: (await objects.find(script))?.etag, executable: false },
  ])
  expect(await remoteIdentity(program({ kind: 'algorithm' }), context)).toEqual([])
})

test.each([
  ['s3://bucket/code/', 'names no object'],
  ['s3://bucket', 'names no object'],
  ['s3://bucket/missing.py', 'There is no code at s3://bucket/missing.py'],
])('code at %s is refused', async (entry, message) => {
  await expect(remoteIdentity(program({ kind: 'code', entry }), context)).rejects.toThrow(message)
})

test('a script is fetched under its own name, and what is here already stays what it is', async () => {
  const fetched = join(folder, 'script/train.py')
  expect(await fetchRemote(program({ kind: 'code', entry: script }), folder, context)).toMatchObject({
    kind: 'code',
    entry: fetched,
  })
  expect(readFileSync(fetched, 'utf8')).toBe('print(1)')
  expect(await fetchRemote(program({ kind: 'command', argv: ['python3'], script }), folder, context)).toMatchObject({
    script: fetched,
  })
  for (const here of [
    { kind: 'code', entry: 'a.py' },
    { kind: 'command', argv: ['a'] },
    { kind: 'shell', line: 'a' },
    { kind: 'algorithm' },
  ])
    expect(await fetchRemote(program(here), folder, context)).toEqual(program(here))
})

test('of a program in S3 nothing is read here but its dependencies', () => {
  expect(localPartOf(program({ kind: 'shell', line: 'a', files: 's3://bucket/a.tar.gz', dependencies: ['lib'] }))).toEqual({
    kind: 'command',
    argv: [],
    dependencies: ['lib'],
  })
  for (const here of [program({ kind: 'code', entry: 'a.py' }), program({ kind: 'algorithm' })])
    expect(localPartOf(here)).toBe(here)
})

test('code at an address that is none is refused by a rejection, never by a throw that leaves others unheard', async () => {
  const code = { kind: 'code', entry: 's3://b/x.py', dependencies: [] } as const
  // It is refused before anything is asked of the context.
  await expect(remoteIdentity(code, {} as TaskContext)).rejects.toMatchObject({ code: 'NAME_INVALID' })
})
