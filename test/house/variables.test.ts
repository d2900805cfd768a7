import { expect, test } from 'vitest'
import { projectFiles } from './rules/files.ts'

// What sets variables for a test holds on to the object that was there first: it would change one that nothing reads any more.
const replaces = /\bprocess\.env\s*=(?!=)/

test('nothing replaces the variables of this process by others, for test files share them', () => {
  const files = projectFiles((path) => /\.(ts|mts|mjs|cjs|js)$/.test(path) && path !== 'test/house/variables.test.ts')
  expect(files.filter(({ text }) => replaces.test(text)).map(({ path }) => path)).toEqual([])
})

test('a replacement is seen', () => {
  expect(replaces.test('process.env = before')).toBe(true)
  expect(replaces.test("process.env['A'] = '1'; if (process.env === other) go()")).toBe(false)
})
