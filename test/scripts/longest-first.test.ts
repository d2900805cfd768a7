import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { longest } from '../support/longest-first.ts'

test('every test file that is to begin early is there, once', () => {
  const missing = longest.filter((path) => !existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url))))
  expect(missing).toEqual([])
  expect(new Set(longest).size).toBe(longest.length)
})
