import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { contentWarnings } from './warnings.ts'

const mebibyte = 1024 * 1024
const code = (more: object): ResolvedTask =>
  ({ inputs: [], code: { skipped: { count: 0, credentials: [] }, unreadableScripts: [], ...more } }) as unknown as ResolvedTask
const input = (source: string, paths: readonly string[], bytes = 1): ResolvedTask =>
  ({
    inputs: [{}, { local: { folder: { source, listing: { bytes, files: paths.map((path) => ({ path })) } } } }],
  }) as unknown as ResolvedTask
const scripts = ['a.sh', 'b.sh', 'c.sh', 'd.sh', 'e.sh', 'f.sh', 'g.sh']

test.each<[string, ResolvedTask, readonly string[]]>([
  ['nothing odd', code({}), []],
  ['no code at all', { inputs: [] } as unknown as ResolvedTask, []],
  [
    'scripts of Windows',
    code({ unreadableScripts: scripts }),
    [
      'a.sh, b.sh, c.sh, d.sh, e.sh and 2 more: lines that end with CR LF, a byte order mark or UTF-16, as on Windows, which a shell misunderstands; save as UTF-8 with LF line ends',
    ],
  ],
  [
    'credentials that stay here',
    code({ skipped: { count: 1, credentials: ['.env'] } }),
    ['.env seem to hold credentials and stay here; a line like !.env in .ssmignore sends it'],
  ],
  [
    'credentials in an input',
    input('/data', ['.aws/credentials', 'a']),
    [
      '.aws/credentials of the input /data seem to hold credentials and are sent; a line like .aws/credentials in its .ssmignore keeps it here',
    ],
  ],
  [
    'an input that is a file of credentials',
    input('/data/.env', ['.env']),
    ['.env of the input /data/.env seem to hold credentials and are sent'],
  ],
  ['data of some size', input('/data', ['a'], 399 * mebibyte), []],
  [
    'much data',
    input('/data', ['a', 'b'], 400 * mebibyte),
    ['the input /data: 400 MiB in 2 files; a .ssmignore in it leaves files out'],
  ],
  [
    'a large working folder',
    input(resolve('.'), ['a'], 200 * mebibyte),
    [`the input ${resolve('.')} is the working folder: 200 MiB in 1 files; a .ssmignore in it leaves files out`],
  ],
])('what is said about files that are sent: %s', (_, task, warnings) => {
  expect(contentWarnings(task)).toEqual(warnings)
})
