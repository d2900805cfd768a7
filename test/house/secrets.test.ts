import { expect, test } from 'vitest'
import { isSource, projectFiles, type ProjectFile } from './rules/files.ts'
import ts from 'typescript'
import { treeOf, walk } from './rules/imports.ts'

// Where a secret becomes text: in the request's environment, and on the standard input of an engine that logs in to a registry.
const readingFiles = ['packages/core/src/containers/logins.ts', 'packages/core/src/request/environment.ts']

test('a secret is revealed where the request is written and where an engine logs in, and nowhere else', () => {
  const readers = projectFiles(isSource)
    .filter(reveals)
    .map(({ path }) => path)
  expect([...readers].sort()).toEqual(readingFiles)
})

test('no file of the project holds something that looks like a credential', () => {
  expect(projectFiles((path) => path !== 'pnpm-lock.yaml').flatMap(credentials)).toEqual([])
})

function reveals(file: ProjectFile): boolean {
  let found = false
  walk(treeOf(file), (node) => {
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'reveal') found = true
    if (ts.isElementAccessExpression(node) && /^['"`]reveal['"`]$/.test(node.argumentExpression.getText())) found = true
  })
  return found
}

// AWS's own documentation uses the names that end in EXAMPLE.
function credentials({ path, text }: ProjectFile): readonly string[] {
  const found = text.match(/\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/g) ?? []
  return found.filter((each) => !each.endsWith('EXAMPLE')).map((each) => `${path} holds ${each.slice(0, 8)}…`)
}

test.each(['secret.reveal()', "secret['reveal']()", 'const read = secret.reveal', 'values.map((each) => each?.reveal())'])(
  'the rule sees %s',
  (text) => {
    expect(reveals({ path: 'a.ts', text })).toBe(true)
  },
)

test('the rule sees no secret in a comment or a method of that name', () => {
  expect(reveals({ path: 'a.ts', text: '// secret.reveal()\nclass A { reveal() { return 1 } }' })).toBe(false)
})

test('the rule sees credentials but not the ones of documentation', () => {
  expect(credentials({ path: 'a', text: `key = ${'AKIA'}${'Q'.repeat(16)}` })).toHaveLength(1)
  expect(credentials({ path: 'a', text: `token = ${'ghp_'}${'a'.repeat(36)}` })).toHaveLength(1)
  expect(credentials({ path: 'a', text: 'AKIAIOSFODNN7EXAMPLE' })).toEqual([])
})
