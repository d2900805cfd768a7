import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pythonText } from '../../packages/cli/src/commands/types/python.ts'
import { typedOf } from '../../packages/cli/src/commands/types/shapes.ts'
import { declared } from '../cli/types/declared.ts'
import { drawn } from '../cli/types/documents.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const toolkit = join(repository, 'packages/worker-toolkit/python')
const tools = mkdtempSync(join(tmpdir(), 'ssm-python-types-'))

beforeAll(() => {
  execFileSync('python3', ['-m', 'venv', 'venv'], { cwd: tools })
  execFileSync('venv/bin/pip', ['install', '--quiet', '--disable-pip-version-check', 'mypy==2.4.1'], { cwd: tools })
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', 'npm', 'pyright@1.1.414'], {
    cwd: tools,
  })
}, 300_000)

// Thousands of files, on a disk that others use.
afterAll(() => rmSync(tools, { recursive: true, force: true }), 60_000)

interface Checked {
  readonly good: boolean
  readonly output: string
}

function checked(folder: string, program: string, args: readonly string[]): Checked {
  try {
    return {
      good: true,
      output: execFileSync(join(tools, program), args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    }
  } catch (cause) {
    return { good: false, output: String((cause as { stdout?: string }).stdout) }
  }
}

const mypy = (folder: string, ...files: readonly string[]): Checked => checked(folder, 'venv/bin/mypy', ['--strict', ...files])

function pyright(folder: string, settings: object, ...files: readonly string[]): Checked {
  writeFileSync(join(folder, 'pyrightconfig.json'), JSON.stringify({ typeCheckingMode: 'strict', ...settings }))
  return checked(folder, 'npm/node_modules/.bin/pyright', files)
}

/** A folder with these lines as `wrong.py`, each of which both must refuse. */
function placed(name: string, wrong: readonly string[]): string {
  const folder = mkdtempSync(join(tools, `${name}-`))
  writeFileSync(join(folder, 'wrong.py'), `${wrong.join('\n')}\n`)
  return folder
}

const good = { good: true }
const refused = (...lines: readonly number[]): object => ({
  good: false,
  output: expect.stringMatching(new RegExp(lines.map((line) => `wrong\\.py:${line}[\\s\\S]*`).join(''))) as string,
})

test("mypy --strict and pyright understand the toolkit in a user's script", { timeout: 120_000 }, () => {
  const folder = placed('toolkit', [
    'from worker_toolkit import worker_lib',
    'config = worker_lib.WorkerConfig()',
    'rank: str = config.host_rank',
  ])
  cpSync(join(toolkit, 'worker_toolkit'), join(folder, 'worker_toolkit'), { recursive: true })
  cpSync(join(toolkit, 'tests/scripts/typed.py'), join(folder, 'typed.py'))
  expect(mypy(folder, 'typed.py', 'worker_toolkit')).toMatchObject(good)
  expect(mypy(folder, 'wrong.py')).toMatchObject(refused(3))
  expect(pyright(folder, {}, 'typed.py')).toMatchObject(good)
  expect(pyright(folder, {}, 'wrong.py')).toMatchObject(refused(3))
})

test(
  'mypy --strict and strict pyright have no complaints about the example of a typed worker, and refuse other types',
  { timeout: 120_000 },
  () => {
    const folder = placed('example', [
      'from ssm_types import TrainHyperparameters, TrainPointsLabelled, TrainResult',
      'hps = TrainHyperparameters.load()',
      'metric: int = hps.metric',
      'hps.metric = "manhattan"',
      'place: str = [point.place for point in TrainPointsLabelled.load_all()]',
      'TrainResult(points="8", accuracy=1.0).save()',
      'TrainResult(points=8).save()',
    ])
    cpSync(join(repository, 'examples/18-typed-worker/worker'), folder, { recursive: true })
    expect(mypy(folder, 'train.py', 'model.py', 'ssm_types.py')).toMatchObject(good)
    expect(mypy(folder, 'wrong.py')).toMatchObject(refused(3, 4, 5, 6, 7))
    // The oldest version that the types are for.
    const oldest = { pythonVersion: '3.8' }
    expect(pyright(folder, oldest, 'train.py', 'model.py', 'ssm_types.py')).toMatchObject(good)
    expect(pyright(folder, oldest, 'wrong.py')).toMatchObject(refused(3, 4, 5, 6, 7))
  },
)

test('mypy --strict and pyright have no complaints about the types of any schema', { timeout: 120_000 }, () => {
  const folder = placed('drawn', [])
  const schemas = fc.sample(drawn, { numRuns: 200, seed: 20 }).map(({ schema }) => schema)
  writeFileSync(join(folder, 'ssm_types.py'), pythonText(typedOf(declared(schemas))))
  expect(mypy(folder, 'ssm_types.py')).toMatchObject(good)
  expect(pyright(folder, { pythonVersion: '3.8' }, 'ssm_types.py')).toMatchObject(good)
})
