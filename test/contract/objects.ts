import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { compareBytes } from '../../packages/core/src/files/byte-order.ts'
import { isSsmError } from '../../packages/core/src/errors/ssm-error.ts'
import type { ObjectBody, WriteOptions } from '../../packages/core/src/platform/objects.ts'
import { below, claim, gather, keyBelow, put, textOf, type Room, type Visit } from './contract.ts'

const bytes = (text: string): ObjectBody => ({ kind: 'bytes', bytes: Buffer.from(text) })

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

/** Keys that file systems and shells find odd, none of which may touch another. */
const oddKeys = [
  'a',
  'a b',
  'a+b',
  'a%b',
  'a%25b',
  '%',
  '%-',
  '%2E',
  '%2E%2E',
  'x%+',
  'x%=',
  '100%',
  'ä/ö',
  'a\u0308',
  '日本/語',
  '🦀/🦀',
  '\u{10FFFF}',
  '\uFFFD',
  "it's",
  '"q"',
  '$HOME',
  '`x`',
  ';',
  '*',
  '?',
  '#',
  '&',
  '=',
  '<>',
  '|',
  '~',
  '--help',
  '-',
  'tab\there',
  'new\nline',
  'back\\slash',
  'C:\\x',
  `long-${'x'.repeat(300)}`,
  `${'é'.repeat(150)}/x`,
  `${'%'.repeat(120)}`,
] as const

/** Keys that are also folders, segments that are empty or dots: keys are texts and not paths. */
const pathLikeKeys = [
  'x',
  'x/y',
  'x/y/z',
  'a//b',
  'a//',
  'a/',
  '/lead',
  './dot',
  '../up',
  'q/../r',
  'q/./r',
  '..',
  '.',
  'end/..',
] as const

/** What every object store must keep. */
export function objectsContract(room: Room): void {
  const say = (name: string, show: (visit: Visit) => Promise<void>): void => claim(room, name, show)
  writing(say)
  conditions(say)
  listing(say)
  removing(say)
}

type Say = (name: string, show: (visit: Visit) => Promise<void>) => void

function writing(say: Say): void {
  say('an object reads back as it was written, from bytes, a stream and a file', async ({ platform: { objects }, folder }) => {
    const scratch = await mkdtemp(join(tmpdir(), 'ssm-contract-'))
    try {
      const path = join(scratch, 'file')
      await writeFile(path, 'from a file')
      await objects.write(below(folder, 'bytes'), bytes('from bytes'))
      await objects.write(below(folder, 'stream'), { kind: 'stream', chunks: chunks('from ', '', 'a stream') })
      await objects.write(below(folder, 'file'), { kind: 'file', path, sizeBytes: 11 })
      await objects.write(below(folder, 'empty'), { kind: 'stream', chunks: chunks() })
      const found = await gather(objects.list(folder))
      expect(found.map((object) => [keyBelow(folder, object.uri), object.sizeBytes])).toEqual([
        ['bytes', 10],
        ['empty', 0],
        ['file', 11],
        ['stream', 13],
      ])
    } finally {
      await rm(scratch, { recursive: true })
    }
  })
  say('what a write gives back is what a look gives', async ({ platform: { objects }, folder }) => {
    const written = await objects.write(below(folder, 'x'), bytes('one'))
    expect(await objects.find(below(folder, 'x'))).toEqual(written)
    expect(await gather(objects.list(folder))).toEqual([written])
    expect(Math.abs(written.modifiedAtMs - Date.now())).toBeLessThan(60_000)
  })
  say('the etag changes with the bytes', async ({ platform: { objects }, folder }) => {
    const etags = new Set<string>()
    for (const text of ['one', 'two', 'six']) etags.add((await objects.write(below(folder, 'x'), bytes(text))).etag)
    expect(etags.size).toBe(3)
  })
  say('a large object arrives whole and its progress never goes back', async ({ platform: { objects }, folder }) => {
    const totals: number[] = []
    const piece = Buffer.alloc(3 * 1024 * 1024, 'abc')
    const body: ObjectBody = {
      kind: 'stream',
      chunks: (async function* () {
        for (let i = 0; i < 7; i += 1) yield piece
      })(),
    }
    const written = await objects.write(below(folder, 'large'), body, { onBytes: (total) => totals.push(total) })
    expect(written.sizeBytes).toBe(7 * piece.length)
    expect(totals.at(-1)).toBe(7 * piece.length)
    expect(totals).toEqual([...totals].sort((left, right) => left - right))
    let read = 0
    for await (const chunk of objects.read(below(folder, 'large'))) read += chunk.length
    expect(read).toBe(7 * piece.length)
  })
  say('a write that breaks off leaves what was there before', async ({ platform, folder }) => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000)
      throw new Error('broken')
    }
    const { objects } = platform
    await expect(objects.write(below(folder, 'new'), { kind: 'stream', chunks: broken() })).rejects.toThrow('broken')
    await put(platform, below(folder, 'old'), 'old')
    await expect(objects.write(below(folder, 'old'), { kind: 'stream', chunks: broken() })).rejects.toThrow('broken')
    expect((await gather(objects.list(folder))).map((object) => keyBelow(folder, object.uri))).toEqual(['old'])
    expect(await textOf(platform, below(folder, 'old'))).toBe('old')
  })
  say('an aborted write rejects with the reason of the abort and writes nothing', async ({ platform: { objects }, folder }) => {
    const stop = new AbortController()
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let count = 0; ; count += 1) {
        if (count === 3) stop.abort(new Error('enough'))
        yield Buffer.alloc(1000)
      }
    }
    await expect(
      objects.write(below(folder, 'x'), { kind: 'stream', chunks: endless() }, { signal: stop.signal }),
    ).rejects.toThrow('enough')
    expect(await objects.find(below(folder, 'x'))).toBeUndefined()
  })
  say('a reader sees the old bytes or the new ones, never a mixture', async ({ platform, folder }) => {
    const uri = below(folder, 'x')
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000))
    await put(platform, uri, texts[0] ?? '')
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 20; round += 1) await put(platform, uri, texts[round % 2] ?? '')
      writing = false
    })()
    while (writing) expect(new Set(await textOf(platform, uri)).size).toBe(1)
    await writer
  })
}

function conditions(say: Say): void {
  const lost = async (attempt: Promise<unknown>): Promise<void> => {
    await expect(attempt).rejects.toSatisfy((cause: unknown) => isSsmError(cause, 'OBJECT_CHANGED'))
  }
  const race = async ({ platform: { objects }, folder }: Visit, onlyIf: NonNullable<WriteOptions['onlyIf']>): Promise<number> => {
    const attempts = Array.from({ length: 8 }, (_, index) => objects.write(below(folder, 'x'), bytes(`by ${index}`), { onlyIf }))
    const ends = await Promise.allSettled(attempts)
    for (const end of ends) if (end.status === 'rejected') expect(isSsmError(end.reason, 'OBJECT_CHANGED')).toBe(true)
    return ends.filter((end) => end.status === 'fulfilled').length
  }
  say('of writers who each want to be the first, one wins', async (visit) => {
    expect(await race(visit, 'absent')).toBe(1)
    await lost(visit.platform.objects.write(below(visit.folder, 'x'), bytes('late'), { onlyIf: 'absent' }))
  })
  say('of writers who each want to replace the same version, one wins', async (visit) => {
    const { etag } = await visit.platform.objects.write(below(visit.folder, 'x'), bytes('first'))
    expect(await race(visit, { etag })).toBe(1)
    await lost(visit.platform.objects.write(below(visit.folder, 'x'), bytes('late'), { onlyIf: { etag } }))
  })
  say('a version that is gone cannot be replaced', async ({ platform: { objects }, folder }) => {
    const { etag } = await objects.write(below(folder, 'x'), bytes('first'))
    await objects.remove([below(folder, 'x')])
    await lost(objects.write(below(folder, 'x'), bytes('late'), { onlyIf: { etag } }))
    await objects.write(below(folder, 'x'), bytes('anew'), { onlyIf: 'absent' })
  })
}

function listing(say: Say): void {
  say('odd keys are kept apart, listed in byte order, and read back', async ({ platform, folder }) => {
    for (const key of oddKeys) await put(platform, below(folder, key), `of ${key}`)
    const listed = (await gather(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))
    expect(listed).toEqual([...oddKeys].sort(compareBytes))
    for (const key of oddKeys) expect(await textOf(platform, below(folder, key))).toBe(`of ${key}`)
  })
  say('keys are texts, not paths', async ({ platform, folder }) => {
    for (const key of pathLikeKeys) await put(platform, below(folder, key), `of ${key}`)
    const listed = (await gather(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))
    expect(listed).toEqual([...pathLikeKeys].sort(compareBytes))
    for (const key of pathLikeKeys) expect(await textOf(platform, below(folder, key))).toBe(`of ${key}`)
    await platform.objects.remove([below(folder, 'x')])
    expect(await textOf(platform, below(folder, 'x/y'))).toBe('of x/y')
    expect(await platform.objects.find(below(folder, 'x'))).toBeUndefined()
  })
  say('a listing takes every key that starts with the prefix, a slash or not', async ({ platform, folder }) => {
    for (const key of ['exp/a', 'exp/b/c', 'exp2/a', 'expo', 'other']) await put(platform, below(folder, key), '')
    const listed = async (prefix: string): Promise<readonly string[]> =>
      (await gather(platform.objects.list(below(folder, prefix)))).map((object) => keyBelow(folder, object.uri))
    expect(await listed('exp')).toEqual(['exp/a', 'exp/b/c', 'exp2/a', 'expo'])
    expect(await listed('exp/')).toEqual(['exp/a', 'exp/b/c'])
    expect(await listed('exp/b/c')).toEqual(['exp/b/c'])
    expect(await listed('exp/b/c/')).toEqual([])
    expect(await listed('nothing')).toEqual([])
  })
  say('the folders of a folder are listed without what lies deeper', async ({ platform, folder }) => {
    for (const key of ['b/x/y', 'b/z', 'a/x', 'a-b/x', 'file', 'file/inside']) await put(platform, below(folder, key), '')
    expect(await gather(platform.objects.folders(folder))).toEqual(
      ['a-b', 'a', 'b', 'file'].sort((left, right) => compareBytes(`${left}/`, `${right}/`)),
    )
    expect(await gather(platform.objects.folders(below(folder, 'b/')))).toEqual(['x'])
    expect(await gather(platform.objects.folders(below(folder, 'nothing/')))).toEqual([])
  })
  say('a folder is listed with the objects and the folders directly in it', async ({ platform, folder }) => {
    for (const key of ['b/x/y', 'b/z', 'a/x', '.first', 'file', 'file/inside']) await put(platform, below(folder, key), key)
    const children = await gather(platform.objects.children(folder))
    const names = children.flatMap((child) => (child.kind === 'folder' ? [child.name] : []))
    const objects = children.flatMap((child) => (child.kind === 'object' ? [child.object] : []))
    expect(names).toEqual(['a', 'b', 'file'])
    expect(objects.map(({ uri }) => keyBelow(folder, uri))).toEqual(['.first', 'file'])
    expect(objects[0]).toMatchObject({ etag: (await platform.objects.find(below(folder, '.first')))?.etag, sizeBytes: 6 })
    expect(await gather(platform.objects.children(below(folder, 'nothing/')))).toEqual([])
  })
  say('a listing longer than a page is complete', async ({ platform, folder }) => {
    const keys = Array.from({ length: 1100 }, (_, index) => `n/${String(index).padStart(5, '0')}`)
    for (let from = 0; from < keys.length; from += 50)
      await Promise.all(keys.slice(from, from + 50).map((key) => put(platform, below(folder, key), key)))
    expect((await gather(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))).toEqual(keys)
  })
  say('an object that is not there is said to be missing', async ({ platform: { objects }, folder }) => {
    expect(await objects.find(below(folder, 'none'))).toBeUndefined()
    await expect(gather(objects.read(below(folder, 'none')))).rejects.toSatisfy((cause: unknown) =>
      isSsmError(cause, 'OBJECT_MISSING'),
    )
  })
  say('an aborted listing and an aborted read reject with the reason', async ({ platform, folder }) => {
    await put(platform, below(folder, 'x'), 'x')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(gather(platform.objects.list(folder, { signal }))).rejects.toThrow('enough')
    await expect(gather(platform.objects.read(below(folder, 'x'), { signal }))).rejects.toThrow('enough')
  })
}

function removing(say: Say): void {
  say('what is removed is gone, what is not there is no error, siblings stay', async ({ platform, folder }) => {
    for (const key of ['exp/a', 'exp/b', 'exp2/a']) await put(platform, below(folder, key), '')
    await platform.objects.remove(['exp/a', 'exp/b', 'none', 'exp'].map((key) => below(folder, key)))
    expect((await gather(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))).toEqual(['exp2/a'])
    expect(await gather(platform.objects.folders(folder))).toEqual(['exp2'])
  })
  say('more objects than fit in one request are removed', async ({ platform, folder }) => {
    const keys = Array.from({ length: 1050 }, (_, index) => below(folder, `n/${index}`))
    for (let from = 0; from < keys.length; from += 50)
      await Promise.all(keys.slice(from, from + 50).map((uri) => put(platform, uri, '')))
    await platform.objects.remove(keys)
    expect(await gather(platform.objects.list(folder))).toEqual([])
  })
}
