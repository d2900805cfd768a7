import { expect, test } from 'vitest'
import { compile } from '../support/compiler.ts'
import { largeProject } from './large-project.ts'

const ways = ['add', 'list', 'object'] as const
const thousands = Object.fromEntries(ways.map((how) => [`thousand-${how}.ts`, largeProject(1000, how)]))

const compiled = compile({ 'large.ts': largeProject(200), ...thousands })

test.each(ways)('each of 1 000 tasks costs no more types than each of 200, by %s', { timeout: 240_000 }, (how) => {
  // What every program costs, and the first 200 tasks, are counted before.
  expect(compiled.problems('large.ts')).toEqual([])
  const before = compiled.counts()
  expect(compiled.problems(`thousand-${how}.ts`)).toEqual([])
  const after = compiled.counts()
  expect((after.instantiations - before.instantiations) / 1000).toBeLessThan(460)
  expect((after.types - before.types) / 1000).toBeLessThan(160)
})
