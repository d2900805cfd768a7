import { expect, test } from 'vitest'
import { allOrAbort } from './all-or-abort.ts'

test('all values come in their places', async () => {
  const [number, text] = await allOrAbort(undefined, () => [Promise.resolve(1), Promise.resolve('two')])
  expect([number + 1, text.toUpperCase()]).toEqual([2, 'TWO'])
})

test('the first failure aborts the others, and is told when all have ended', async () => {
  let ended = false
  const slow = async (signal: AbortSignal): Promise<void> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await Promise.resolve()
    ended = true
    throw new Error('second')
  }
  await expect(allOrAbort(undefined, (signal) => [slow(signal), Promise.reject(new Error('first'))])).rejects.toThrow('first')
  expect(ended).toBe(true)
})

test('an abort from outside rejects with its reason', async () => {
  const stop = new AbortController()
  const waits = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('inner'))))
  const done = allOrAbort(stop.signal, (signal) => [waits(signal)])
  const reason = new Error('enough')
  stop.abort(reason)
  await expect(done).rejects.toBe(reason)
})
