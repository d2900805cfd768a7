import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownerState, thisOwner } from './process/owner.ts'
import { abandonedFolders, ownedFolder, temporaryDirectory } from './temporary.ts'

test('a temporary folder is gone with its content after its scope, also when disposed twice', async () => {
  const scratch = await temporaryDirectory()
  await mkdir(join(scratch.path, 'a/b'), { recursive: true })
  await writeFile(join(scratch.path, 'a/b/c'), 'x')
  expect((await stat(scratch.path)).mode & 0o777).toBe(0o700)
  await scratch[Symbol.asyncDispose]()
  await scratch[Symbol.asyncDispose]()
  expect(existsSync(scratch.path)).toBe(false)
})

/** What a process leaves in a folder when it is killed while it has a temporary folder there. */
function leftByKilled(parent: string, prefix = 'ssm-'): string {
  const module = new URL('temporary.ts', import.meta.url).href
  const program = `import { temporaryDirectory } from ${JSON.stringify(module)}
    await temporaryDirectory(${JSON.stringify(prefix)}, ${JSON.stringify(parent)}); process.kill(process.pid, 'SIGKILL')`
  const hooks = new URL('../../../../scripts/typescript.mjs', import.meta.url).href
  spawnSync(process.execPath, ['--conditions=ssm-source', '--import', hooks, '--input-type=module', '-e', program])
  const [left] = readdirSync(parent).filter((name) => name.startsWith(prefix))
  if (left === undefined) throw new Error('the killed process left nothing')
  return join(parent, left)
}

test('what a killed process left is removed by the next; what only looks like it is not', async () => {
  await using scratch = await temporaryDirectory()
  const left = leftByKilled(scratch.path)
  writeFileSync(join(left, 'sourcedir.tar.gz'), 'packed code')
  // Names of processes that run, or that nobody can see from here.
  const owners = [thisOwner(), thisOwner().replace(/^.{6}/, 'abcdef')]
  for (const owner of owners) mkdirSync(join(scratch.path, `ssm-${owner}-abcdef`))
  mkdirSync(join(scratch.path, 'ssm-own-notes'))
  const before = readdirSync(scratch.path)
  expect(await abandonedFolders('ssm-', scratch.path)).toEqual([left])
  await using later = await temporaryDirectory('ssm-', scratch.path)
  expect(existsSync(left)).toBe(false)
  expect((await readdir(scratch.path)).toSorted()).toEqual(
    [...before.filter((name) => !left.endsWith(name)), later.path.slice(scratch.path.length + 1)].toSorted(),
  )
})

test('a login that a killed process left does not wait for the next login', async () => {
  await using scratch = await temporaryDirectory()
  const left = leftByKilled(scratch.path, 'ssm-login-')
  writeFileSync(join(left, 'auth.json'), '{}')
  await using _later = await temporaryDirectory('ssm-', scratch.path)
  expect(existsSync(left)).toBe(false)
})

test('a folder of a running process is nobody’s leftover', async () => {
  await using scratch = await temporaryDirectory()
  await ownedFolder('ssm-', scratch.path)
  expect(await abandonedFolders('ssm-', scratch.path)).toEqual([])
})

test('a process is gone only where it would be seen', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const ended = thisOwner().replace(/-\d+-\d+$/, `-${pid}-1`)
  expect(ownerState(thisOwner())).toBe('alive')
  expect(ownerState(ended)).toBe('gone')
  expect(ownerState(ended.replace(/^.{6}/, 'abcdef'))).toBe('unknown')
})
