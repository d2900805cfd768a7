import { expect, test } from 'vitest'
import { isCoreSource, projectFiles } from './rules/files.ts'

// A built-in class of one realm knows no value of another: under Jest, vitest's vmThreads or a plug-in host such a check fails.
const builtIns =
  'Error|TypeError|RangeError|SyntaxError|RegExp|Uint8Array|ArrayBuffer|Buffer|Date|Map|Set|Promise|Array|Object|Function|URL|AbortSignal'
const realmBound = new RegExp(`\\binstanceof (?:${builtIns})\\b`, 'g')

const checksIn = (text: string): readonly string[] => text.match(realmBound) ?? []

test('core asks of no value whether it is an instance of a built-in class: lang/realms.ts does, for every realm', () => {
  expect(projectFiles(isCoreSource).flatMap(({ path, text }) => checksIn(text).map((check) => `${path}: ${check}`))).toEqual([])
})

test('such a check is seen, and one for a class of our own is not', () => {
  expect(checksIn('if (cause instanceof Error || x instanceof Uint8Array) y()')).toHaveLength(2)
  expect(checksIn('if (cause instanceof SsmError || x instanceof ErrorLike) y()')).toEqual([])
})
