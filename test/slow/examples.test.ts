import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makePodman, noPodman } from '../support/podman.ts'
import { lacking } from '../support/prerequisites.ts'

// Every example in a folder of its own, as a program and from the shell, must leave the files in its `expected`.
const repository = fileURLToPath(new URL('../..', import.meta.url))
const examples = readdirSync(join(repository, 'examples')).filter((name) => /^\d\d-/.test(name))
const withFiles = examples.filter(
  (name) => readdirSync(join(repository, 'examples', name)).includes('expected') && name !== '01-weather',
)
const folders: string[] = []
// Only for what hangs: an image is built and two containers run, on a machine that may be busy.
const timeout = 300_000

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('there are examples', () => {
  expect(withFiles.length).toBeGreaterThan(9)
})

const hasImage = (name: string): boolean => existsSync(join(repository, 'examples', name, 'docker/Dockerfile'))
const needs = lacking('python3', 'bash')
const promise = 'examples/%s leaves what it promises, as a program and from the shell'

test.skipIf(needs).each(withFiles.filter((name) => !hasImage(name)))(promise, { timeout }, (name) => leavesWhatItPromises(name))

const podmanFolder = mkdtempSync(join(tmpdir(), 'ssm-podman-'))
let engine: Readonly<Record<string, string>> = {}

beforeAll(() => {
  if (noPodman !== undefined) return
  const podman = makePodman(podmanFolder)
  // No registry is asked: the image of this computer's own programs stands for the one that the Dockerfile names.
  podman.run('tag', podman.image, 'docker.io/library/python:3.12-slim')
  engine = { ...podman.environment, SSM_CONTAINER_ENGINE: 'podman' }
}, timeout)

afterAll(() => rmSync(podmanFolder, { recursive: true, force: true }), timeout)

test.skipIf(needs ?? noPodman).each(withFiles.filter(hasImage))(promise, { timeout }, (name) => leavesWhatItPromises(name))

async function leavesWhatItPromises(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-example-'))
  folders.push(folder)
  cpSync(join(repository, 'examples', name), folder, { recursive: true, filter: (path) => !path.endsWith('/out') })
  symlinkSync(join(repository, 'examples/node_modules'), join(folder, 'node_modules'))
  const inStore = (store: string): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } => ({
    cwd: folder,
    env: { ...engine, SSM_LOCAL_DIR: join(folder, store), SSM: join(repository, 'node_modules/.bin/ssm') },
  })
  const expected = filesOf(join(folder, 'expected'))
  expect(Object.keys(expected).length).toBeGreaterThan(0)

  await execa('node', ['--import', join(repository, 'scripts/typescript.mjs'), 'main.ts'], inStore('.ssm-program'))
  expect(only(expected, filesOf(join(folder, 'out')))).toEqual(expected)

  // Functions are called from programs alone.
  if (!readdirSync(folder).includes('cli.sh')) return
  await execa('sh', ['cli.sh', join(folder, 'out-shell')], inStore('.ssm-shell'))
  expect(only(expected, filesOf(join(folder, 'out-shell')))).toEqual(expected)
}

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
