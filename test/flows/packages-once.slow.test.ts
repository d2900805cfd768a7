import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { codeIn, openIn, packagesSandbox, run } from '../support/packages-sandbox.ts'
import { failureOf, ownCache, timeout } from './flow.ts'

vi.setConfig({ testTimeout: timeout })
ownCache()

const names = ['tiny-one', 'tiny-two']
const sandbox = packagesSandbox(names)
const open = () => openIn(sandbox)
const codeFor = (requirements: string): string => codeIn(sandbox, names, requirements)

test('packages are installed once for each content, in a phase of their own, and the next job asks the index for nothing', async () => {
  await using platform = open()
  const first = await run(platform, codeFor('tiny-one==1.0 # the first\ntiny-two\n'))
  expect(first.installs).toBe(true)
  expect(first.printed).toContain(join(sandbox.base, 'store/environments/'))
  await sandbox.index.close()
  const second = await run(platform, codeFor('# other words, the same packages\ntiny-one==1.0\n\n  tiny-two\n'))
  expect([second.installs, second.printed]).toEqual([false, first.printed])
  expect(await failureOf(run(platform, codeFor('tiny-one==1.0\n')))).toMatchObject({ code: 'JOB_FAILED' })
})

test('a pip.conf that says how this computer installs its own packages changes nothing of a job', async () => {
  await using platform = open()
  const file = join(sandbox.base, 'own-pip.conf')
  const target = join(sandbox.base, 'own-target')
  writeFileSync(file, `[global]\nrequire-virtualenv = true\n[install]\nuser = true\ntarget = ${target}\nno-deps = true\n`)
  vi.stubEnv('PIP_CONFIG_FILE', file)
  const { printed } = await run(platform, codeFor('tiny-one==1.0\ntiny-two\n'))
  expect(printed).toContain(join(sandbox.base, 'store/environments/'))
  expect(existsSync(target)).toBe(false)
})
