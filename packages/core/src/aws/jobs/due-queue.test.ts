import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueQueue } from './due-queue.ts'

test('what is added and removed in any order comes out by when it is due, and equal ones in the order they came', () => {
  const times = fc.array(fc.record({ dueAtMs: fc.integer({ min: 0, max: 5 }), isRemoved: fc.boolean() }), { maxLength: 20 })
  fc.assert(
    fc.property(times, (given) => {
      const queue = dueQueue<number>()
      for (const [item, { dueAtMs }] of given.entries()) queue.add(item, dueAtMs)
      for (const [item, { isRemoved }] of given.entries()) if (isRemoved) queue.remove(item)
      queue.remove(-1)
      const left = given.flatMap(({ dueAtMs, isRemoved }, item) => (isRemoved ? [] : [{ item, dueAtMs }]))
      const expected = left.toSorted((one, other) => one.dueAtMs - other.dueAtMs || one.item - other.item)
      const found: typeof left = []
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        found.push(first)
        queue.remove(first.item)
      }
      expect(found).toEqual(expected)
    }),
  )
})
