import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shardOf } from './shard.ts'

test('every object is on exactly one machine, in key order, and the shares differ by at most one', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 12 }), (objects, machines) => {
      const numbered = objects.map((key, index) => ({ key, index }))
      const shares = Array.from({ length: machines }, (_, machine) => shardOf(numbered, machine, machines))
      expect(shares.flat().sort((left, right) => left.index - right.index)).toEqual(numbered)
      for (const share of shares)
        expect(share.map((object) => object.index)).toEqual(
          share.map((object) => object.index).sort((left, right) => left - right),
        )
      const sizes = shares.map((share) => share.length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})
