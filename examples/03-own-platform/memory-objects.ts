import { readFile } from 'node:fs/promises'
import { PlatformError, type ObjectBody, type Objects, type StoredObject } from '@simple-sagemaker/core/platform'

async function bytesOf(body: ObjectBody, signal: AbortSignal | undefined): Promise<Buffer> {
  if (body.kind === 'bytes') return Buffer.from(body.bytes)
  if (body.kind === 'file') return readFile(body.path)
  const chunks: Uint8Array[] = []
  for await (const chunk of body.chunks) {
    signal?.throwIfAborted()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A store of objects that lives as long as this process. */
export function memoryObjects(): Objects {
  const store = new Map<string, { readonly facts: StoredObject; readonly bytes: Buffer }>()
  const inByteOrder = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))
  let version = 0
  const objects: Objects = {
    bucket: async (name) => name ?? 'memory',
    async *list(prefix, { signal } = {}) {
      signal?.throwIfAborted()
      const uris = [...store.keys()].filter((uri) => uri.startsWith(prefix)).sort(inByteOrder)
      for (const uri of uris) yield* [store.get(uri)].flatMap((found) => found?.facts ?? [])
    },
    async *folders(folder, options) {
      for await (const child of objects.children(folder, options)) if (child.kind === 'folder') yield child.name
    },
    async *children(folder, options) {
      const names = new Set<string>()
      for await (const object of objects.list(folder, options)) {
        const [name = '', ...deeper] = object.uri.slice(folder.length).split('/')
        if (deeper.length === 0) yield { kind: 'object', object }
        else if (!names.has(name)) yield { kind: 'folder', name }
        if (deeper.length > 0) names.add(name)
      }
    },
    find: async (uri) => store.get(uri)?.facts,
    async *read(uri, { signal } = {}) {
      signal?.throwIfAborted()
      const found = store.get(uri)
      if (found === undefined) throw new PlatformError('OBJECT_MISSING', `${uri} does not exist`)
      yield found.bytes
    },
    async write(uri, body, { signal, onlyIf, onBytes } = {}) {
      const bytes = await bytesOf(body, signal)
      signal?.throwIfAborted()
      const expected = onlyIf === 'absent' ? undefined : onlyIf?.etag
      if (onlyIf !== undefined && store.get(uri)?.facts.etag !== expected)
        throw new PlatformError('OBJECT_CHANGED', `${uri} was written by someone else`)
      const facts = { uri, sizeBytes: bytes.length, etag: `v${(version += 1)}`, modifiedAtMs: Date.now() }
      store.set(uri, { facts, bytes })
      onBytes?.(bytes.length)
      return facts
    },
    remove: async (uris) => uris.forEach((uri) => store.delete(uri)),
  }
  return objects
}
