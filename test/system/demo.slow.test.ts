import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { everythingIn } from '../support/leftovers.ts'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, repository, type Sandbox, type Program } from './sandbox.ts'

const example = join(repository, 'examples/01-weather')
const demo = (place: Sandbox, ...args: readonly string[]): Program =>
  place.start(join(example, 'main.ts'), '--out', join(place.folder, 'out'), ...args)

test.skipIf(lacking('python3'))(
  'the demo leaves what its folder of expectations says, and a second run does nothing again',
  { timeout: 180_000 },
  async () => {
    await using place = sandbox()
    const before = gitStatus()
    const first = demo(place)
    expect(await first.ended).toMatchObject({ end: 0 })
    expectExpected(place)
    expect(first.output().match(/days are usable/g)).toHaveLength(8)
    expect(first.output()).toContain('rmse=3.08')

    const second = demo(place)
    expect(await second.ended).toMatchObject({ end: 0 })
    expect(second.output().match(/is skipped, because nothing has changed/g)).toHaveLength(3)
    expect(second.output()).not.toContain('is started')
    expectExpected(place)
    expect(await place.leftovers()).toEqual([])
    expect(gitStatus()).toBe(before)
  },
)

test.skipIf(lacking('python3'))(
  'a demo that is killed in mid-job has not killed its job, and the next run joins it or finds it done',
  { timeout: 180_000 },
  async () => {
    await using place = sandbox()
    const first = demo(place, '--slow')
    await first.prints(/✓ clean: Downloading/)
    first.kill('SIGKILL')
    expect(await first.ended).toMatchObject({ end: 'SIGKILL' })

    const second = demo(place, '--slow')
    expect(await second.ended).toMatchObject({ end: 0 })
    expect(second.output()).toMatch(
      /clean is (joined, because the same job is still running|skipped, because nothing has changed)/,
    )
    expectExpected(place)
    expect(place.jobs('clean')).toHaveLength(1)
    expect(await place.leftovers()).toEqual([])
  },
)

test.skipIf(lacking('python3'))(
  'Ctrl-C gives the prompt back at once, says how to follow the job, and leaves the job alone',
  { timeout: 180_000 },
  async () => {
    await using place = sandbox()
    const first = demo(place, '--slow')
    await first.prints(/✓ clean: Downloading/)
    const [job = ''] = place.jobs('clean')
    // Whoever waited for the job would wait for ever: it cannot go on.
    const supervisor = place.supervisorOf(job)
    process.kill(supervisor, 'SIGSTOP')
    try {
      first.kill('SIGINT')
      expect(await first.ended).toMatchObject({ end: 130 })
    } finally {
      process.kill(supervisor, 'SIGCONT')
    }
    expect(first.output()).toContain(`Waiting for job ${job} was aborted; the job goes on.`)
    expect(first.output()).toContain(`ssm logs --follow ${job}`)

    const state = async (): Promise<string | undefined> => {
      for await (const { status } of place.project('weather').data('clean').jobs()) return status
      return undefined
    }
    await expect.poll(state, { timeout: 60_000 }).toBe('completed')
    expect(place.jobs('clean')).toEqual([job])
    expect(await place.leftovers()).toEqual([])
  },
)

function expectExpected(place: Sandbox): void {
  const expected = join(example, 'expected')
  const files = everythingIn(expected).filter((path) => !path.endsWith('/'))
  expect(files.length).toBeGreaterThan(2)
  const read = (folder: string): Record<string, string> =>
    Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
  expect(read(join(place.folder, 'out'))).toEqual(read(expected))
}

const gitStatus = (): string =>
  execFileSync('git', ['status', '--porcelain', '--ignored=no', 'examples'], { cwd: repository, encoding: 'utf8' })
