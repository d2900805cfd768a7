import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { workFolder } from './support/ssm.ts'
import { testContext } from './support/context.ts'

const isRoot = process.getuid?.() === 0
const text = '{"project": "found"}'

interface Shown {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What `ssm config` shows in this folder. */
async function config(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Shown> {
  const context = testContext({ cwd, env: { HOME: cwd, ...env } })
  const code = await app(['config'], context)
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() }
}

test.skipIf(!isRoot)('a file that another user owns is refused, and says how to trust it', async () => {
  await using folder = await workFolder()
  const path = join(folder.path, 'ssm.config.json')
  writeFileSync(path, text)
  chownSync(path, 4321, 4321)
  const refused = await config(folder.path)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('belongs to another user (user id 4321)')
  expect(refused.stderr).toContain(`SSM_CONFIG=${path}`)
  expect((await config(folder.path, { SSM_CONFIG: path })).stdout).toContain('found')
})

test.skipIf(!isRoot)('a link of another user is refused even when it leads to a file of mine', async () => {
  await using folder = await workFolder()
  mkdirSync(join(folder.path, 'deep'))
  writeFileSync(join(folder.path, 'mine.json'), text)
  symlinkSync(join(folder.path, 'mine.json'), join(folder.path, 'deep/ssm.config.json'))
  expect((await config(join(folder.path, 'deep'))).code).toBe(0)
  execFileSync('chown', ['-h', '4321:4321', join(folder.path, 'deep/ssm.config.json')])
  expect((await config(join(folder.path, 'deep'))).stderr).toContain('belongs to another user')
})

test('a file that everybody may write is refused, and one of my group is not', async () => {
  await using folder = await workFolder()
  const path = join(folder.path, 'ssm.config.json')
  writeFileSync(path, text)
  chmodSync(path, 0o664)
  expect((await config(folder.path)).code).toBe(0)
  chmodSync(path, 0o666)
  const refused = await config(folder.path)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(`chmod go-w ${path}`)
})

test('the search ends at the root of the repository and at home', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'ssm.config.json'), text)
  const inside = join(folder.path, 'repo/deep')
  mkdirSync(inside, { recursive: true })
  expect((await config(inside, { HOME: '/nowhere' })).stdout).toContain('found')
  expect((await config(inside, { HOME: join(folder.path, 'repo') })).stdout).not.toContain('found')
  mkdirSync(join(folder.path, 'repo/.git'))
  expect((await config(inside, { HOME: '/nowhere' })).stdout).not.toContain('found')
})

test('a pipe, a folder and a huge file are refused at once, and a byte order mark is nothing', async () => {
  await using folder = await workFolder()
  const place = (name: string): string => {
    mkdirSync(join(folder.path, name))
    return join(folder.path, name, 'ssm.config.json')
  }
  execFileSync('mkfifo', [place('pipe')])
  expect((await config(join(folder.path, 'pipe'))).stderr).toContain('is not a regular file')
  mkdirSync(place('folder'))
  expect((await config(join(folder.path, 'folder'))).stderr).toContain('is not a regular file')
  writeFileSync(place('huge'), `"${'x'.repeat(1_100_000)}"`)
  expect((await config(join(folder.path, 'huge'))).stderr).toContain('is larger than 1 MB')
  writeFileSync(place('mark'), `\uFEFF${text}`)
  expect((await config(join(folder.path, 'mark'))).stdout).toContain('found')
})
