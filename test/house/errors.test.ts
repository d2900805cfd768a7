import { expect, test } from 'vitest'
import { errorCodes } from '../../packages/core/src/errors/codes.ts'
import { isSource, projectFile, projectFiles } from './rules/files.ts'
import { printedPages } from '../../scripts/pages.ts'

const codes = Object.keys(errorCodes)
const entries = Object.entries(errorCodes)
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
  const sentences = Object.values(errorCodes).map(({ sentence }) => sentence)
  expect(new Set(sentences).size).toBe(codes.length)
  expect(sentences.filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([])
})

test('every code has its heading, its sentence, cause, remedy and example in the guide', () => {
  const guide = projectFile('docs/guides/errors.md')?.text ?? ''
  const isShown = ([code, { sentence, cause, remedy, example }]: (typeof entries)[number]): boolean =>
    guide.includes(`## ${code}\n\n${sentence}\n`) && [cause, remedy, example].every((text) => guide.includes(text))
  expect(entries.filter((entry) => !isShown(entry))).toEqual([])
  const texts = entries.flatMap(([, { cause, remedy }]) => [cause, remedy])
  expect(texts.filter((text) => !/^[A-Z`].*[.)]$/.test(text))).toEqual([])
})

test('the printed pages say what the sources say', () => {
  for (const { path, text } of printedPages()) expect(projectFile(path)?.text, `${path}: run npm run fix`).toBe(text)
})

// The ground floor lies below the errors; what it throws is a mistake in this library. A check of a platform fails with what a
// test runner shows.
const mayThrowBare = (path: string): boolean =>
  !path.startsWith('packages/core/') || path.includes('/src/lang/') || path.includes('/src/testing/') || path in bareErrors

// Files that throw a bare Error on purpose, each with its reason.
const bareErrors: Readonly<Record<string, string>> = {
  'packages/core/src/archive/untar.ts': 'it is caught in the same function and becomes the cause of ARCHIVE_UNSAFE',
  'packages/core/src/aws/objects/direct/connection.ts':
    'it breaks one connection; the SDK asks again and its error is translated',
  'packages/core/src/aws/objects/direct/head.ts': 'it breaks one connection; the SDK asks again and its error is translated',
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

// The fixed parts of every text that a source could make a message of.
const fragments = new Set(
  thrown
    .flatMap(({ text }) => [...text.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)])
    .flatMap(([, , literal = '']) =>
      literal
        .split(/\$\{[^}]*\}|\\n/)
        .map((part) => part.trim())
        .filter((part) => /[a-z]{4}/.test(part) && part.length > 6),
    ),
)

test('every example of a code is a message that a source makes', () => {
  const isMade = (example: string): boolean => [...fragments].some((fragment) => example.includes(fragment))
  expect(entries.filter(([, { example }]) => !isMade(example)).map(([code]) => code)).toEqual([])
})
