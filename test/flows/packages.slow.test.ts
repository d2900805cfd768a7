import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JobFailedError } from '@simple-sagemaker/core'
import { expect, test, vi } from 'vitest'
import { packageIndex } from '../support/package-index.ts'
import { codeIn, openIn, packagesSandbox, run, taskIn } from '../support/packages-sandbox.ts'
import { failureOf, ownCache, timeout, until } from './flow.ts'

vi.setConfig({ testTimeout: timeout })
ownCache()

const names = ['tiny-one', 'tiny-two']
const sandbox = packagesSandbox(names)
const open = () => openIn(sandbox)
const codeFor = (requirements: string): string => codeIn(sandbox, names, requirements)

test('two jobs that need the same packages at once install them once', async () => {
  await using platform = open()
  const sourceDir = codeFor('tiny-one\ntiny-two\n')
  const [one, two] = await Promise.all([run(platform, sourceDir, 'one'), run(platform, sourceDir, 'two')])
  expect(one.printed).toBe(two.printed)
  expect(sandbox.index.requests.filter((path) => path.endsWith('.whl'))).toHaveLength(2)
})

test('packages that were changed or removed on the disk are installed anew', async () => {
  await using platform = open()
  const sourceDir = codeFor('tiny-one\ntiny-two\n')
  const { printed } = await run(platform, sourceDir)
  appendFileSync(printed, 'word = "changed"\n')
  const second = await run(platform, sourceDir)
  expect([second.installs, existsSync(printed)]).toEqual([true, false])
  rmSync(join(dirname(second.printed), 'tiny_two.py'))
  expect((await run(platform, sourceDir)).installs).toBe(true)
})

test('a job that is stopped while it installs leaves nothing that a later job would take', async () => {
  await using platform = open()
  const sourceDir = codeFor('tiny-one\ntiny-two\n')
  sandbox.index.hold('tiny_two')
  const handle = await taskIn(platform, sourceDir).start()
  await until(() => sandbox.index.requests.some((path) => path.includes('tiny_two')))
  await handle.stop()
  await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_STOPPED' })
  const places = readdirSync(join(sandbox.base, 'store/environments'))
  expect(places.flatMap((place) => readdirSync(join(sandbox.base, 'store/environments', place)))).toEqual([])
  await using other = await packageIndex(names)
  vi.stubEnv('PIP_INDEX_URL', other.url)
  expect((await run(platform, sourceDir)).installs).toBe(true)
})

test('packages that cannot be installed fail the job with the reason, and its log has what pip printed', async () => {
  await using platform = open()
  const failure = await failureOf(run(platform, codeFor('no-such-package==9\n')))
  expect(failure.message).toContain('requirements.txt could not be installed (pip ended with exit code 1)')
  expect(failure.message).toContain('no-such-package==9')
  expect((failure as JobFailedError).exitCode).toBe(1)
})

test('requirements that name files of the code are installed for each job', async () => {
  await using platform = open()
  const sourceDir = codeFor('')
  writeFileSync(join(sourceDir, 'requirements.txt'), '-r more.txt\n')
  writeFileSync(join(sourceDir, 'more.txt'), '--find-links ./wheels\ntiny-one\ntiny-two\n')
  const { installs, printed } = await run(platform, sourceDir)
  expect([installs, printed.endsWith('/opt/ml/packages/tiny_one.py')]).toEqual([false, true])
})

test('packages are removed by a clean-up, except those of a job that runs', async () => {
  await using platform = open()
  const sourceDir = codeFor('tiny-one\ntiny-two\n')
  const { printed } = await run(platform, sourceDir)
  writeFileSync(join(sourceDir, 'a.py'), 'import tiny_one, time\nprint("here", flush=True)\ntime.sleep(60)\n')
  const handle = await taskIn(platform, sourceDir).start()
  for await (const line of handle.logs()) if (line.text === 'here') break
  expect([await platform.jobs.removePackages?.(), existsSync(printed)]).toEqual([0, true])
  await handle.stop()
  await handle.result().catch(() => undefined)
  expect([await platform.jobs.removePackages?.(), existsSync(printed)]).toEqual([1, false])
})
