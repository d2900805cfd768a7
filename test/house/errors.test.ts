import { expect, test } from 'vitest'
import { errorCodes } from '../../packages/core/src/errors/codes.ts'
import { isSource, projectFile, projectFiles } from './rules/files.ts'
import { printedPages } from '../../scripts/pages.ts'

const codes = Object.keys(errorCodes)
const thrown = projectFiles((path) => isSource(path) && !path.endsWith('/errors/codes.ts'))

/** The codes that no text mentions. */
const unused = (names: readonly string[], texts: readonly string[]): readonly string[] =>
  names.filter((name) => !texts.some((text) => new RegExp(`['"\`]${name}['"\`]`).test(text)))

test('every code is carried by some error', () => {
  expect(
    unused(
      codes,
      thrown.map(({ text }) => text),
    ),
  ).toEqual([])
})

test('every code has a sentence of its own that ends', () => {
  const sentences = Object.values(errorCodes)
  expect(new Set(sentences).size).toBe(codes.length)
  expect(sentences.filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([])
})

test('every code has its heading and its sentence in the guide', () => {
  const guide = projectFile('docs/guides/errors.md')?.text ?? ''
  expect(Object.entries(errorCodes).filter(([code, sentence]) => !guide.includes(`## ${code}\n\n${sentence}\n`))).toEqual([])
})

test('the printed pages say what the sources say', () => {
  for (const { path, text } of printedPages()) expect(projectFile(path)?.text, `${path}: run npm run fix`).toBe(text)
})

// The ground floor lies below the errors; what it throws is a mistake in this library.
const mayThrowBare = (path: string): boolean =>
  !path.startsWith('packages/core/') || path.includes('/src/lang/') || path in bareErrors

// Files that throw a bare Error on purpose, each with its reason.
const bareErrors: Readonly<Record<string, string>> = {
  'packages/core/src/archive/untar.ts': 'it is caught in the same function and becomes the cause of ARCHIVE_UNSAFE',
  'packages/core/src/aws/objects/objects.ts': 'it tells a mistake of this library, which no user can make',
}

test('no error of core is a bare Error', () => {
  expect(thrown.filter(({ path }) => !mayThrowBare(path)).flatMap(({ path, text }) => (bareError(text) ? [path] : []))).toEqual(
    [],
  )
})

const bareError = (text: string): boolean => /\bthrow new (Error|TypeError|RangeError)\(/.test(text)

test('every listed bare error is still there', () => {
  expect(Object.keys(bareErrors).filter((path) => !bareError(projectFile(path)?.text ?? ''))).toEqual([])
})

test('the rules see an unused code and a bare error', () => {
  expect(unused(['A', 'B'], ["new SsmError('A', text)", '// B'])).toEqual(['B'])
  expect(bareError("throw new Error('no')")).toBe(true)
  expect(bareError("throw new SsmError('A', 'no')")).toBe(false)
})
