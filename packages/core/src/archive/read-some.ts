import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isBytes } from '../lang/realms.ts'
import { sizeGuard, type ExtractLimits } from './limits.ts'

/**
 * Some files of a `tar.gz`, in memory, by their names. Files over `mostBytes` are left out, and so is all that follows where the
 * archive cannot be read or passes its limits. Nothing is written.
 */
export async function readSome(
  chunks: AsyncIterable<Uint8Array>,
  names: ReadonlySet<string>,
  { mostBytes, limits }: { readonly mostBytes: number; readonly limits: ExtractLimits },
): Promise<ReadonlyMap<string, Uint8Array>> {
  // Loaded on first use, as where archives are unpacked.
  const { default: tar } = await import('tar-stream')
  const entries = tar.extract()
  const guard = sizeGuard(limits)
  const flow = pipeline(guard.packed(chunks), createGunzip(), (raw) => guard.unpacked(raw), entries).catch(() => undefined)
  const found = new Map<string, Uint8Array>()
  try {
    for await (const entry of entries) {
      guard.entry()
      const name = entry.header.name.replace(/^\.\//, '')
      if (names.has(name) && entry.header.type === 'file' && (entry.header.size ?? 0) <= mostBytes) {
        const parts: Uint8Array[] = []
        for await (const part of entry) if (isBytes(part)) parts.push(part)
        found.set(name, Buffer.concat(parts))
        if (found.size === names.size) break
      } else entry.resume()
    }
  } catch {
    // A damaged archive gives what came before the damage.
  } finally {
    entries.destroy()
    await flow
  }
  return found
}
