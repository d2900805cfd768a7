import { readFile } from 'node:fs/promises'
import { folderUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import { PlatformError } from '../../packages/core/src/platform/errors.ts'
import type { ObjectBody, Objects, StoredObject } from '../../packages/core/src/platform/objects.ts'

/** A store in memory, with what was done to it; `beforeWrite` may throw or change files. */
export interface MemoryObjects extends Objects {
  readonly bytes: Map<string, Buffer>
  readonly writes: string[]
  readonly removes: string[]
  beforeWrite: (uri: ObjectUri) => void | Promise<void>
}

export function memoryObjects(): MemoryObjects {
  const bytes = new Map<string, Buffer>()
  const etags = new Map<string, string>()
  const [writes, removes]: [string[], string[]] = [[], []]
  let count = 0
  const facts = (uri: string): StoredObject | undefined => {
    const body = bytes.get(uri)
    if (body === undefined) return undefined
    return { uri: uri as ObjectUri, sizeBytes: body.length, etag: etags.get(uri) ?? '', modifiedAtMs: 0 }
  }
  const store: MemoryObjects = {
    bytes,
    writes,
    removes,
    beforeWrite: () => undefined,
    bucket: async (name) => name ?? 'bucket',
    async *list(prefix) {
      const uris = [...bytes.keys()].filter((uri) => uri.startsWith(prefix))
      for (const uri of uris.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
        const found = facts(uri)
        if (found !== undefined) yield found
      }
    },
    async *folders(folder) {
      const root = folderUri(folder)
      const below = [...bytes.keys()].filter((uri) => uri.startsWith(root)).map((uri) => uri.slice(root.length).split('/'))
      yield* new Set(below.flatMap(([name, ...rest]) => (name === undefined || rest.length === 0 ? [] : [name])))
    },
    async *children(folder) {
      const root = folderUri(folder)
      for await (const object of store.list(root))
        if (!object.uri.slice(root.length).includes('/')) yield { kind: 'object', object }
      for await (const name of store.folders(root)) yield { kind: 'folder', name }
    },
    find: async (uri) => facts(uri),
    async *read(uri) {
      const body = bytes.get(uri)
      if (body === undefined) throw new PlatformError('OBJECT_MISSING', `${uri} does not exist`)
      for (let from = 0; from < body.length; from += 7) yield body.subarray(from, from + 7)
    },
    async write(uri, body, options = {}) {
      options.signal?.throwIfAborted()
      await store.beforeWrite(uri)
      const content = await contentOf(body)
      const { onlyIf } = options
      const expected = onlyIf === 'absent' ? undefined : onlyIf?.etag
      if (onlyIf !== undefined && facts(uri)?.etag !== expected)
        throw new PlatformError('OBJECT_CHANGED', `${uri} is not the one that was expected`)
      options.onBytes?.(content.length)
      bytes.set(uri, content)
      // Not made from the content: an etag is opaque, and changes with every write.
      etags.set(uri, `etag-${(count += 1)}`)
      writes.push(uri)
      return facts(uri) ?? Promise.reject(new Error('unreachable'))
    },
    async remove(uris) {
      for (const uri of uris) {
        removes.push(uri)
        bytes.delete(uri)
      }
    },
  }
  return store
}

async function contentOf(body: ObjectBody): Promise<Buffer> {
  if (body.kind === 'bytes') return Buffer.from(body.bytes)
  if (body.kind === 'file') return readFile(body.path)
  const chunks: Uint8Array[] = []
  for await (const chunk of body.chunks) chunks.push(chunk)
  return Buffer.concat(chunks)
}
