import { expect, test } from 'vitest'
import { projectFiles } from './rules/files.ts'

// What sets variables for a test holds on to the object that was there first: it would change one that nothing reads any more.
const replaces = /\bprocess\.env\s*=(?!=)/

test('nothing replaces the variables of this process by others, for test files share them', () => {
  const files = projectFiles((path) => /\.(ts|mts|mjs|cjs|js)$/.test(path) && path !== 'test/house/variables.test.ts')
  expect(files.filter(({ text }) => replaces.test(text)).map(({ path }) => path)).toEqual([])
})

// A client's class is the same in all test files of a process.
const mocksClass = /\bmockClient\([A-Z]/

test('a test file that mocks a class of clients restores it', () => {
  const files = projectFiles((path) => path.endsWith('.test.ts') && path !== 'test/house/variables.test.ts')
  const mocking = files.filter(({ text }) => mocksClass.test(text))
  expect(mocking.length).toBeGreaterThan(0)
  expect(mocking.filter(({ text }) => !/afterAll\([^]*?\.restore\(\)/.test(text)).map(({ path }) => path)).toEqual([])
})

test('a replacement is seen', () => {
  expect(mocksClass.test('const s3 = mockClient(S3Client)')).toBe(true)
  expect(mocksClass.test('const s3 = mockClient(client)')).toBe(false)
  expect(replaces.test('process.env = before')).toBe(true)
  expect(replaces.test("process.env['A'] = '1'; if (process.env === other) go()")).toBe(false)
})
