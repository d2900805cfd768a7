import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyTrainingTask } from '@simple-sagemaker/core'
import { expect, test, vi } from 'vitest'
import { scriptedPlatform } from '../support/scripted-platform.ts'
import { codeIn, openIn, packagesSandbox, taskIn } from '../support/packages-sandbox.ts'
import { failureOf, ownCache, timeout } from './flow.ts'

vi.setConfig({ testTimeout: 2 * timeout })
ownCache()

const names = Array.from({ length: 40 }, (_, index) => `tiny-${String(index).padStart(2, '0')}`)
const sandbox = packagesSandbox(names)

async function secondsOf(task: AnyTrainingTask): Promise<number> {
  const startedAtMs = performance.now()
  await task.run({ force: true })
  return (performance.now() - startedAtMs) / 1000
}

test('of a lock of 40 packages the second job asks for nothing and costs at most a second, and needs no network', async () => {
  await using platform = openIn(sandbox)
  const sourceDir = codeIn(sandbox, names, '')
  const file = join(sandbox.base, 'lock.txt')
  writeFileSync(file, sandbox.index.lock)
  const task = taskIn(platform, sourceDir).packages(file)
  const first = await secondsOf(task)
  const asked = sandbox.index.requests.length
  expect(asked).toBeGreaterThanOrEqual(80)
  const plain = codeIn(sandbox, [], '')
  const without = taskIn(platform, plain, 'plain')
  await secondsOf(without)
  const costs: number[] = []
  // A busy computer may make any single job slower, but not one of several in a row.
  for (let times = 0; times < 5 && !costs.some((each) => each <= 1); times += 1) {
    const second = await secondsOf(task)
    costs.push(second - (await secondsOf(without)))
  }
  expect(sandbox.index.requests).toHaveLength(asked)
  const least = Math.min(...costs)
  console.info(`first ${first.toFixed(1)} s, later ones ${least.toFixed(2)} s more than without packages`)
  expect(least).toBeLessThanOrEqual(1)
  await sandbox.index.close()
  // Nothing is installed yet for another store: the channel is enough.
  await platform.jobs.removePackages?.()
  await task.networkIsolation().run({ force: true })
})

test('a file that the requirements include counts, too', async () => {
  await using platform = openIn(sandbox)
  const task = taskIn(platform, codeIn(sandbox, ['tiny-01'], '')).packages(join(sandbox.base, 'requirements.txt'))
  writeFileSync(join(sandbox.base, 'requirements.txt'), '-r more.txt # others\n-cmore.txt\n')
  writeFileSync(join(sandbox.base, 'more.txt'), 'tiny-01\n')
  const filesOf = async () => (await task.plan()).uploads.find(({ what }) => what === 'input dependencies')?.files
  expect(await filesOf()).toBe(2)
  writeFileSync(join(sandbox.base, 'more.txt'), 'tiny-01\ntiny-02\n')
  expect(await filesOf()).toBe(3)
})

test('on AWS the channel lies below the project, and its lock is pinned by the settings', async () => {
  const file = join(sandbox.base, 'requirements.txt')
  writeFileSync(file, 'tiny-01\n')
  const scripted = scriptedPlatform().client().platform
  const task = taskIn(scripted, codeIn(sandbox, ['tiny-01'], ''))
  expect((await failureOf(task.packages(file).plan())).message).toContain('does not say which')
  const { request, warnings } = await task.packages(file, { python: '3.12', platform: 'manylinux2014_x86_64' }).plan()
  const channels = request.kind === 'training' ? (request.input.InputDataConfig ?? []) : []
  const sources = channels.map(({ ChannelName, DataSource }) => [ChannelName, DataSource?.S3DataSource?.S3Uri])
  expect(sources).toContainEqual(['dependencies', expect.stringMatching(/\/py\/\.packages\/[0-9a-f]{64}\/$/)])
  expect(warnings).toEqual([])
})

test.each(['uv.lock', 'poetry.lock', 'pylock.toml'])('%s names the packages of its target with their digests', async (name) => {
  await using platform = openIn(sandbox)
  const file = join(sandbox.base, name)
  writeFileSync(file, lockNamed(name, sandbox.index.lock))
  const task = taskIn(platform, codeIn(sandbox, ['tiny-00', 'tiny-01'], '')).packages(file)
  const { uploads } = await task.plan()
  expect(uploads.find(({ what }) => what === 'input dependencies')?.files).toBe(3)
  await task.run()
})

test('a lock whose digests are not those of the index is refused before a job starts', async () => {
  await using platform = openIn(sandbox)
  const file = join(sandbox.base, 'pylock.toml')
  writeFileSync(file, lockNamed('pylock.toml', sandbox.index.lock).replaceAll(/"[0-9a-f]{64}"/g, `"${'0'.repeat(64)}"`))
  expect(
    await failureOf(
      taskIn(platform, codeIn(sandbox, [], ''))
        .packages(file)
        .run(),
    ),
  ).toMatchObject({ code: 'WHEELS_MISSING' })
})

/** Two packages for this computer, one for Windows, in the words of each tool. */
function lockNamed(name: string, lock: string): string {
  const digests = [...lock.matchAll(/sha256:([0-9a-f]{64})/g)].map(([, digest]) => digest ?? '')
  const wheel = (index: number): string => `tiny_0${index}-1.0-py3-none-any.whl`
  const windows = "sys_platform == 'win32'"
  const each = [0, 1, 2].map((index) => ({
    index,
    package: `tiny-0${index}`,
    digest: digests[index] ?? '',
    isWindows: index === 2,
  }))
  if (name === 'uv.lock') {
    const needs = `[[package]]\nname = "own"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "tiny-00" }, { name = "tiny-02", marker = "${windows}" }]\n`
    const packages = each.map(({ index, package: one, digest }) => {
      const more = index === 0 ? 'dependencies = [{ name = "tiny-01" }]\n' : ''
      return `[[package]]\nname = "${one}"\nversion = "1.0"\nsource = { registry = "https://example.com/simple" }\n${more}wheels = [{ url = "https://example.com/${wheel(index)}", hash = "sha256:${digest}" }]\n`
    })
    return `version = 1\n${needs}${packages.join('')}`
  }
  if (name === 'poetry.lock') {
    return each
      .map(
        ({ index, package: one, digest, isWindows }) =>
          `[[package]]\nname = "${one}"\nversion = "1.0"\noptional = false\ngroups = ["main"]\n${isWindows ? `markers = "${windows}"\n` : ''}files = [{ file = "${wheel(index)}", hash = "sha256:${digest}" }]\n`,
      )
      .join('')
  }
  return `lock-version = "1.0"\n${each
    .map(
      ({ index, package: one, digest, isWindows }) =>
        `[[packages]]\nname = "${one}"\nversion = "1.0"\n${isWindows ? `marker = "${windows}"\n` : ''}wheels = [{ name = "${wheel(index)}", url = "https://example.com/${wheel(index)}", hashes = { sha256 = "${digest}" } }]\n`,
    )
    .join('')}`
}
