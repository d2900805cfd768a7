import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { base, toolkitJob, toolkitVersion } from '../support/toolkit-environment.ts'

const recorded = new URL('../contract/toolkit-environment.json', import.meta.url)
const printer = fileURLToPath(new URL('../support/toolkit-environment.py', import.meta.url))

test("what SageMaker's own toolkit tells a program is what is on record", { timeout: 300_000 }, async () => {
  const place = mkdtempSync(join(tmpdir(), 'ssm-toolkit-'))
  onTestFinished(() => rmSync(place, { recursive: true, force: true }))
  const pip = (...args: readonly string[]): unknown =>
    execFileSync('python3', ['-m', 'pip', '--quiet', '--disable-pip-version-check', ...args], { cwd: place, stdio: 'pipe' })
  pip('download', '--no-deps', '--no-binary', 'sagemaker-training', '--dest', 'sdist', `sagemaker-training==${toolkitVersion}`)
  pip('install', '--target', 'packages', 'six')
  const [archive = ''] = readdirSync(join(place, 'sdist'))
  execFileSync('tar', ['-xzf', join(place, 'sdist', archive), '-C', place])
  const ml = join(place, 'job/opt/ml')
  mkdirSync(join(ml, 'input/config'), { recursive: true })
  for (const [name, content] of Object.entries(toolkitJob)) {
    writeFileSync(join(ml, 'input/config', name), JSON.stringify(content))
  }
  const env = {
    PATH: process.env['PATH'],
    PYTHONPATH: [join(place, `sagemaker_training-${toolkitVersion}/src`), join(place, 'packages')].join(':'),
    SAGEMAKER_BASE_DIR: ml,
    TRAINING_JOB_NAME: 'train-1',
  }
  const printed = execFileSync('python3', [printer], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const now = printed.replaceAll(ml, base)
  if (process.env['SSM_RECORD'] === '1') writeFileSync(recorded, now)
  const { SM_NUM_CPUS: _cpus, SM_TRAINING_ENV: _all, ...told } = JSON.parse(now) as Record<string, string>
  expect(JSON.parse(readFileSync(recorded, 'utf8'))).toMatchObject(told)
})
