import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'

// Every example in a folder of its own, as a program and from the shell, must leave the files in its `expected`.
const repository = fileURLToPath(new URL('../..', import.meta.url))
const examples = readdirSync(join(repository, 'examples')).filter((name) => /^\d\d-/.test(name))
const withFiles = examples.filter(
  (name) => readdirSync(join(repository, 'examples', name)).includes('expected') && name !== '01-weather',
)
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('there are examples', () => {
  expect(withFiles.length).toBeGreaterThan(9)
})

const needs = lacking('python3', 'bash')
test.skipIf(needs).each(withFiles)(
  'examples/%s leaves what it promises, as a program and from the shell',
  { timeout: 180_000 },
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'ssm-example-'))
    folders.push(folder)
    cpSync(join(repository, 'examples', name), folder, { recursive: true, filter: (path) => !path.endsWith('/out') })
    symlinkSync(join(repository, 'examples/node_modules'), join(folder, 'node_modules'))
    const inStore = (store: string): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } => ({
      cwd: folder,
      env: { SSM_LOCAL_DIR: join(folder, store), SSM: join(repository, 'node_modules/.bin/ssm') },
    })
    const expected = filesOf(join(folder, 'expected'))
    expect(Object.keys(expected).length).toBeGreaterThan(0)

    await execa('node', ['--import', join(repository, 'scripts/typescript.mjs'), 'main.ts'], inStore('.ssm-program'))
    expect(only(expected, filesOf(join(folder, 'out')))).toEqual(expected)

    // Functions are called from programs alone.
    if (!readdirSync(folder).includes('cli.sh')) return
    await execa('sh', ['cli.sh', join(folder, 'out-shell')], inStore('.ssm-shell'))
    expect(only(expected, filesOf(join(folder, 'out-shell')))).toEqual(expected)
  },
)

type Files = Readonly<Record<string, string>>

const filesOf = (folder: string): Files =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]),
  )

const only = (wanted: Files, found: Files): Files =>
  Object.fromEntries(Object.keys(wanted).flatMap((path) => (found[path] === undefined ? [] : [[path, found[path]]])))
