import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64Of, joinedCrc, summed } from './crc.ts'

test('the sum of pieces is the sum of the whole, wherever it was cut', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(pieces, (parts) => {
      const whole = Buffer.concat(parts)
      expect(parts.map(summed).reduce(joinedCrc)).toEqual({ crc: crc32(whole), bytes: whole.length })
    }),
  )
})

test('pieces of megabytes and of odd lengths are joined as well', () => {
  const whole = Buffer.alloc(20_000_003, 'some text')
  const parts = [whole.subarray(0, 8_388_608), whole.subarray(8_388_608, 16_777_216), whole.subarray(16_777_216)]
  expect(parts.map(summed).reduce(joinedCrc).crc).toBe(crc32(whole))
})

test('a sum is written as S3 writes it', () => {
  expect(base64Of(crc32('123456789'))).toBe('y/Q5Jg==')
  expect(base64Of(0)).toBe('AAAAAA==')
})
