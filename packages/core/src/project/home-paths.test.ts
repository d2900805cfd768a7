import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { cacheFolder } from '../files/cache.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { local } from '../local/index.ts'
import { project } from './project.ts'

afterEach(() => vi.unstubAllEnvs())

const ex = project('ex')
const ready = ex.task('t').shell('true')
const saying = (path: string, code: string) =>
  expect.objectContaining({ code, message: expect.stringMatching(`(^|  )${path} .*begins with ~`) as string }) as Error

test.each([
  ['code', () => ex.task('t').code('~/t.py').output('state')],
  ['sourceDir', () => ex.task('t').code('t.py', { sourceDir: '~/src' }).output('state')],
  [
    String.raw`dependencies\[1\]`,
    () =>
      ex
        .task('t')
        .code('t.py', { dependencies: ['lib', '~/lib'] })
        .output('state'),
  ],
  ['files', () => ex.task('t').shell('true', { files: '~' }).output('state')],
  ['script', () => ex.processing('t').command(['sh'], '~/run.sh').output('state')],
  [String.raw`input\[0\].path`, () => ready.input.local('~/data').output('state')],
  [String.raw`input\[0\].path`, () => ready.input.model('~/model.tar.gz').output('state')],
  ['dockerfile', () => ready.dockerfile('~/image').output('state')],
  ['packages', () => ready.packages('~/requirements.txt').output('state')],
  ['packages', () => ready.packages('~/requirements.txt', { python: '3.12' }).output('state')],
  ['prices.file', () => project('c', { prices: { file: '~/prices.json' } })],
  ['file', () => ex.task('t').function(() => import('node:path'), 'join', { file: '~/work.ts' })],
] as const)('a path with ~ is refused with what to write: %s', (path, say) => {
  expect(say).toThrow(saying(path, 'TASK_INVALID'))
})

test('a folder called ~ can be named, and a name that begins with ~ is a name', () => {
  expect(() => ready.input.local('./~/data').output('state')).not.toThrow()
  expect(() => ex.task('t').code('~old.py').output('state')).not.toThrow()
})

test.each(['root', 'python', 'containerEngine', 'venvFolders'] as const)('a platform takes no ~ in %s', (name) => {
  const options = name === 'venvFolders' ? { venvFolders: ['.', '~/venvs'] } : { [name]: '~/x' }
  expect(() => local(options)).toThrow(saying(name, 'PLATFORM_UNSUPPORTED'))
})

test('nothing is written to a folder called ~ by mistake', async () => {
  await using scratch = await temporaryDirectory()
  await using platform = local({ root: join(scratch.path, 'store') })
  const result = await project('ex', { platform }).task('t').shell('true').run()
  const refused = { code: 'STORAGE_DENIED', message: expect.stringContaining('begins with ~') as string }
  await expect(result.download('~/out')).rejects.toMatchObject(refused)
  await expect(result.report('~/report.html')).rejects.toMatchObject(refused)
  expect(existsSync('~')).toBe(false)
})

test('in a variable ~ is the home folder', () => {
  vi.stubEnv('SSM_CACHE_DIR', '~/cache')
  expect(cacheFolder()).toBe(join(homedir(), 'cache'))
})
