import { expect, test } from 'vitest'
import { exportsOf, takenFromTheUser, unlistedExports, type Read } from './rules/exports.ts'
import { isCoreSource, projectFile, projectFiles } from './rules/files.ts'

const core = projectFiles(isCoreSource)
const exported = exportsOf('packages/core/src/index.ts', projectFile)
const mostNames = 40

// The supervisor is a program of its own: it ends its process and hears its signals.
const programs = ['packages/core/src/local/supervisor/main.ts', 'packages/core/src/local/supervisor/supervise.ts']

test('core lists what it exports: no star, no default', () => {
  expect(core.flatMap(unlistedExports)).toEqual([])
})

test('core prints nothing, ends no process and catches no signal', () => {
  expect(core.filter(({ path }) => !programs.includes(path)).flatMap(takenFromTheUser)).toEqual([])
})

test('everything that core exports has a docstring', () => {
  expect(exported.filter(({ documented }) => !documented).map(({ name, file }) => `${name} of ${file}`)).toEqual([])
})

test(`core exports no more than ${mostNames} values`, () => {
  expect(exported.filter(({ isType }) => !isType).length).toBeLessThanOrEqual(mostNames)
})

const problems = (text: string): number => {
  const file = { path: 'a.ts', text }
  return unlistedExports(file).length + takenFromTheUser(file).length
}

test.each([
  "export * from './b.ts'",
  "export * as b from './b.ts'",
  'export default 1',
  'export default function f() {}',
  "console.log('x')",
  'process.exit(1)',
  "process.on('SIGINT', stop)",
  "process.once('exit', stop)",
  "process.stderr.write('x')",
])('the rule sees %s', (text) => {
  expect(problems(text)).toBe(1)
})

test('the rule sees no harm in named exports, comments and other names', () => {
  expect(
    problems("export { b } from './b.ts'\nexport const c = 1 // console.log\nlog.exit()\nprocess.env['A']\nprocess.kill(1)"),
  ).toBe(0)
})

test('a name without a docstring is found where it is declared', () => {
  const files: Readonly<Record<string, string>> = {
    'src/index.ts': "export { a, b as c } from './b.ts'\nexport type { D } from './b.ts'\nexport { e }\nconst e = 1",
    'src/b.ts': "/** Documented. */\nexport function a() {}\nexport const b = 1\nexport { D } from './d.ts'",
    'src/d.ts': '/** Documented. */\nexport interface D {}',
  }
  const read: Read = (path) => (files[path] === undefined ? undefined : { path, text: files[path] })
  const found = exportsOf('src/index.ts', read)
  expect(found.map(({ name }) => name)).toEqual(['a', 'c', 'D', 'e'])
  expect(found.filter(({ documented }) => !documented).map(({ name }) => name)).toEqual(['c', 'e'])
})
