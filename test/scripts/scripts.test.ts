import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url))

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-scripts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function node(...argv: readonly string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, argv, { reject: false, stripFinalNewline: false })
  return { code: exitCode ?? null, stdout, stderr }
}

test('a TypeScript program runs in place: its folder, its imports, its arguments', async () => {
  const main =
    "import { half } from './lib/half.ts'\nconsole.log(JSON.stringify([import.meta.dirname, half(4), ...process.argv.slice(2)]))"
  const folder = await folderOf({ 'main.ts': main, 'lib/half.ts': 'export const half = (all: number): number => all / 2\n' })
  const { stdout } = await node('--import', script('typescript.mjs'), join(folder, 'main.ts'), 'a b', '--c')
  expect(JSON.parse(stdout)).toEqual([folder, 2, 'a b', '--c'])
})

test('a TypeScript program closes what it opened with await using, and its stack names its own lines', async () => {
  const main =
    "type Unused = number\nawait using door = { [Symbol.asyncDispose]: async () => console.log('closed') }\n\nthrow new Error('no')\n"
  const folder = await folderOf({ 'main.ts': main })
  const { code, stdout, stderr } = await node('--import', script('typescript.mjs'), join(folder, 'main.ts'))
  expect([code, stdout]).toEqual([1, 'closed\n'])
  expect(stderr).toContain('main.ts:4:')
})

test('a signal reaches a TypeScript program itself', async () => {
  const main =
    "process.on('SIGINT', () => { console.log('asked'); process.exit(7) })\nconsole.log('ready')\nsetInterval(() => {}, 1000)"
  const folder = await folderOf({ 'main.ts': main })
  const child = spawn(process.execPath, ['--import', script('typescript.mjs'), join(folder, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([7, null])
})

test('an unknown example is answered with the known ones, and nothing is built for it', async () => {
  const { code, stderr } = await node(script('example.mjs'), 'no-such')
  expect(code).toBe(1)
  expect(stderr).toContain("There is no example 'no-such'. Say one of:")
})

test('an unknown check is answered with the known ones', async () => {
  const { code, stderr } = await node(script('check.mjs'), '--only=no-such')
  expect(code).toBe(1)
  expect(stderr).toContain("There is no step 'no-such'. The steps are: build, api, lint")
})

test('the sum of tests counts runs that died and files that did not load', async () => {
  const report = (passed: number, failed: number, unloaded: number): string =>
    JSON.stringify({
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: 1,
      numTodoTests: 0,
      testResults: Array.from({ length: unloaded }, () => ({ status: 'failed', assertionResults: [] })),
    })
  const sum = async (files: Readonly<Record<string, string>>, broken = 0): Promise<string> =>
    (await node(script('count-tests.mjs'), await folderOf(files), String(broken))).stdout.trim()
  expect(await sum({ 'tests.json': report(5, 0, 0), 'moto.json': report(2, 0, 0) })).toBe('7 passed, 0 failed, 2 skipped')
  expect(await sum({ 'tests.json': report(5, 1, 2), 'tests.failed': '' }, 1)).toBe('5 passed, 4 failed, 1 skipped')
  expect(await sum({ 'tests.json': report(5, 0, 0), 'tests.failed': '' })).toBe('5 passed, 1 failed, 1 skipped')
  expect(await sum({ 'moto.failed': '' })).toBe('0 passed, 1 failed')
  expect(await sum({})).toBe('0 passed, 1 failed')
})

test('an install that fails says what to do', async () => {
  const { installProblem } = (await import(script('setup.mjs'))) as { installProblem(output: string): string }
  expect(installProblem('npm error code ENOTFOUND')).toContain('Check the network')
  expect(installProblem('ENOSPC: no space left on device')).toContain('The disk is full')
  expect(installProblem('ERR_PNPM_OUTDATED_LOCKFILE')).toContain('do not agree')
  expect(installProblem(`${'x\n'.repeat(100)}last`)).toMatch(/^(x\n){11}last\n\nInstalling failed/)
})
