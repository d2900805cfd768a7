import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { extractArchive } from '../archive/untar.ts'
import { sha256 } from '../files/digest/digest.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import type { Program } from '../spec/program.ts'
import { describeCode, makeBundle, type Bundle } from './bundle.ts'

const run = promisify(execFile)

async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const code = (entry: string, more: { readonly sourceDir?: string; readonly dependencies?: readonly string[] } = {}): Program => ({
  kind: 'code',
  entry,
  dependencies: [],
  ...more,
})

async function bundled(folder: string, program: Program): Promise<Bundle> {
  const scratch = join(folder, '..', `scratch-${Math.random()}`)
  await mkdir(scratch, { recursive: true })
  return makeBundle(program, scratch, { cwd: folder })
}

async function unpacked(bundle: Bundle): Promise<string> {
  const folder = join(dirname(bundle.path), 'unpacked')
  await extractArchive(createReadStream(bundle.path), folder)
  return folder
}

test('the same code elsewhere and later makes the same bytes, and the description agrees', async () => {
  await using scratch = await temporaryDirectory()
  const files = { 'src/train.py': 'import lib\n', 'src/lib/ü.py': 'x = 1\n', 'src/--help': '' }
  await put(join(scratch.path, 'one'), files)
  await chmod(join(scratch.path, 'one/src/train.py'), 0o755)
  await cp(join(scratch.path, 'one'), join(scratch.path, 'other/deeper'), { recursive: true })
  const program = code('train.py', { sourceDir: 'src' })
  const one = await bundled(join(scratch.path, 'one'), program)
  const other = await bundled(join(scratch.path, 'other/deeper'), program)
  expect({ ...other, path: '' }).toEqual({ ...one, path: '' })
  expect(one.sha256).toBe(sha256(await readFile(one.path)))
  expect(await describeCode(program, { cwd: join(scratch.path, 'one') })).toEqual({
    files: one.files,
    entry: 'train.py',
    bytes: 17,
    skipped: one.skipped,
  })
  expect(one.files).toContainEqual({ path: 'train.py', sha256: sha256('import lib\n'), executable: true })
})

test('the Python toolkit goes along without being part of the code', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), { 'train.py': '' })
  const bundle = await bundled(join(scratch.path, 'in'), code('train.py'))
  const folder = await unpacked(bundle)
  expect(bundle.files.map((file) => file.path)).toEqual(['train.py'])
  expect((await readdir(folder)).toSorted()).toEqual(['train.py', 'worker_toolkit'])
  expect(await readdir(join(folder, 'worker_toolkit'))).toContain('worker_lib.py')
})

test('a toolkit of the user’s own stays as it is', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), { 'train.py': '', 'worker_toolkit/worker_lib.py': 'mine = True' })
  const bundle = await bundled(join(scratch.path, 'in'), code('train.py', { sourceDir: '.' }))
  const folder = await unpacked(bundle)
  expect(await readdir(join(folder, 'worker_toolkit'))).toEqual(['worker_lib.py'])
  expect(bundle.files.map((file) => file.path)).toEqual(['train.py', 'worker_toolkit/worker_lib.py'])
})

test('a TypeScript entry runs from the bundle, with its imports and the files beside it', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), {
    'src/jobs/worker.ts': `import { shout } from '../lib.ts'
import { readFileSync } from 'node:fs'
import cjs from 'old-package'
import { pathToFileURL } from 'node:url'
const text: string = readFileSync(new URL('./data.txt', import.meta.url), 'utf8')
const main = import.meta.url === pathToFileURL(process.argv[1]!).href
console.log(JSON.stringify([shout(text), cjs.host, main, process.argv.slice(2)]))`,
    'src/lib.ts': 'export const shout = (text: string): string => text.toUpperCase()',
    'src/jobs/data.txt': 'from a file',
    'node_modules/old-package/package.json': '{"name":"old-package","main":"i.js"}',
    'node_modules/old-package/i.js': 'const os = require("os"); exports.host = typeof os.hostname() + typeof __dirname',
  })
  const bundle = await bundled(join(scratch.path, 'in'), code('jobs/worker.ts', { sourceDir: 'src' }))
  expect(bundle.entry).toBe('jobs/worker.mjs')
  const folder = await unpacked(bundle)
  const { stdout } = await run(process.execPath, ['jobs/worker.mjs', '--flag', 'a b'], { cwd: folder })
  expect(JSON.parse(stdout)).toEqual(['FROM A FILE', 'stringstring', true, ['--flag', 'a b']])
})

test('a stack trace points at the user’s line, and the exit code is Node’s', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), {
    'worker.ts': `import { fail } from './lib.ts'\ninterface Unused { readonly x: number }\n\nfail('broken')\n`,
    'lib.ts': `interface AlsoUnused { readonly x: number }\nexport function fail(text: string): never {\n  throw new Error(text)\n}\n`,
  })
  const folder = await unpacked(await bundled(join(scratch.path, 'in'), code('worker.ts')))
  const failed = await run(process.execPath, ['worker.mjs'], { cwd: folder }).catch((cause: unknown) => cause)
  expect(failed).toMatchObject({ code: 1 })
  expect(failed).toMatchObject({ stderr: expect.stringMatching(/lib\.ts:3:9[\s\S]*worker\.ts:4:1/) })
})

test('a CommonJS entry is still the main module, and its traces point at its lines', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), {
    'worker.js': `const { url } = require('modern')
module.exports = {}

if (require.main === module) console.log(url.startsWith('file:'), __filename.endsWith('worker.bundle.cjs'))
throw new Error('broken')`,
    'node_modules/modern/package.json': '{"name":"modern","type":"module","exports":"./i.js"}',
    'node_modules/modern/i.js': 'export const url = import.meta.url',
  })
  const bundle = await bundled(join(scratch.path, 'in'), code('worker.js'))
  expect(bundle.entry).toBe('worker.cjs')
  const failed = await run(process.execPath, ['worker.cjs'], { cwd: await unpacked(bundle) }).catch((cause: unknown) => cause)
  expect(failed).toMatchObject({ code: 1, stdout: 'true true\n', stderr: expect.stringContaining('worker.js:5:7') })
})

test('the toolkit needs no installation in the user’s folder', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), {
    'worker.ts': `import * as toolkit from '@simple-sagemaker/worker-toolkit'\nconsole.log(typeof toolkit)`,
  })
  const folder = await unpacked(await bundled(join(scratch.path, 'in'), code('worker.ts')))
  expect((await run(process.execPath, ['worker.mjs'], { cwd: folder })).stdout).toBe('object\n')
})

test('the toolkit that the user installed is the one that is taken', async () => {
  await using scratch = await temporaryDirectory()
  const own = 'node_modules/@simple-sagemaker/worker-toolkit'
  await put(join(scratch.path, 'in'), {
    'worker.ts': `import { own } from '@simple-sagemaker/worker-toolkit'\nconsole.log(own)`,
    [`${own}/package.json`]: '{"name":"@simple-sagemaker/worker-toolkit","type":"module","exports":"./i.js"}',
    [`${own}/i.js`]: 'export const own = "mine"',
  })
  const folder = await unpacked(await bundled(join(scratch.path, 'in'), code('worker.ts')))
  expect((await run(process.execPath, ['worker.mjs'], { cwd: folder })).stdout).toBe('mine\n')
})

test('a Node bundle is the same wherever folder and packages lie, and tells no path of this machine', async () => {
  await using scratch = await temporaryDirectory()
  const files = {
    'app/src/worker.ts': `import { worker } from '@simple-sagemaker/worker-toolkit'\nimport old from 'old'\nconsole.log(typeof worker, old, '../x')`,
  }
  const old = { 'package.json': '{"name":"old","main":"i.js"}', 'i.js': 'module.exports = 1' }
  await put(join(scratch.path, 'one'), files)
  await put(join(scratch.path, 'two/much/deeper'), files)
  await put(join(scratch.path, 'one/app/node_modules/old'), old)
  await put(join(scratch.path, 'two/node_modules/old'), old)
  const program = code('app/src/worker.ts')
  const one = await bundled(join(scratch.path, 'one'), program)
  const two = await bundled(join(scratch.path, 'two/much/deeper'), program)
  expect(two.files).toEqual(one.files)
  expect(two.sha256).toBe(one.sha256)
  const folder = await unpacked(one)
  for (const name of ['worker.bundle.mjs', 'worker.bundle.mjs.map']) {
    const text = await readFile(join(folder, name), 'utf8')
    expect(text).toContain('node_modules/old/i.js')
    expect(text).toContain('node_modules/@simple-sagemaker/worker-toolkit/src/')
    // Three points before a comment of the bundler are no path: `[.../* @__PURE__ */ new Set()]`.
    expect(text).not.toMatch(/(?<!\.)\.\.\/[^x']|packages\/worker-toolkit/)
    expect(text).not.toContain(scratch.path)
  }
})

test('an entry that cannot be bundled is an error with file and line', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), {
    'worker.ts': `import x from 'not-installed'\nconsole.log(x)\n`,
    'wrong.ts': 'const = 1\n',
  })
  await expect(bundled(join(scratch.path, 'in'), code('worker.ts'))).rejects.toMatchObject({
    code: 'CODE_UNBUNDLABLE',
    facts: { problems: ['worker.ts:1:15: Could not resolve "not-installed"'] },
    hint: 'Install the package where the entry lies, or correct the import.',
  })
  await expect(describeCode(code('wrong.ts'), { cwd: join(scratch.path, 'in') })).rejects.toMatchObject({
    code: 'CODE_UNBUNDLABLE',
    message: expect.stringContaining('wrong.ts:1:7: Expected identifier'),
  })
})

test('what is generated never replaces what was named outright', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), { 'worker.ts': '', 'x/worker.mjs': '', 'worker.mjs': 'old twin' })
  await expect(bundled(join(scratch.path, 'in'), code('worker.ts', { dependencies: ['x/worker.mjs'] }))).rejects.toMatchObject({
    code: 'CODE_MISSING',
  })
  const bundle = await bundled(join(scratch.path, 'in'), code('worker.ts', { sourceDir: '.' }))
  expect(await readFile(join(await unpacked(bundle), 'worker.mjs'), 'utf8')).not.toContain('old twin')
})

test('progress tells bytes of bytes', async () => {
  await using scratch = await temporaryDirectory()
  await put(join(scratch.path, 'in'), { 'train.py': 'x'.repeat(100) })
  const seen: [number, number][] = []
  await makeBundle(code('train.py'), scratch.path, {
    cwd: join(scratch.path, 'in'),
    onBytes: (bytes, ofBytes) => seen.push([bytes, ofBytes]),
  })
  expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1])
  expect(seen.at(-1)?.[0]).toBeGreaterThan(100)
})

test.each([
  ['q.sql', 'DROP TABLE x;\n', 'cannot be run'],
  ['a.ipynb', '{"cells": []}', 'cannot be run'],
  ['a.R', 'print(1)\n', 'cannot be run'],
  ['b.sh', 'cd sub\r\necho done\r\n', 'CR LF'],
  ['c.sh', '#!/usr/bin/env bash\r\necho done\r\n', 'CR LF'],
  ['run', '#!/bin/sh\r\necho done\r\n', 'CR LF'],
  ['d.sh', '#!/bin/sh\ncd sub\r\necho done\n', 'CR LF'],
  ['e.bash', 'true\necho done\r\n', 'CR LF'],
  ['run2', '#!/usr/bin/env bash\necho done\r\n', 'CR LF'],
  ['f.sh', '\ufeff#!/bin/sh\necho done\n', 'byte order mark'],
  ['u.sh', 'utf16:#!/bin/sh\n', 'UTF-16'],
  ['u.py', 'utf16:print(1)\n', 'UTF-16'],
  ['u.js', 'utf16:1\n', 'UTF-16'],
])('the entry %s is refused before anything starts, with what can be done', async (name, text, message) => {
  await using scratch = await temporaryDirectory()
  const utf16 = text.startsWith('utf16:') ? Buffer.from(`\ufeff${text.slice(6)}`, 'utf16le') : text
  await writeFile(join(scratch.path, name), utf16)
  const described = describeCode({ kind: 'code', entry: name, dependencies: [] }, { cwd: scratch.path })
  await expect(described).rejects.toMatchObject({
    code: 'TASK_INVALID',
    message: expect.stringContaining(message) as string,
    hint: expect.stringMatching(/\.py, \.sh|nbconvert|LF line ends|UTF-8 without/) as string,
  })
})

test('shell scripts beside the entry that a shell would misunderstand are named, and others not', async () => {
  await using scratch = await temporaryDirectory()
  const files = { 'a.py': '', 'ok.sh': 'true\n', 'cr.sh': 'true\r\n', 'bom.bash': '\ufefftrue\n', 'data.txt': 'a\r\n' }
  for (const [name, text] of Object.entries(files)) await writeFile(join(scratch.path, name), text)
  const program = { kind: 'code', entry: 'a.py', sourceDir: '.', dependencies: [] } as const
  expect((await describeCode(program, { cwd: scratch.path })).unreadableScripts).toEqual(['bom.bash', 'cr.sh'])
})

test('a shell script of a command of one’s own is refused when a line of it ends with CR LF', async () => {
  await using scratch = await temporaryDirectory()
  await writeFile(join(scratch.path, 'a.sh'), 'cd sub\necho done\r\n')
  const described = describeCode({ kind: 'command', argv: ['bash'], script: 'a.sh', dependencies: [] }, { cwd: scratch.path })
  await expect(described).rejects.toMatchObject({ code: 'TASK_INVALID', message: expect.stringContaining('CR LF') as string })
})

test.each([
  ['a.R', '#!/usr/bin/env Rscript\nprint(1)\n'],
  ['b.sh', 'echo done\n'],
  ['run', 'echo done\n'],
  ['c.sh', 'echo done; exit\n\0\r\n'],
  ['d.py', 'print(1)\r\n'],
])('the entry %s can be run', async (name, text) => {
  await using scratch = await temporaryDirectory()
  await writeFile(join(scratch.path, name), text)
  expect((await describeCode({ kind: 'code', entry: name, dependencies: [] }, { cwd: scratch.path })).entry).toBe(name)
})

test.each([
  ['x.js', undefined, 'undeclared = 010; with (process) { console.log(undeclared + argv.length) }', 'x.cjs'],
  ['x.js', 'commonjs', 'exports.a = 1', 'x.cjs'],
  ['x.js', undefined, "import 'node:fs'", 'x.mjs'],
  ['x.js', undefined, 'await 1; export {}', 'x.mjs'],
  ['x.js', 'module', 'console.log(1)', 'x.mjs'],
  ['x.cjs', 'module', 'undeclared = 1', 'x.cjs'],
  ['x.ts', undefined, 'console.log(1)', 'x.mjs'],
])('%s in a package of type %s that says %j becomes %s', async (name, type, text, entry) => {
  await using scratch = await temporaryDirectory()
  await writeFile(join(scratch.path, name), text)
  await writeFile(join(scratch.path, 'package.json'), JSON.stringify(type === undefined ? {} : { type }))
  expect((await describeCode({ kind: 'code', entry: name, dependencies: [] }, { cwd: scratch.path })).entry).toBe(entry)
})

test('files that seem to hold credentials stay here and are told; .ssmignore takes them back', async () => {
  await using scratch = await temporaryDirectory()
  const secrets = [
    '.aws/credentials',
    '.ssh/id_ed25519',
    '.netrc',
    '.npmrc',
    'sub/id_rsa',
    'sub/key.pem',
    'Key.PEM',
    '.SSH2/x',
    'ca.pem',
  ]
  for (const path of ['train.py', ...secrets]) {
    await mkdir(join(scratch.path, path, '..'), { recursive: true })
    await writeFile(join(scratch.path, path), 'x')
  }
  await writeFile(join(scratch.path, '.ssmignore'), '!ca.pem\n')
  // What an editor leaves beside a file that is being edited.
  await symlink('someone@host.1234', join(scratch.path, '.#train.py'))
  const code = await describeCode({ kind: 'code', entry: 'train.py', sourceDir: '.', dependencies: [] }, { cwd: scratch.path })
  expect(code.files.map(({ path }) => path)).toEqual(['.SSH2/x', 'ca.pem', 'train.py'])
  expect(code.skipped.credentials.toSorted()).toEqual([
    '.aws/',
    '.netrc',
    '.npmrc',
    '.ssh/',
    'Key.PEM',
    'sub/id_rsa',
    'sub/key.pem',
  ])
})
