import type { StandardSchemaV1 } from '@standard-schema/spec'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { scriptedPlatform } from '../../../../../test/support/scripted-platform.ts'
import { jobName } from '../../names/job-name.ts'
import { folderUri, joinUri, objectUri } from '../../names/object-uri.ts'
import type { StoredOutput } from '../../spec/result.ts'
import { readDocument } from './document.ts'

const uri = folderUri(objectUri('s3://bucket/out'))
const job = jobName('t-1')
/** Doubles numbers, and takes nothing else. */
const schema: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'number' ? { value: value * 2 } : { issues: [{ message: 'is no number', path: ['a', 0] }] },
  },
}

async function read(file: string, text: string | undefined, signal?: AbortSignal): Promise<unknown> {
  const objects = memoryObjects()
  if (text !== undefined) await objects.write(joinUri(uri, file), { kind: 'bytes', bytes: Buffer.from(text) })
  const platform = { ...scriptedPlatform().client().platform, objects }
  const output: StoredOutput = { kind: 'stored-output', output: 'output', job, task: 'train', uri }
  return readDocument({ kind: 'processing', name: job }, output, file, schema, {
    platform,
    ...(signal === undefined ? {} : { signal }),
  })
}

test('a document is what its schema makes of it, and of a list each line', async () => {
  expect(await read('a.json', '21')).toBe(42)
  expect(await read('a.json', '21', new AbortController().signal)).toBe(42)
  expect(await read('a.jsonl', '1\n\n2\n')).toEqual([2, 4])
  expect(await read('a.jsonl', '')).toEqual([])
})

test.each([
  ['one that is not there', 'a.json', undefined, [{ path: '', message: 'there is no such file: the program did not write one' }]],
  ['no JSON', 'a.json', '{', [{ path: '', message: expect.stringMatching(/^cannot be read: /) as string }]],
  ['a line of no JSON', 'a.jsonl', '1\n{', [{ path: ':2', message: expect.stringMatching(/^cannot be read: /) as string }]],
  ['another shape', 'a.json', '"x"', [{ path: '.a[0]', message: 'is no number' }]],
  [
    'lines of another shape',
    'a.jsonl',
    '"x"\n1\n"y"',
    [
      { path: ':1.a[0]', message: 'is no number' },
      { path: ':3.a[0]', message: 'is no number' },
    ],
  ],
] as const)('%s is refused with its place', async (_, file, text, issues) => {
  await expect(read(file, text)).rejects.toMatchObject({ code: 'RESULT_INVALID', issues })
})

test('of a training job a document is read from the archive of its output, and is not there without one', async () => {
  const objects = memoryObjects()
  const platform = { ...scriptedPlatform().client().platform, objects }
  const archive = objectUri('s3://bucket/model.tar.gz')
  const output: StoredOutput = { kind: 'stored-output', output: 'model', job, task: 'train', uri: archive }
  const ask = () => readDocument({ kind: 'training', name: job }, output, 'a.json', schema, { platform })
  await expect(ask()).rejects.toMatchObject({ code: 'RESULT_INVALID' })
  await objects.write(archive, { kind: 'bytes', bytes: gzipSync(Buffer.alloc(1024)) })
  await expect(ask()).rejects.toMatchObject({ code: 'RESULT_INVALID' })
})
