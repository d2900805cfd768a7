import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../examples')
const examples = readdirSync(folder).filter((name) => /^\d\d-/.test(name))
const parts = ['README.md', 'cli.sh', 'expected', 'main.ts'] as const

/** What an example does not have, with the reason. */
const exceptions: Readonly<Record<string, Partial<Record<(typeof parts)[number], string>>>> = {
  '02-service': { 'cli.sh': 'the service is the program', expected: 'test/system/service.slow.test.ts compares its answers' },
  '03-own-platform': { 'cli.sh': 'only a program can give a platform', expected: 'it checks itself' },
  '16-functions': { 'cli.sh': 'functions are called from programs alone' },
}

test('every example is a program, a script for the shell, what both must give, and a page', () => {
  expect(examples.length).toBeGreaterThan(15)
  const missing = examples.map((name) => {
    const there = new Set(readdirSync(join(folder, name)))
    return [name, parts.filter((part) => !there.has(part))]
  })
  expect(missing).toEqual(examples.map((name) => [name, Object.keys(exceptions[name] ?? {}).toSorted()]))
})

test('every example has a number of its own and a line in the list of examples that leads to its page', () => {
  const numbers = examples.map((name) => name.slice(0, 2))
  expect(numbers).toEqual([...new Set(numbers)])
  const list = readFileSync(join(folder, 'README.md'), 'utf8')
  expect([...list.matchAll(/^\| \[(\d\d-[^\]]+)\]\(\1\/README\.md\)/gm)].map(([, name]) => name)).toEqual(examples)
})

test.each(examples)('the page of %s begins with a title and says what the example shows', (name) => {
  const [title = '', , ...text] = readFileSync(join(folder, name, 'README.md'), 'utf8').split('\n')
  expect(title).toMatch(/^# \S/)
  expect(text.join(' ').length).toBeGreaterThan(80)
})
