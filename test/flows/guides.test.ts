import { test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { timeout } from './flow.ts'
import { runPage } from './guide-programs.ts'

// The other pages are in `guides.slow.test.ts`.
test.skipIf(lacking('python3', 'bash'))('the page docs/getting-started.md does what it says', { timeout: timeout * 2 }, () =>
  runPage('getting-started'),
)
