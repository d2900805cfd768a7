import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { isBytes } from '../lang/realms.ts'
import { SsmError } from '../errors/ssm-error.ts'
import { defaultLimits, sizeGuard, type ExtractLimits } from './limits.ts'

/**
 * One file of a `tar.gz`, in memory; `undefined` when the archive has none of this name. Nothing is written.
 * @throws {SsmError} `ARCHIVE_UNSAFE` when it has more bytes than allowed, or the archive unpacks to more than its limits, `OBJECT_CORRUPT` for bytes that are no archive.
 */
export async function readArchived(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  mostBytes: number,
  limits: ExtractLimits = defaultLimits,
): Promise<Uint8Array | undefined> {
  const entries = extract()
  const guard = sizeGuard(limits)
  const flow = pipeline(guard.packed(chunks), createGunzip(), (raw) => guard.unpacked(raw), entries).then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  )
  try {
    for await (const entry of entries) {
      guard.entry()
      if (entry.header.name.replace(/^\.\//, '') === name && entry.header.type === 'file')
        return await bytesOf(entry, entry.header.size ?? 0, name, mostBytes)
      entry.resume()
    }
    const failed = await flow
    if (failed !== undefined) throw failed.cause
    return undefined
  } catch (failure) {
    entries.destroy()
    const failed = await flow
    const cause = failure instanceof SsmError || failed === undefined ? failure : failed.cause
    if (cause instanceof SsmError) throw cause
    throw new SsmError('OBJECT_CORRUPT', 'The archive cannot be read to its end', {
      cause,
      hint: 'The file is incomplete or is not a tar.gz: download it again.',
    })
  } finally {
    entries.destroy()
    await flow
  }
}

async function bytesOf(entry: AsyncIterable<unknown>, sizeBytes: number, name: string, mostBytes: number): Promise<Uint8Array> {
  if (sizeBytes > mostBytes) {
    throw new SsmError('ARCHIVE_UNSAFE', `${name} has ${sizeBytes} bytes, more than the ${mostBytes} allowed`, {
      hint: 'Write large results as files of their own.',
      facts: { name, sizeBytes, mostBytes },
    })
  }
  const parts: Uint8Array[] = []
  for await (const part of entry) if (isBytes(part)) parts.push(part)
  return Buffer.concat(parts)
}
