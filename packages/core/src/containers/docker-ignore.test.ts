import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dockerIgnore } from './docker-ignore.ts'

const left = (rules: string, paths: readonly string[]): readonly string[] => paths.filter((path) => !dockerIgnore(rules)(path))

test('patterns count from the root, a folder takes its content along, and the last rule that fits decides', () => {
  expect(left('data\n', ['data', 'data/a', 'src/data', 'database'])).toEqual(['src/data', 'database'])
  expect(left('**/*.pyc', ['a.pyc', 'x/y/b.pyc', 'c.py'])).toEqual(['c.py'])
  expect(left('*\n!src', ['a', 'src', 'src/b/c', 'lib/d'])).toEqual(['src', 'src/b/c'])
  expect(left('docs\n!docs/README.md', ['docs/a', 'docs/README.md'])).toEqual(['docs/README.md'])
  expect(left('!a\na', ['a'])).toEqual([])
  expect(left('# a\n\n  /b/ \n./c', ['a', 'b', 'c', '# a'])).toEqual(['a', '# a'])
  expect(left('temp?\n*/temp*', ['temp1', 'temp', 'a/temperature', 'a/b/temp'])).toEqual(['temp', 'a/b/temp'])
  expect(left('[a-c].txt\n[^x]z', ['b.txt', 'd.txt', 'xz', 'yz'])).toEqual(['d.txt', 'xz'])
  expect(left('a.b+c\n\\*', ['a.b+c', 'axb+c', '*', 'z'])).toEqual(['axb+c', 'z'])
})

test('any text is a list of rules, and a plain name ignores itself and what is below it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '*', '?', '[', ']', '^', '\\', '!', '/', '.', '(', '\n') }),
      fc.string(),
      (rules, path) => {
        expect(typeof dockerIgnore(rules)(path)).toBe('boolean')
      },
    ),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z.+()$]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/), (name, below) => {
      fc.pre(name !== '.')
      expect(dockerIgnore(name)(`${name}/${below}`)).toBe(true)
      expect(dockerIgnore(name)(`${below}/${name}`)).toBe(name === below)
    }),
  )
})
