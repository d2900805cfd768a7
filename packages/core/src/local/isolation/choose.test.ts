import { expect, test } from 'vitest'
import { assertMountable } from './choose.ts'

test('a store whose path has a colon is refused for containers, in a sentence, and one with a comma is not', () => {
  expect(() => assertMountable('/data/a:b/.ssm')).toThrow(
    expect.objectContaining({
      code: 'PLATFORM_UNSUPPORTED',
      message: expect.stringContaining('/data/a:b/.ssm') as string,
    }) as Error,
  )
  for (const root of ['/data/a,b/.ssm', '/data/a b', 'C:\\data\\.ssm']) expect(() => assertMountable(root)).not.toThrow()
})
