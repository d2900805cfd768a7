import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ownIdentity, processPlace } from '../process/identity.ts'
import { withLock } from './lock.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-lock-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('the lock of a dead process is taken over, also when its breaker died too', async () => {
  const lock = join(base, 'dead')
  const here = processPlace(ownIdentity())
  symlinkSync(`999999.gone@${here}`, lock)
  symlinkSync(`999998.gone@${here}`, `${lock}~999999.gone@${here}`)
  expect(await withLock(lock, () => 'mine')).toBe('mine')
  expect(readdirSync(base).filter((name) => name.startsWith('dead'))).toEqual([])
})

test('the lock of a living process is waited for, until an abort', async () => {
  const lock = join(base, 'alive')
  symlinkSync(ownIdentity(), lock)
  const stop = new AbortController()
  const waiting = withLock(lock, () => 'never', stop.signal)
  setTimeout(() => stop.abort(new Error('enough')), 50)
  await expect(waiting).rejects.toThrow('enough')
  const later = withLock(lock, () => 'mine')
  setTimeout(() => rmSync(lock), 50)
  expect(await later).toBe('mine')
})
