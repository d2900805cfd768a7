import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { project, type RunEvent } from '@simple-sagemaker/core'
import { local, type LocalOptions } from '@simple-sagemaker/core/local'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { failureOf, ownCache, timeout } from './flow.ts'

vi.setConfig({ testTimeout: timeout })
ownCache()

const prefix = execFileSync('python3', ['-c', 'import sys; print(sys.base_prefix)'], { encoding: 'utf8' }).trim()
// The interpreter itself, where `python3` may be a script that looks for one.
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

let base = ''
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-python-')))
  vi.stubEnv('VIRTUAL_ENV', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(base, { recursive: true, force: true })
})

function file(name: string, text: string): string {
  const path = join(base, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

function venv(name: string): string {
  execFileSync(python, ['-m', 'venv', '--without-pip', join(base, name)])
  return join(base, name)
}

async function lines(
  entry: string,
  options: LocalOptions = {},
): Promise<{ readonly said: readonly string[]; readonly events: readonly RunEvent[] }> {
  await using platform = local({ root: join(base, 'store'), venvFolders: [], ...options })
  const task = project('py', { platform }).task('t')
  const events: RunEvent[] = []
  const ready = entry.endsWith('.py') ? task.code(entry) : task.shell(entry)
  await ready.run({ force: true, onEvent: (event) => void events.push(event) })
  return { said: events.flatMap((event) => (event.type === 'logged' ? [event.line.text] : [])), events }
}

const prints = 'import sys, os\nprint(sys.prefix)\nprint(os.environ.get("VIRTUAL_ENV"))\n'

test('a local job runs with the .venv beside its code, and an event says so once', async () => {
  const folder = venv('.venv')
  const { said, events } = await lines(file('a.py', prints))
  expect(said).toEqual([folder, folder])
  expect(events.filter(({ type }) => type === 'python-chosen')).toEqual([
    expect.objectContaining({ path: join(folder, 'bin/python'), foundBy: 'folder' }),
  ])
})

test('the Python that was given runs Python files and shell lines, and needs no environment', async () => {
  venv('.venv')
  const given = venv('other')
  expect((await lines(file('a.py', prints), { python: given })).said).toEqual([given, given])
  expect((await lines('python3 -c "import sys; print(sys.prefix)"', { python: given })).said).toEqual([given])
  const { said } = await lines('python3 -c "import sys; print(sys.base_prefix)"; command -v python3', { python })
  expect(said[0]).toBe(prefix)
  expect(said[1]).toContain('/opt/ml/.ssm-launch/bin/python3')
})

test('without any Python the job is not started, and the error says what to do', async () => {
  vi.stubEnv('PATH', '/nowhere')
  const failure = await failureOf(lines(file('a.py', prints)))
  expect(failure).toMatchObject({
    code: 'PLATFORM_UNSUPPORTED',
    hint: expect.stringContaining('python3 -m venv .venv') as string,
  })
})

test('a missing module is told with the interpreter that ran and the command that installs it', async () => {
  const folder = venv('.venv')
  const failure = await failureOf(lines(file('a.py', 'import no_such_module.x\n')))
  expect(failure.hint).toContain(`${folder}/bin/python ran the program and has no module no_such_module`)
  expect(failure.hint).toContain('give its folder with sourceDir (-s), or the file with dependencies (-d).')
  expect(failure.hint).toContain('Or, when it is a file of yours, send that the same way.')
  expect(failure.hint).toContain(`Or install it there: ${folder}/bin/python -m pip install no_such_module`)
  expect(failure.hint).toContain('ssm logs')
})

test('a missing ssm_types.py is a file to send, and no package to install', async () => {
  const failure = await failureOf(lines(file('a.py', 'from ssm_types import TrainResult\n')))
  expect(failure.hint).toContain(
    'has no module ssm_types, which is the file that ssm types writes: send ssm_types.py with dependencies (-d), or its folder with sourceDir (-s).',
  )
  expect(failure.hint).not.toContain('pip')
  expect(failure.hint).not.toContain('requirements.txt')
})

test('the PATH of a task counts, too', async () => {
  await using platform = local({ root: join(base, 'store'), venvFolders: [] })
  const task = project('py', { platform })
    .task('t')
    .code(file('a.py', prints))
    .env({ PATH: ['/nowhere'].join(delimiter) })
  expect((await failureOf(task.run())).hint).toContain('PATH (/nowhere)')
})

// Only what a full disk makes Python print is needed here, not the disk.
test('a Python environment for which the disk has no space fails with that reason', async () => {
  const full = file(
    'full',
    `#!/bin/sh
case "$*" in *venv*) echo "OSError: [Errno 28] No space left on device: 'x'" >&2; exit 1;; esac
exec '${python}' "$@"
`,
  )
  chmodSync(full, 0o755)
  file('code/requirements.txt', 'six\n')
  file('code/a.py', prints)
  await using platform = local({ root: join(base, 'store'), venvFolders: [], python: full })
  const task = project('py', { platform })
    .task('t')
    .code('a.py', { sourceDir: join(base, 'code') })
  const failure = await failureOf(task.run())
  expect(failure.message).toContain('no space is left on the disk')
  expect(failure.message).not.toContain('python3-venv')
})

test('without mkfifo in the PATH a local job names the missing program', async () => {
  mkdirSync(join(base, 'bin'))
  vi.stubEnv('PATH', join(base, 'bin'))
  const failure = await failureOf(lines('true'))
  expect(failure.message).toContain('needs the program mkfifo, which no folder of PATH has')
})
