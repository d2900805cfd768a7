import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, repository } from '../system/sandbox.ts'

const timeout = 180_000
const example = join(repository, 'examples/01-weather')

beforeAll(setup, timeout)

test.skipIf(lacking('python3'))(
  'the demo from the shell leaves the same results, and what either has done the other one skips',
  { timeout },
  async () => {
    await using place = sandbox()
    const out = join(place.folder, 'out')
    const env = { ...process.env, SSM_LOCAL_DIR: place.root, SSM_CACHE_DIR: join(place.folder, 'cache'), TMPDIR: place.folder }
    const shell = async (): Promise<string> => {
      const { stderr } = await promisify(execFile)('sh', [join(example, 'cli.sh'), out], { env })
      return stderr
    }
    const library = async (): Promise<string> => {
      const run = promisify(execFile)
      const argv = [join(repository, 'scripts/example.mjs'), '01-weather', '--out', out]
      return (await run(process.execPath, argv, { env })).stderr
    }
    await library()
    expect((await shell()).match(/is skipped, because nothing has changed/g)).toHaveLength(3)
    for (const path of ['train/model/model.json', 'report/output/report.md', 'report/output/result.json'])
      expect(readFileSync(join(out, path), 'utf8')).toBe(readFileSync(join(example, 'expected', path), 'utf8'))
    await using other = sandbox()
    env.SSM_LOCAL_DIR = other.root
    expect(await shell()).not.toContain('is skipped')
    expect((await library()).match(/is skipped, because nothing has changed/g)).toHaveLength(3)
  },
)
