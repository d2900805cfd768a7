import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { argumentsAsHyperparameters } from './by-hand.ts'

const program = `
import { writeFileSync } from 'node:fs'
import { worker, writeResult } from './toolkit.mjs'
const here = worker()
writeFileSync(here.modelDir + '/m', 'm')
await here.state.write('s.json', 1)
await writeResult({ ok: true })
console.log(JSON.stringify(here))
`

test('a Node program outside a job keeps its files in one folder, says so once, and reads its arguments', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-by-hand-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const entryPoints = [fileURLToPath(new URL('./index.ts', import.meta.url))]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'toolkit.mjs') })
  writeFileSync(join(folder, 'a.mjs'), program)
  const root = ['/state', '/opt/ml'].map((path) => existsSync(path))
  const args = [join(folder, 'a.mjs'), '--lr', '0.1', '-k=5']
  const done = spawnSync(process.execPath, args, { cwd: folder, env: {}, encoding: 'utf8' })
  expect(done.status).toBe(0)
  expect(done.stderr).toMatch(/^worker-toolkit: no job runs this program; [^\n]*\n$/)
  const hand = join(folder, '.ssm/hand')
  expect(JSON.parse(done.stdout)).toMatchObject({
    hyperparameters: { lr: '0.1', k: '5' },
    modelDir: `${hand}/opt/ml/model`,
    hosts: ['algo-1'],
    isMain: true,
  })
  expect(readFileSync(join(hand, 'opt/ml/output/data/result.json'), 'utf8')).toBe('{"ok":true}\n')
  expect(readFileSync(join(hand, 'state/algo-1/s.json'), 'utf8')).toBe('1\n')
  expect(readdirSync(folder).sort()).toEqual(['.ssm', 'a.mjs', 'toolkit.mjs'])
  expect(['/state', '/opt/ml'].map((path) => existsSync(path))).toEqual(root)
})

test.skipIf(process.getuid?.() !== 0)(
  'a folder for programs by hand that somebody else made is not used, and one that others may write becomes its user’s alone',
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-by-hand-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const entryPoints = [fileURLToPath(new URL('./index.ts', import.meta.url))]
    await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'toolkit.mjs') })
    writeFileSync(join(folder, 'a.mjs'), program)
    const modelDir = (): string => {
      const done = spawnSync(process.execPath, [join(folder, 'a.mjs')], {
        cwd: folder,
        env: { TMPDIR: folder },
        encoding: 'utf8',
      })
      return (JSON.parse(done.stdout) as { modelDir: string }).modelDir
    }
    const hand = join(folder, '.ssm/hand')
    mkdirSync(hand, { recursive: true })
    for (const path of [dirname(hand), hand]) chmodSync(path, 0o777)
    expect(modelDir()).toBe(`${hand}/opt/ml/model`)
    expect([dirname(hand), hand].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700])
    for (const foreign of [hand, dirname(hand)]) {
      chownSync(foreign, 65_534, 65_534)
      expect(modelDir()).toMatch(new RegExp(`^${folder}/ssm-hand-`))
      chownSync(foreign, 0, 0)
    }
  },
)

test('arguments are read as names with values, as a job would have been given them', () => {
  const args = ['in', '--lr', '0.1', '--name=a b', '-k', '-5', '--flag', '--last', 'x', 'y', '--empty=']
  expect(argumentsAsHyperparameters(args)).toEqual({ lr: '0.1', name: 'a b', k: '-5', flag: 'true', last: 'x', empty: '' })
  const odd = ['--größe', '1', '--9', '2', '--optim:lr', '3', '--x[0]', '4', '--a b', '5', '--_c', '6', '----d', '7']
  expect(argumentsAsHyperparameters(odd)).toEqual({
    größe: '1',
    '9': '2',
    'optim:lr': '3',
    'x[0]': '4',
    'a b': '5',
    _c: '6',
    '--d': '7',
  })
})

test('outside a job the channels are those that variables and folders name, and one that is missing names its variable', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-by-hand-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const entryPoints = [fileURLToPath(new URL('./index.ts', import.meta.url))]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'toolkit.mjs') })
  writeFileSync(
    join(folder, 'a.mjs'),
    "import { worker } from './toolkit.mjs'; console.log(JSON.stringify(worker().channels)); worker().channel('b')",
  )
  const data = join(folder, '.ssm/hand/opt/ml/input/data')
  mkdirSync(join(data, 'my-words'), { recursive: true })
  const env = { SM_CHANNEL_TRAIN: './t', SM_CHANNEL_MY_WORDS: 'w', SM_CHANNEL_NONE: '' }
  const done = spawnSync(process.execPath, [join(folder, 'a.mjs')], { cwd: folder, env, encoding: 'utf8' })
  expect(JSON.parse(done.stdout)).toEqual({ train: './t', 'my-words': 'w' })
  expect(done.stderr).toContain("There is no channel 'b': outside a job set the variable SM_CHANNEL_B to its folder")
})
