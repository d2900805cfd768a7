import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSsmError } from '../../errors/ssm-error.ts'
import type { ObjectBody, WriteOptions } from '../../platform/objects.ts'
import { deepEqual, equal, isAtMost, rejectsWith, rejectsWithCode } from '../expectations.ts'
import { uriBelow, itemsOf, keyBelow, putText, objectText, type Checks, type Visit } from '../visit.ts'
import { listingChecks } from './listing.ts'

const bytes = (text: string): ObjectBody => ({ kind: 'bytes', bytes: Buffer.from(text) })

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

const writing: Checks = {
  'an object reads back as it was written, from bytes, a stream and a file': async ({ platform: { objects }, folder }) => {
    const scratch = await mkdtemp(join(tmpdir(), 'ssm-contract-'))
    try {
      const path = join(scratch, 'file')
      await writeFile(path, 'from a file')
      await objects.write(uriBelow(folder, 'bytes'), bytes('from bytes'))
      await objects.write(uriBelow(folder, 'stream'), { kind: 'stream', chunks: chunks('from ', '', 'a stream') })
      await objects.write(uriBelow(folder, 'file'), { kind: 'file', path, sizeBytes: 11 })
      await objects.write(uriBelow(folder, 'empty'), { kind: 'stream', chunks: chunks() })
      const found = await itemsOf(objects.list(folder))
      deepEqual(
        found.map((object) => [keyBelow(folder, object.uri), object.sizeBytes]),
        [
          ['bytes', 10],
          ['empty', 0],
          ['file', 11],
          ['stream', 13],
        ],
      )
    } finally {
      await rm(scratch, { recursive: true })
    }
  },
  'bytes that come in any order are those of the object': async ({ platform: { objects }, folder }) => {
    if (objects.readTo === undefined) return
    for (const text of ['', 'some bytes']) {
      const found = Buffer.alloc(text.length)
      await objects.write(uriBelow(folder, 'x'), bytes(text))
      equal(
        await objects.readTo(uriBelow(folder, 'x'), (some, at) => {
          found.set(some, at)
          return undefined
        }),
        text.length,
      )
      equal(found.toString(), text)
    }
  },
  'what a write gives back is what a look gives': async ({ platform: { objects }, folder }) => {
    const written = await objects.write(uriBelow(folder, 'x'), bytes('one'))
    deepEqual(await objects.find(uriBelow(folder, 'x')), written)
    deepEqual(await itemsOf(objects.list(folder)), [written])
    isAtMost(Math.abs(written.modifiedAtMs - Date.now()), 60_000)
  },
  'the etag changes with the bytes': async ({ platform: { objects }, folder }) => {
    const etags = new Set<string>()
    for (const text of ['one', 'two', 'six']) etags.add((await objects.write(uriBelow(folder, 'x'), bytes(text))).etag)
    equal(etags.size, 3)
  },
  'a large object arrives whole and its progress never goes back': async ({ platform: { objects }, folder }) => {
    const totals: number[] = []
    const piece = Buffer.alloc(3 * 1024 * 1024, 'abc')
    const body: ObjectBody = {
      kind: 'stream',
      chunks: (async function* () {
        for (let i = 0; i < 7; i += 1) yield piece
      })(),
    }
    const written = await objects.write(uriBelow(folder, 'large'), body, { onBytes: (total) => totals.push(total) })
    equal(written.sizeBytes, 7 * piece.length)
    equal(totals.at(-1), 7 * piece.length)
    deepEqual(
      totals,
      [...totals].sort((left, right) => left - right),
    )
    let read = 0
    for await (const chunk of objects.read(uriBelow(folder, 'large'))) read += chunk.length
    equal(read, 7 * piece.length)
  },
  'a write that breaks off leaves what was there before': async ({ platform, folder }) => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000)
      throw new Error('broken')
    }
    const { objects } = platform
    await rejectsWith(objects.write(uriBelow(folder, 'new'), { kind: 'stream', chunks: broken() }), 'broken')
    await putText(platform, uriBelow(folder, 'old'), 'old')
    await rejectsWith(objects.write(uriBelow(folder, 'old'), { kind: 'stream', chunks: broken() }), 'broken')
    deepEqual(
      (await itemsOf(objects.list(folder))).map((object) => keyBelow(folder, object.uri)),
      ['old'],
    )
    equal(await objectText(platform, uriBelow(folder, 'old')), 'old')
  },
  'an aborted write rejects with the reason of the abort and writes nothing': async ({ platform: { objects }, folder }) => {
    const stop = new AbortController()
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let count = 0; ; count += 1) {
        if (count === 3) stop.abort(new Error('enough'))
        yield Buffer.alloc(1000)
      }
    }
    await rejectsWith(
      objects.write(uriBelow(folder, 'x'), { kind: 'stream', chunks: endless() }, { signal: stop.signal }),
      'enough',
    )
    equal(await objects.find(uriBelow(folder, 'x')), undefined)
  },
  'a reader sees the old bytes or the new ones, never a mixture': async ({ platform, folder }) => {
    const uri = uriBelow(folder, 'x')
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000))
    await putText(platform, uri, texts[0] ?? '')
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 20; round += 1) await putText(platform, uri, texts[round % 2] ?? '')
      writing = false
    })()
    while (writing) equal(new Set(await objectText(platform, uri)).size, 1)
    await writer
  },
}

const lost = async (attempt: Promise<unknown>): Promise<void> => {
  await rejectsWithCode(attempt, 'OBJECT_CHANGED')
}
const race = async ({ platform: { objects }, folder }: Visit, onlyIf: NonNullable<WriteOptions['onlyIf']>): Promise<number> => {
  const attempts = Array.from({ length: 8 }, (_, index) => objects.write(uriBelow(folder, 'x'), bytes(`by ${index}`), { onlyIf }))
  const ends = await Promise.allSettled(attempts)
  for (const end of ends) if (end.status === 'rejected') equal(isSsmError(end.reason, 'OBJECT_CHANGED'), true)
  return ends.filter((end) => end.status === 'fulfilled').length
}

const conditions: Checks = {
  'of writers who each want to be the first, one wins': async (visit) => {
    equal(await race(visit, 'absent'), 1)
    await lost(visit.platform.objects.write(uriBelow(visit.folder, 'x'), bytes('late'), { onlyIf: 'absent' }))
  },
  'of writers who each want to replace the same version, one wins': async (visit) => {
    const { etag } = await visit.platform.objects.write(uriBelow(visit.folder, 'x'), bytes('first'))
    equal(await race(visit, { etag }), 1)
    await lost(visit.platform.objects.write(uriBelow(visit.folder, 'x'), bytes('late'), { onlyIf: { etag } }))
  },
  'a version that is gone cannot be replaced': async ({ platform: { objects }, folder }) => {
    const { etag } = await objects.write(uriBelow(folder, 'x'), bytes('first'))
    await objects.remove([uriBelow(folder, 'x')])
    await lost(objects.write(uriBelow(folder, 'x'), bytes('late'), { onlyIf: { etag } }))
    await objects.write(uriBelow(folder, 'x'), bytes('anew'), { onlyIf: 'absent' })
  },
}

const removing: Checks = {
  'what is removed is gone, what is not there is no error, siblings stay': async ({ platform, folder }) => {
    for (const key of ['exp/a', 'exp/b', 'exp2/a']) await putText(platform, uriBelow(folder, key), '')
    await platform.objects.remove(['exp/a', 'exp/b', 'none', 'exp'].map((key) => uriBelow(folder, key)))
    deepEqual(
      (await itemsOf(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri)),
      ['exp2/a'],
    )
    deepEqual(await itemsOf(platform.objects.folders(folder)), ['exp2'])
  },
  'more objects than fit in one request are removed': async ({ platform, folder }) => {
    const keys = Array.from({ length: 1050 }, (_, index) => uriBelow(folder, `n/${index}`))
    for (let from = 0; from < keys.length; from += 50)
      await Promise.all(keys.slice(from, from + 50).map((uri) => putText(platform, uri, '')))
    await platform.objects.remove(keys)
    deepEqual(await itemsOf(platform.objects.list(folder)), [])
  },
}

/** What an object store must keep. */
export const objectsChecks: Checks = { ...writing, ...conditions, ...listingChecks, ...removing }
