import { test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { timeout } from './flow.ts'
import { runPage } from './guide-programs.ts'

test
  .skipIf(lacking('python3', 'bash'))
  .each([
    'guides/tasks',
    'guides/services',
    'guides/from-python',
    'guides/retries',
    'guides/search',
    'guides/functions',
    'guides/rehearsal',
  ])('the page docs/%s.md does what it says', { timeout: timeout * 2 }, runPage)
