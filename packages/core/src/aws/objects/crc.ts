import { crc32 } from 'node:zlib'

/** Bytes summed up: what a CRC-32 is of. */
export interface Summed {
  readonly crc: number
  readonly bytes: number
}

/** The sum of some bytes. */
export const summed = (bytes: Uint8Array): Summed => ({ crc: crc32(bytes), bytes: bytes.length })

/**
 * The sum of two pieces, one after the other, without a second look at their bytes: the first one's polynomial is shifted by
 * the length of the second, as zlib's `crc32_combine` does it.
 */
export function joinedCrc(first: Summed, second: Summed): Summed {
  return { crc: (product(shift(second.bytes), first.crc) ^ second.crc) >>> 0, bytes: first.bytes + second.bytes }
}

/** A CRC-32 as S3 writes it. */
export function base64Of(crc: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc >>> 0)
  return bytes.toString('base64')
}

// Polynomials over two elements, modulo the one of CRC-32; their highest bit is the coefficient of 1.
const modulus = 0xedb88320
const one = 0x80000000

/** x to the power of eight times as many. */
function shift(bytes: number): number {
  let result = one
  // x to the eighth is squared for each binary digit.
  for (let [left, square] = [bytes, one >>> 8]; left > 0; left = Math.floor(left / 2), square = product(square, square))
    if (left % 2 === 1) result = product(result, square)
  return result
}

function product(left: number, right: number): number {
  let [result, shifted] = [0, right]
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) result ^= shifted
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ modulus
  }
  return result >>> 0
}
