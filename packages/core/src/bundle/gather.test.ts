import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import type { Program } from '../spec/program.ts'
import { gather, type Gathered } from './gather.ts'
import { ignoreRulesOf } from './ignore-rules.ts'

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

const namesIn = (gathered: Gathered): readonly string[] => gathered.files.map((file) => file.path)

test('an entry alone goes under its own name', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'deep/train.py': 'print(1)', 'deep/other.py': '' })
  const gathered = await gather(code('deep/train.py'), { cwd: scratch.path })
  expect(namesIn(gathered)).toEqual(['train.py'])
  expect(gathered).toMatchObject({
    entry: 'train.py',
    bytes: 8,
    skipped: { count: 0, paths: [] },
    root: join(scratch.path, 'deep'),
  })
})

test.each(['jobs/train.py', 'src/jobs/train.py'])('an entry is found in its source folder as %s', async (entry) => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'src/jobs/train.py': '', 'src/lib.py': '', 'lib/a.py': '', 'one.txt': '' })
  const gathered = await gather(code(entry, { sourceDir: 'src', dependencies: ['lib', './one.txt'] }), { cwd: scratch.path })
  expect(namesIn(gathered)).toEqual(['jobs/train.py', 'lib.py', 'lib/a.py', 'one.txt'])
  expect(gathered.entry).toBe('jobs/train.py')
})

test('an entry that does not exist is told apart from a folder', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'src/jobs/train.py': '' })
  for (const options of [{}, { sourceDir: '.' }]) {
    await expect(gather(code('gone.py', options), { cwd: scratch.path })).rejects.toThrow(/gone\.py does not exist$/)
    await expect(gather(code('src', options), { cwd: scratch.path })).rejects.toThrow(/src is a folder, not a file$/)
  }
})

test('an entry outside its source folder, or not there at all, is a clear error', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'src/lib.py': '', 'train.py': '', 'src-2/train2.py': '' })
  const missing = { code: 'CODE_MISSING' }
  await expect(gather(code('train.py', { sourceDir: 'src' }), { cwd: scratch.path })).rejects.toMatchObject(missing)
  await expect(gather(code('src-2/train2.py', { sourceDir: 'src' }), { cwd: scratch.path })).rejects.toThrow(
    'outside the source folder',
  )
  await expect(gather(code('gone.py'), { cwd: scratch.path })).rejects.toMatchObject({
    ...missing,
    facts: { path: join(scratch.path, 'gone.py') },
  })
  await expect(gather(code('src'), { cwd: scratch.path })).rejects.toMatchObject(missing)
  await expect(gather(code('x.py', { sourceDir: 'gone' }), { cwd: scratch.path })).rejects.toMatchObject(missing)
  await expect(gather(code('train.py', { dependencies: ['gone'] }), { cwd: scratch.path })).rejects.toMatchObject(missing)
})

test('what is no code is not sent, and the reason is given', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, {
    'src/train.py': '',
    'src/.git/HEAD': '',
    'src/node_modules/x/index.js': '',
    'src/.env.local': 'TOKEN=x',
    'src/lib/__pycache__/a.pyc': '',
    'src/lib/b.pyc': '',
    'src/lib/.DS_Store': '',
    'src/data/big.csv': '',
    'src/data/keep.csv': '',
    'src/notes.TXT': '',
    'src/.ssmignore': '# ours\n*.csv\n!keep.csv\r\n*.txt\n',
  })
  const gathered = await gather(code('train.py', { sourceDir: 'src' }), { cwd: scratch.path })
  expect(namesIn(gathered)).toEqual(['data/keep.csv', 'notes.TXT', 'train.py'])
  expect(gathered.skipped.count).toBe(8)
  expect(gathered.skipped.paths).toContainEqual({ path: 'node_modules/', rule: 'node_modules (built in)' })
  expect(gathered.skipped.paths).toContainEqual({ path: 'lib/__pycache__/', rule: '__pycache__ (built in)' })
  expect(gathered.skipped.paths).toContainEqual({ path: 'data/big.csv', rule: '*.csv (.ssmignore)' })
})

test('a built-in rule can be taken back, and what is named outright always goes', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, {
    'src/.env': '',
    'src/.ssmignore': '!.env\n*.py\n',
    'src/train.py': '',
    'src/other.py': '',
    '.env.test': '',
  })
  const gathered = await gather(code('train.py', { sourceDir: 'src', dependencies: ['.env.test'] }), { cwd: scratch.path })
  expect(namesIn(gathered)).toEqual(['.env', '.env.test', 'train.py'])
})

test('a link that is ignored may lead nowhere; any other one is an error', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'src/train.py': '', 'src/.ssmignore': 'dead\n', 'elsewhere/x': 'linked' })
  await symlink('gone', join(scratch.path, 'src/dead'))
  await symlink('../elsewhere', join(scratch.path, 'src/linked'))
  expect(namesIn(await gather(code('train.py', { sourceDir: 'src' }), { cwd: scratch.path }))).toEqual(['linked/x', 'train.py'])
  await symlink('gone', join(scratch.path, 'src/also dead'))
  await expect(gather(code('train.py', { sourceDir: 'src' }), { cwd: scratch.path })).rejects.toThrow('target does not exist')
})

test('two things of one name at the root are an error that names both', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'src/train.py': '', 'src/lib/a.py': '', 'lib/b.py': '', 'x/lib/c.py': '', 'x/train.py': '' })
  const paths = (one: string, other: string): object => ({
    code: 'CODE_MISSING',
    facts: { paths: [join(scratch.path, one), join(scratch.path, other)] },
  })
  const cwd = scratch.path
  await expect(gather(code('train.py', { sourceDir: 'src', dependencies: ['lib'] }), { cwd })).rejects.toMatchObject(
    paths('src', 'lib'),
  )
  await expect(gather(code('src/train.py', { dependencies: ['lib', 'x/lib'] }), { cwd })).rejects.toMatchObject(
    paths('lib', 'x/lib'),
  )
  await expect(gather(code('src/train.py', { dependencies: ['x/train.py'] }), { cwd })).rejects.toMatchObject(
    paths('src/train.py', 'x/train.py'),
  )
  expect(namesIn(await gather(code('src/train.py', { dependencies: ['src/train.py', 'lib', 'lib/'] }), { cwd }))).toEqual([
    'lib/b.py',
    'train.py',
  ])
})

test('a command line takes its files, a command its script, an algorithm nothing', async () => {
  await using scratch = await temporaryDirectory()
  await put(scratch.path, { 'files/a/b': '', 'run.sh': '', 'dep.txt': '' })
  const cwd = scratch.path
  const shell = await gather({ kind: 'shell', line: 'ls', files: 'files', dependencies: ['dep.txt'] }, { cwd })
  expect([namesIn(shell), shell.entry]).toEqual([['a/b', 'dep.txt'], undefined])
  const command = await gather({ kind: 'command', argv: ['sh'], script: 'run.sh', dependencies: [] }, { cwd })
  expect([namesIn(command), command.entry]).toEqual([['run.sh'], 'run.sh'])
  expect(namesIn(await gather({ kind: 'algorithm' }, { cwd }))).toEqual([])
})

test('an input without an .ssmignore is told by names alone what the same rules say', async () => {
  await using scratch = await temporaryDirectory()
  await using ruled = await temporaryDirectory()
  await writeFile(join(ruled.path, '.ssmignore'), '')
  const [plain, rules] = [await ignoreRulesOf(scratch.path, 'input'), await ignoreRulesOf(ruled.path, 'input')]
  const part = fc.constantFrom(
    '.git',
    'node_modules',
    '.ssm',
    '.ssmignore',
    '.#x',
    '.#',
    '.ssm-download.json',
    '.ssm-x',
    '.gitx',
    'a',
    '#',
    'x.git',
  )
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('file' as const, 'folder' as const),
      (parts, kind) => {
        // What lies in a folder that is left out is never asked about.
        const above = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'))
        if (above.some((path) => plain(path, 'folder') !== undefined)) return
        expect(plain(parts.join('/'), kind) === undefined).toBe(rules(parts.join('/'), kind) === undefined)
      },
    ),
  )
})
