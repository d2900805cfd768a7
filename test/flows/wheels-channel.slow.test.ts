import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { codeIn, openIn, packagesSandbox, taskIn } from '../support/packages-sandbox.ts'
import { failureOf, ownCache, timeout } from './flow.ts'

vi.setConfig({ testTimeout: timeout })
ownCache()

const names = ['tiny-one', 'tiny-two']
const sandbox = packagesSandbox(names)

test('packages come as wheels in a channel, once for each content, and one that was changed in the bucket is sent again', async () => {
  await using platform = openIn(sandbox)
  const sourceDir = codeIn(sandbox, names, './not-installed-beside-a-lock\n')
  const file = join(sandbox.base, 'requirements.txt')
  writeFileSync(file, 'tiny-one\ntiny-two==1.0\n')
  const task = taskIn(platform, sourceDir).packages(file)
  const plan = await task.plan()
  expect(plan.uploads.map(({ what, files }) => [what, files])).toContainEqual(['input dependencies', 3])
  await sandbox.index.close()
  await task.run()
  expect((await task.explain()).decision.kind).toBe('skip')
  // What somebody changed in the bucket is sent again.
  const channel = join(sandbox.base, 'store/s3/ssm-local/py/.packages')
  const [folder = ''] = readdirSync(channel).filter((name) => !name.endsWith('.json'))
  const wheel = join(channel, folder, 'tiny_one-1.0-py3-none-any.whl')
  const bytes = readFileSync(wheel)
  writeFileSync(wheel, 'changed')
  await task.run({ force: true })
  expect(readFileSync(wheel).equals(bytes)).toBe(true)
})

test('a package without a wheel is named before anything is sent, and credentials of an index never are', async () => {
  await using platform = openIn(sandbox)
  const file = join(sandbox.base, 'requirements.txt')
  writeFileSync(file, 'no-such-thing==3\n')
  vi.stubEnv('PIP_INDEX_URL', sandbox.index.url.replace('http://', 'http://me:canary-password@'))
  const failure = await failureOf(
    taskIn(platform, codeIn(sandbox, names, ''))
      .packages(file)
      .run(),
  )
  expect(failure).toMatchObject({ code: 'WHEELS_MISSING', hint: expect.stringContaining('source only') as string })
  expect(failure.message).toContain('no-such-thing==3')
  expect(JSON.stringify(failure.toJSON())).not.toContain('canary-password')
})

test('packages are for Python entries, and their channel has one name', async () => {
  await using platform = openIn(sandbox)
  const code = codeIn(sandbox, names, '')
  const shell = taskIn(platform, code).with({ packages: 'requirements.txt' })
  const taken = shell.input.local(code, { channel: 'dependencies' })
  expect((await failureOf(taken.run())).message).toContain('is the channel of the packages')
})
