import { expect, test } from 'vitest'
import type { TaskContext } from '../context.ts'
import { remoteIdentity } from './remote.ts'

test('code at an address that is none is refused by a rejection, never by a throw that leaves others unheard', async () => {
  const code = { kind: 'code', entry: 's3://b/x.py', dependencies: [] } as const
  // It is refused before anything is asked of the context.
  await expect(remoteIdentity(code, {} as TaskContext)).rejects.toMatchObject({ code: 'NAME_INVALID' })
})
