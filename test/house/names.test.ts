import { expect, test } from 'vitest'
import { isSource, projectFiles } from './rules/files.ts'
import { namesDeclaredTwice } from './rules/names.ts'

// What two files may declare, each with its reason.
const exceptions: Readonly<Record<string, string>> = {
  isSsmError: 'the same question: the one that users import also narrows an error by its code',
  version: 'each package has its own, which a release writes',
}

// Its names are those of the AWS SDK.
const requests = 'packages/core/src/platform/sagemaker-requests.ts'
const declaredTwice = namesDeclaredTwice(projectFiles((path) => isSource(path) && path !== requests))

test('an exported name means one thing in all packages', () => {
  const unlisted = declaredTwice.filter(([name]) => !(name in exceptions))
  expect(unlisted.map(([name, paths]) => `${name}: ${paths.join(', ')}`)).toEqual([])
})

test('every exception is still needed', () => {
  const names = new Set(declaredTwice.map(([name]) => name))
  expect(Object.keys(exceptions).filter((name) => !names.has(name))).toEqual([])
})

test('the rule sees a name in two files, and no harm in overloads, a type beside its value, and what is exported again', () => {
  const a =
    'export function f(x: string): void\nexport function f(x: number): void\nexport function f() {}\nexport interface V {}'
  const files = [
    { path: 'a.ts', text: `${a}\nexport const V = 1, w = 2\nconst own = 1` },
    { path: 'b.ts', text: "export { f } from './a.ts'\nexport type { V as U } from './a.ts'\nconst own = 2" },
    { path: 'c.ts', text: 'export const w = 3\nexport type T = string' },
    { path: 'd.ts', text: 'export class T {}' },
  ]
  expect(namesDeclaredTwice(files)).toEqual([
    ['w', ['a.ts', 'c.ts']],
    ['T', ['c.ts', 'd.ts']],
  ])
})
