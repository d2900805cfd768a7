/**
 * FNV-1a, 32 bits: tells texts apart, protects nothing. Loading `node:crypto` for that takes 5 ms, which every local job would wait for.
 */
export function shortDigest(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** The same as eight hexadecimal digits. */
export const shortDigestText = (text: string): string => shortDigest(text).toString(16).padStart(8, '0')
