import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Larger than what zlib looks back on, so that starting anew costs no space worth a word. */
const memberBytes = 1024 * 1024
/** Node's pool compresses four at once; one more is being filled. */
const membersAtOnce = 5
const compress = promisify(gzip)

/**
 * Compresses on several processors: every mebibyte becomes a gzip member of its own, and the members one behind the other are a
 * gzip file as any other. Its bytes depend on the content alone, and not on how many processors there are.
 */
export async function* gzipMembers(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const members: Promise<Uint8Array>[] = []
  try {
    for await (const block of inBlocks(parts)) {
      members.push(member(block))
      const first = members.length < membersAtOnce ? undefined : members.shift()
      if (first !== undefined) yield await first
    }
    for (let first = members.shift(); first !== undefined; first = members.shift()) yield await first
  } finally {
    // None may outlive its archive.
    await Promise.allSettled(members)
  }
}

async function member(block: Uint8Array): Promise<Uint8Array> {
  const bytes = await compress(block, { level: 1, chunkSize: memberBytes })
  // Byte 9 names the system that zlib was built for: 255, "unknown", is the same everywhere.
  bytes[9] = 255
  return bytes
}

async function* inBlocks(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafeSlow(memberBytes)
  let filled = 0
  for await (const part of parts) {
    for (let from = 0; from < part.length;) {
      const taken = part.subarray(from, from + memberBytes - filled)
      block.set(taken, filled)
      from += taken.length
      filled += taken.length
      if (filled < memberBytes) continue
      yield block
      block = Buffer.allocUnsafeSlow(memberBytes)
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}
