import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { functionFile, functionSource } from './function-file.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssm-function-file-'))
  writeFileSync(join(folder, 'work.ts'), '')
  writeFileSync(join(folder, 'plain.js'), '')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A function that has this text, as bundlers and runners write the import. */
const written = (text: string): object => ({ toString: () => text })
const framesIn = (file: string): readonly string[] => [`    at main (${file}:3:9)`, '    at other (/elsewhere/other.ts:1:1)']
const found = (text: string, frames: readonly string[] = framesIn(join(folder, 'main.ts'))): Promise<string> =>
  functionFile('t', functionSource('t', written(text), 'work', undefined, frames))

test.each([
  `() => import('./work.ts')`,
  `() => import("./work.ts")`,
  '() => import(`./work.ts`)',
  `async () => await import(/* webpackChunkName: "w" */ './work.ts')`,
  `() => __vite_ssr_dynamic_import__('./work.ts')`,
  `() => Promise.resolve().then(() => __importStar(require('./work.ts')))`,
  `function () { return import('./work') }`,
  `() => import('./work.js')`,
])('the module is read from the text %s', async (text) => {
  expect(await found(text)).toBe(join(folder, 'work.ts'))
})

test.each([
  ['a path', (file: string) => [`    at ${file}:3:9`]],
  ['an address', (file: string) => [`    at main (${pathToFileURL(file).href}:3:9)`]],
  ['an address with a query', (file: string) => [`    at async ${pathToFileURL(file).href}?v=1:3:9`]],
])('the folder of the program is read from a frame with %s', async (_, frames) => {
  expect(await found(`() => import('./work.ts')`, frames(join(folder, 'main.ts')))).toBe(join(folder, 'work.ts'))
})

test('compiled programs name their compiled modules', async () => {
  expect(await found(`() => import('./plain.js')`)).toBe(join(folder, 'plain.js'))
})

test('a file that is named needs no text', async () => {
  const source = functionSource('t', written('() => somethingElse'), 'work', join(folder, 'work.ts'), [])
  expect(await functionFile('t', source)).toBe(join(folder, 'work.ts'))
})

test.each([
  ['no import', `() => load()`, /must import its module by a text/],
  ['a package', `() => import('lodash')`, /must be in a file of yours/],
  ['a file that is not there', `() => import('./none.ts')`, /is not there/],
])('%s is refused with what to do', async (_, text, message) => {
  await expect((async () => found(text))()).rejects.toThrow(message)
  await expect((async () => found(text))()).rejects.toThrow(/file: 'src\/work\.ts'/)
})
