// Makes the Python environment of the AWS stand-in (moto) and of the service models (botocore), then runs the tests that
// need it: node scripts/moto.mjs [--prepare] [vitest arguments]. With --prepare it only makes the environment.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { isMain, listFiles, main, root, SetupError, step } from './support.mjs'
import { setup } from './setup.mjs'

const requirements = join(root, 'test/support/aws/requirements.txt')
const folder = join(root, '.venv-moto')
const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin')
const stamp = join(folder, '.ssm-ready')

/** The programs of the environment. */
export const python = join(bin, 'python')
export const motoServer = join(bin, 'moto_server')

const wanted = () => createHash('sha256').update(readFileSync(requirements)).digest('hex')

/** Whether the environment is there and up to date. */
export const isReady = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()

/** Makes the environment when it is missing or out of date. */
export async function prepare() {
  if (isReady()) return
  rmSync(folder, { recursive: true, force: true })
  await step('the AWS stand-in', () => {
    run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', folder])
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements])
  })
  writeFileSync(stamp, wanted())
}

function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'] })
  if (status === 0) return
  const reason = error?.message ?? stderr.trim().split('\n').slice(-3).join('\n')
  throw new SetupError(
    `${command} ${args.slice(0, 3).join(' ')} failed:\n${reason}\nPython 3 with venv and a package index are needed.`,
  )
}

/** Those that skip themselves where it is missing. */
const testsThatNeedIt = () =>
  listFiles('test').filter((path) => path.endsWith('.test.ts') && /\bnoMoto\b/.test(readFileSync(join(root, path), 'utf8')))

if (isMain(import.meta.url)) {
  const [first, ...rest] = process.argv.slice(2)
  await main(async () => {
    await prepare()
    if (first === '--prepare') return
    await setup()
    const files = [first, ...rest].filter((word) => word !== undefined)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--project', 'unit', ...(files.length > 0 ? files : testsThatNeedIt())],
      {
        cwd: root,
        stdio: 'inherit',
      },
    )
    process.exitCode = status ?? 1
  })
}
