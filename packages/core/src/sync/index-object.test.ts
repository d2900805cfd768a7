import { expect, test } from 'vitest'
import { objectUri } from '../names/object-uri.ts'
import { readIndex } from './index-object.ts'

const uri = objectUri('s3://bucket/p/t/input/.index.json')

test('an index without end, which somebody else put into the bucket, is given up and counts as none', async () => {
  // Always the same piece: what is held is its number.
  const piece = new Uint8Array(64 * 1024 * 1024)
  let isClosed = false
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield piece
    } finally {
      isClosed = true
    }
  }
  expect(await readIndex({ read }, uri, {})).toEqual(new Map())
  expect(isClosed).toBe(true)
})
