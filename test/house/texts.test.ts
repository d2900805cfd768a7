import { expect, test } from 'vitest'
import { isSource, projectFile, projectFiles } from './rules/files.ts'
import { bannedLines } from './rules/texts.ts'

const isText = (path: string): boolean => !/\.(png|jpg|gif|ico|gz|zip|parquet|pdf|npz|bin)$/.test(path) && path !== 'LICENSE'
const isData = (path: string): boolean => /\/(data|expected|golden|fixtures|corpus)\//.test(path)

test('no file names a path of one machine, a registry, or a page that is not here', () => {
  const files = projectFiles((path) => isText(path) && !isData(path) && path !== 'pnpm-lock.yaml')
  expect(files.flatMap(bannedLines)).toEqual([])
})

test('the lockfile fixes bytes by their hashes and names no host', () => {
  const lock = projectFile('pnpm-lock.yaml')?.text ?? ''
  expect(lock).toContain('integrity: sha512-')
  expect(lock.match(/.*(https?:|registry|tarball:).*/g)).toBeNull()
})

test('every text ends its last line', () => {
  const files = projectFiles((path) => isText(path) && !isData(path))
  expect(files.filter(({ text }) => text !== '' && !text.endsWith('\n')).map(({ path }) => path)).toEqual([])
})

// A loss gets small: Python prints 0.00003 as 3e-05.
test('no page, example, help or hint shows an expression for metrics that reads 3e-05 as 3', () => {
  const isShown = (path: string): boolean =>
    /^(README\.md|docs\/(guides\/)?[^/]+\.md|examples\/|packages\/)/.test(path) &&
    !/\.test\.ts$|\/templates\//.test(path) &&
    isText(path)
  const shown = projectFiles(isShown).flatMap(({ path, text }) =>
    [...text.matchAll(/[=:] ?\(\[(?:0-9|\\+d)\.\]\+\)/g)].map(([expression]) => `${path}: ${expression}`),
  )
  expect(shown).toEqual([])
})

test('no source is a file of leftovers: helpers, utilities, miscellaneous', () => {
  const names = projectFiles(isSource).map(({ path }) => path)
  expect(names.filter((path) => /(^|\/)(util|utils|helper|helpers|misc|common|stuff)(\/|\.ts$)/.test(path))).toEqual([])
})

const lines = (text: string): number => bannedLines({ path: 'a.md', text }).length

test.each([
  ['see /', 'home/alice/project'],
  ["read('/", "root/.aws/config')"],
  ['cd /', 'work/main'],
  ['at /', 'Users/bob/x'],
  ['https://', 'registry.example.org/left-pad'],
  ['index-url = https://', 'pypi.example.org/simple'],
  ['// TO', 'DO: later'],
  ['// FIX', 'ME'],
  ['as fact', 's 2.3 say'],
  ['as fact', 's §14 say'],
])('the rule sees %s…', (first, rest) => {
  expect(lines(first + rest)).toBe(1)
})

test.each([
  '/opt/ml/input/data and /state and /tmp',
  'https://docs.aws.amazon.com/sagemaker/latest/dg',
  ['// TO', 'DO(#12): wait for it'].join(''),
  'const workFolder = `${root}/work/x`',
  'the facts of the machine',
])('the rule lets %s pass', (text) => {
  expect(lines(text)).toBe(0)
})
