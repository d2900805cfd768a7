import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gate } from './gate.ts'

test('no more than so many are ever inside, everybody gets in, and an abort ends the waiting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.boolean(), { maxLength: 30 }), async (most, aborts) => {
      const gate = new Gate(most)
      let inside = 0
      let largest = 0
      const visits = aborts.map(async (isAborted) => {
        const controller = new AbortController()
        if (isAborted) setImmediate(() => controller.abort(new Error('enough')))
        const { leave } = await gate.enter(controller.signal)
        inside += 1
        largest = Math.max(largest, inside)
        await new Promise(setImmediate)
        inside -= 1
        leave()
        leave()
      })
      const ends = await Promise.allSettled(visits)
      expect(largest).toBeLessThanOrEqual(most)
      for (const [index, end] of ends.entries()) expect(end.status === 'rejected' ? aborts[index] : true).toBe(true)
      const last = await gate.enter()
      last.leave()
    }),
    { numRuns: 50 },
  )
})

test('whoever comes when somebody leaves does not get in beside the one who waited', async () => {
  const gate = new Gate(1)
  const first = await gate.enter()
  const order: string[] = []
  const waiting = gate.enter().then(() => order.push('waited'))
  first.leave()
  void gate.enter().then(() => order.push('came later'))
  await waiting
  await new Promise(setImmediate)
  expect(order).toEqual(['waited'])
})
