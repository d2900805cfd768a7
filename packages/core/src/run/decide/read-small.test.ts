import { expect, test } from 'vitest'
import { objectUri } from '../../names/object-uri.ts'
import { mostSmallBytes, readSmall } from './history.ts'

const chunkBytes = 2 ** 20
const uri = objectUri('s3://bucket/p/t/job/task.json')

test('a document without end is given up after what any of ours may have, and counts as damaged', async () => {
  let given = 0
  let isClosed = false
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (; ; given += chunkBytes) yield new Uint8Array(chunkBytes)
    } finally {
      isClosed = true
    }
  }
  expect(await readSmall(uri, { objects: { read } }, {})).toBe('')
  expect(given).toBeLessThanOrEqual(mostSmallBytes + chunkBytes)
  expect(isClosed).toBe(true)
})
