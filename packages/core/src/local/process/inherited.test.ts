import { expect, test } from 'vitest'
import { passedOn, supervisorEnvironment } from './inherited.ts'

test('a machine knows where packages come from, and not how this computer installs its own', () => {
  const index = { PIP_INDEX_URL: 'a', PIP_EXTRA_INDEX_URL: 'b', PIP_TRUSTED_HOST: 'c' }
  const own = { PIP_REQUIRE_VIRTUALENV: '1', PIP_USER: '1', PIP_TARGET: '/x', PIP_DRY_RUN: '1' }
  expect(passedOn(supervisorEnvironment({ ...index, ...own, AWS_SECRET_ACCESS_KEY: 'x' }))).toEqual(index)
})
