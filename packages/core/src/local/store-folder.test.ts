import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { refOf, trainingJob } from '../testing/job-requests.ts'
import { ranToEnd } from '../testing/job-steps.ts'
import { objectUri } from '../names/object-uri.ts'
import { local } from './index.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-store-'))
const folder = objectUri('s3://ssm-local/test/')

afterAll(() => rmSync(base, { recursive: true, force: true }))

test.skipIf(process.platform === 'win32')('a folder of the system, the home folder itself and a file are no store', () => {
  const file = join(base, 'file')
  writeFileSync(file, '')
  const link = join(base, 'link')
  symlinkSync('/', link)
  const unfit = {
    '/': 'the system',
    '/usr': 'the system',
    [link]: 'the system',
    [homedir()]: 'your home',
    [file]: 'no folder',
    '/dev/null': 'no folder',
  }
  for (const [root, because] of Object.entries(unfit)) {
    const says = {
      code: 'PLATFORM_UNSUPPORTED',
      message: expect.stringContaining(because) as string,
      hint: expect.stringContaining('SSM_LOCAL_DIR') as string,
    }
    expect(() => local({ root })).toThrow(expect.objectContaining(says))
  }
  expect(() => local({ root: join(base, 'new') })).not.toThrow()
  expect(existsSync(join(base, 'new'))).toBe(false)
})

test('a store in a folder that holds other things removes none of them, whatever their names and however old', async () => {
  const root = join(base, 'shared')
  const old = new Date('2001-01-01')
  const names = [
    'tmp/notes.txt',
    'tmp/deep/file',
    'tmp/1234.~x',
    'alive/task-of-mine',
    'locks/mine',
    'jobs/mine/machines/a',
    's3/b/c',
    'mine',
  ]
  for (const name of names) {
    const path = join(root, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, 'mine')
    utimesSync(path, old, old)
    utimesSync(join(path, '..'), old, old)
  }
  const platform = local({ root })
  await platform.objects.write(objectUri(`${folder}x`), { kind: 'bytes', bytes: Buffer.from('x') })
  const request = trainingJob(folder, { shell: 'echo m > $R/opt/ml/model/m' })
  expect(await ranToEnd(platform, request)).toMatchObject({ status: 'completed' })
  await platform.jobs.forget?.(refOf(request))
  await ranToEnd(local({ root }), trainingJob(folder, { shell: 'true' }))
  for (const name of names) expect([name, existsSync(join(root, name))]).toEqual([name, true])
  expect(readdirSync(join(root, 'tmp')).toSorted()).toEqual(['1234.~x', 'deep', 'notes.txt'])
})
