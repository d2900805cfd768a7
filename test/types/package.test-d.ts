import type * as core from '@simple-sagemaker/core'
import type * as contract from '@simple-sagemaker/worker-toolkit/contract'
import { expectTypeOf, test } from 'vitest'

test('the entries of the packages resolve to their types', () => {
  expectTypeOf<typeof core>().toBeObject()
  expectTypeOf<typeof contract.codeChannel>().toEqualTypeOf<'code'>()
})
