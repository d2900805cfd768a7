import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const python = fileURLToPath(new URL('../../packages/worker-toolkit/python', import.meta.url))

/** A folder with the toolkit, and a user's script that must be right and one that must not. */
function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-python-types-'))
  // Thousands of files, on a disk that others use.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }), 60_000)
  cpSync(join(python, 'worker_toolkit'), join(folder, 'worker_toolkit'), { recursive: true })
  cpSync(join(python, 'tests/scripts/typed.py'), join(folder, 'typed.py'))
  const wrong = ['from worker_toolkit import worker_lib', 'config = worker_lib.WorkerConfig()', 'rank: str = config.host_rank']
  writeFileSync(join(folder, 'wrong.py'), `${wrong.join('\n')}\n`)
  return folder
}

function checked(folder: string, program: string, args: readonly string[]): { readonly good: boolean; readonly output: string } {
  try {
    return {
      good: true,
      output: execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    }
  } catch (cause) {
    return { good: false, output: String((cause as { stdout?: string }).stdout) }
  }
}

test("mypy --strict and pyright understand the toolkit in a user's script", { timeout: 300_000 }, () => {
  const folder = place()
  execFileSync('python3', ['-m', 'venv', 'venv'], { cwd: folder })
  execFileSync('venv/bin/pip', ['install', '--quiet', '--disable-pip-version-check', 'mypy==2.4.1'], { cwd: folder })
  const mypy = (...files: readonly string[]): ReturnType<typeof checked> =>
    checked(folder, 'venv/bin/mypy', ['--strict', ...files])
  expect(mypy('typed.py', 'worker_toolkit')).toMatchObject({ good: true })
  expect(mypy('wrong.py')).toMatchObject({ good: false, output: expect.stringContaining('wrong.py:3: error') as string })
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', 'npm', 'pyright@1.1.414'], {
    cwd: folder,
  })
  writeFileSync(join(folder, 'pyrightconfig.json'), '{"typeCheckingMode":"strict","exclude":["venv","npm"]}')
  const pyright = (...files: readonly string[]): ReturnType<typeof checked> =>
    checked(folder, 'npm/node_modules/.bin/pyright', [...files])
  expect(pyright('typed.py')).toMatchObject({ good: true })
  expect(pyright('wrong.py')).toMatchObject({ good: false, output: expect.stringContaining('wrong.py:3') as string })
})
