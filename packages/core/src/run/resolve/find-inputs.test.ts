import { expect, test } from 'vitest'
import { taskOf } from '../../../../../test/support/tasks.ts'
import { describeChange } from '../../bundle/describe-change.ts'
import { changesBetween, fingerprintParts } from '../../bundle/fingerprint.ts'
import { layoutOf } from '../../names/layout.ts'
import { objectUri } from '../../names/object-uri.ts'
import type { StoredObject } from '../../platform/objects.ts'
import type { Platform } from '../../platform/platform.ts'
import type { FingerprintParts } from '../../spec/result.ts'
import { readingContext } from '../context.ts'
import { findInputs } from './find-inputs.ts'

const spec = taskOf('t', { source: { kind: 's3', uri: objectUri('s3://data/set') } })

/** What a folder of so many objects is recorded as. */
async function partsOf(objects: number, etag = 'e'): Promise<FingerprintParts> {
  async function* list(): AsyncGenerator<StoredObject> {
    for (let index = 0; index < objects; index += 1)
      yield { uri: objectUri(`s3://data/set/${index}`), sizeBytes: 10, etag: `${etag}${index}`, modifiedAtMs: 0 }
  }
  const find = async (): Promise<undefined> => undefined
  // Only these two are asked here.
  const platform = { objects: { list, find } } as unknown as Platform
  const layout = layoutOf({ bucket: 'bucket', ...spec })
  const found = await findInputs(spec, layout, 'bucket', readingContext(platform, undefined), { allowMissing: false })
  return fingerprintParts(spec, {
    codeFiles: [],
    inputs: Object.fromEntries(found.map(({ resolved, identity }) => [resolved.channel, identity])),
  })
}

const changed = async (before: FingerprintParts, now: FingerprintParts): Promise<readonly string[]> =>
  changesBetween(before, now).map(describeChange)

test('a folder of a hundred thousand objects is recorded in a few words, and one more object is told as that', async () => {
  const before = await partsOf(100_000)
  expect(JSON.stringify(before).length).toBeLessThan(1_000)
  expect(await changed(before, await partsOf(100_001))).toEqual([
    'input s3-model-0',
    'input s3-model-0 bytes from 1 000 000 to 1 000 010',
    'input s3-model-0 objects from 100 000 to 100 001',
  ])
  expect(await changed(before, await partsOf(100_000))).toEqual([])
})

test('an object that was replaced is seen though count and bytes are the same', async () => {
  expect(await changed(await partsOf(3), await partsOf(3, 'other'))).toEqual(['input s3-model-0'])
})
