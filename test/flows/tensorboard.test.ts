import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { range } from '@simple-sagemaker/core'
import { openTensorboard, type TensorboardFiles } from '@simple-sagemaker/core/jobs'
import { local } from '@simple-sagemaker/core/local'
import { expect, test } from 'vitest'
import { everythingIn, processesLeft } from '../support/leftovers.ts'
import { lacking } from '../support/prerequisites.ts'
import { onPath, tensorboardDouble } from '../support/tensorboard-double.ts'
import { failureOf, ownCache, sandbox, timeout, until } from './flow.ts'

ownCache()

const writes = 'echo "$SM_HP_X" > "$SSM_TENSORBOARD_DIR/events.out.tfevents.1"; echo "loss=$SM_HP_X"'

/** Every file that TensorBoard is shown, with what is in it. */
function shownIn(folder: string): Readonly<Record<string, string>> {
  const files = existsSync(folder) ? everythingIn(folder).filter((name) => !name.endsWith('/')) : []
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

test(
  'TensorBoard is shown what the jobs of a task and of the trials of its searches wrote, with the event files of the state, and what comes later',
  { timeout: timeout * 2 },
  async () => {
    await using place = sandbox()
    const double = tensorboardDouble(place.folder)
    using _path = onPath(double.bin)
    const ex = place.project('ex')
    const task = ex
      .task('train')
      .shell(`${writes}; echo s > "$SSM_STATE/events.out.tfevents.2"; echo c > "$SSM_STATE/checkpoint"`)
    const first = await task.tensorboard().hyperparameters({ x: 1 }).run()
    await ex.task('train-long').shell(writes).tensorboard().hyperparameters({ x: 9 }).run()
    const search = task.tensorboard().metric('loss', /loss=([0-9]+)/)
    const found = await search
      .search({ x: range.int(2, 3) })
      .minimize('loss')
      .trials(2)
      .parallel(2)
      .run()
    const told: TensorboardFiles[] = []
    const where = { platform: local({ root: place.root }), project: 'ex', task: 'train' }
    const board = await openTensorboard(where, { refreshSeconds: 0.05, onUpdate: (files) => told.push(files) })
    const folder = double.argument('--logdir') ?? ''
    try {
      expect(board.url).toBe('http://127.0.0.1:6006/')
      expect(double.argument('--host')).toBe('127.0.0.1')
      const ofTrials = found.trials.flatMap(({ task: trial, job = '', hyperparameters: { x } }) => [
        [`${job}/events.out.tfevents.1`, `${x}\n`],
        [`${trial}/state/events.out.tfevents.2`, 's\n'],
      ])
      const all = {
        [`${first.job}/events.out.tfevents.1`]: '1\n',
        'state/events.out.tfevents.2': 's\n',
        ...(Object.fromEntries(ofTrials) as Record<string, string>),
      }
      expect(shownIn(folder)).toEqual(all)
      const second = await task.tensorboard().hyperparameters({ x: 4 }).run()
      await until(() => told.at(-1)?.runs.includes(second.job) === true)
      expect(shownIn(folder)).toEqual({ ...all, [`${second.job}/events.out.tfevents.1`]: '4\n' })
    } finally {
      await board[Symbol.asyncDispose]()
    }
    expect(existsSync(folder)).toBe(false)
    expect(await processesLeft(folder)).toEqual([])
    await expect(board.ended).rejects.toMatchObject({ name: 'AbortError' })
  },
)

test('TensorBoard gets no credentials, and what it says when it does not start is in the error', { timeout }, async () => {
  await using place = sandbox()
  const double = tensorboardDouble(place.folder, 'echo "could not bind to port 6006, it was already in use" >&2; exit 7')
  using _path = onPath(double.bin)
  const task = place.project('ex').task('t').shell(writes).tensorboard().hyperparameters({ x: 1 })
  const job = await task.run()
  process.env['AWS_SECRET_ACCESS_KEY'] = 'sesame'
  try {
    const failure = await failureOf(openTensorboard({ platform: local({ root: place.root }), job: job.job }, { port: 6006 }))
    expect(failure.code).toBe('PLATFORM_UNSUPPORTED')
    expect(failure.message).toMatch(/exit code 7\n {2}could not bind to port 6006/)
    expect(failure.hint).toContain('another port')
  } finally {
    delete process.env['AWS_SECRET_ACCESS_KEY']
  }
  expect(double.argument('--port')).toBe('6006')
  expect(double.environment().join('\n')).not.toContain('sesame')
  expect(existsSync(dirname(double.argument('--logdir') ?? ''))).toBe(false)
})

test('a task that has no job, and a computer without TensorBoard or Python, are told as such', { timeout }, async () => {
  await using place = sandbox()
  const where = { platform: local({ root: place.root }), project: 'ex', task: 't' }
  expect(await failureOf(openTensorboard(where))).toMatchObject({ code: 'OUTPUT_MISSING' })
  await place.project('ex').task('t').shell('true').run()
  const [path, python] = [process.env['PATH'], process.env['SSM_PYTHON']]
  try {
    process.env['PATH'] = '/nowhere'
    process.env['SSM_PYTHON'] = '/nowhere/python3'
    expect(await failureOf(openTensorboard(where, { install: false }))).toMatchObject({
      code: 'PLATFORM_UNSUPPORTED',
      message: 'There is no program tensorboard on the PATH',
    })
    expect(await failureOf(openTensorboard(where))).toMatchObject({
      code: 'PLATFORM_UNSUPPORTED',
      message: 'TensorBoard needs Python, and /nowhere/python3 cannot be started',
    })
  } finally {
    process.env['PATH'] = path
    if (python === undefined) delete process.env['SSM_PYTHON']
    else process.env['SSM_PYTHON'] = python
  }
})

// The packages that pip is asked for, as wheels: this tensorboard serves nothing.
const wheels = `
import sys, zipfile
main = 'import sys, time\\ndef run_main():\\n    print("TensorBoard 2.99 at http://127.0.0.1:6007/", file=sys.stderr, flush=True)\\n    time.sleep(1000)\\n'
for name, version, files in ("tensorboard", "2.99", {"tensorboard/__init__.py": "", "tensorboard/main.py": main}), ("setuptools", "80.0", {}):
    info = "%s-%s.dist-info/" % (name, version)
    with zipfile.ZipFile("%s/%s-%s-py3-none-any.whl" % (sys.argv[1], name, version), "w") as z:
        for path, text in files.items(): z.writestr(path, text)
        z.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (name, version))
        z.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        z.writestr(info + "RECORD", "")
`

test.skipIf(lacking('python3'))(
  'where there is no TensorBoard it is installed once, into the cache, and used again',
  { timeout },
  async () => {
    await using place = sandbox()
    const index = join(place.folder, 'index')
    mkdirSync(index)
    execFileSync('python3', ['-c', wheels, index])
    const given = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, SSM_CACHE_DIR: join(place.folder, 'cache') }
    const before = Object.keys(given).map((name) => [name, process.env[name]] as const)
    Object.assign(process.env, given)
    try {
      await place.project('ex').task('t').shell('true').run()
      const installed: string[] = []
      const where = { platform: local({ root: place.root }), project: 'ex', task: 't' }
      for (const time of ['first', 'second']) {
        await using board = await openTensorboard(where, { onInstall: () => installed.push(time) })
        expect(board.url).toBe('http://127.0.0.1:6007/')
      }
      expect(installed).toEqual(['first'])
      expect(await processesLeft(index.replace(/index$/, 'cache'))).toEqual([])
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
    }
  },
)
