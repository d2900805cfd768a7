import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailedError, JobStoppedError } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { failureOf } from '../flows/flow.ts'
import { sandbox } from './sandbox.ts'

const timeout = 60_000

test(
  'a worker that exits 3 is told with its code, machine and last lines, and the stack leads to the line that ran it',
  { timeout },
  async () => {
    await using place = sandbox()
    const task = place.project('p').task('t').shell('echo fine; echo the tyre is flat >&2; exit 3')
    const error = await failureOf(task.run())
    expect(error).toBeInstanceOf(JobFailedError)
    const failed = error as JobFailedError
    expect(failed).toMatchObject({ code: 'JOB_FAILED', exitCode: 3, machine: 'algo-1', lastLines: ['fine', 'the tyre is flat'] })
    expect(failed.message).toContain('the tyre is flat')
    expect(failed.hint).toContain(`ssm logs ${failed.job.name}`)
    expect(failed.stack).toContain('failures.slow.test.ts')
    const handle = await task.start({ force: true })
    expect((await failureOf(handle.result())).stack).toContain('failures.slow.test.ts')
    expect(await place.leftovers()).toEqual([])
  },
)

test('of several machines, the one that failed is named, and its lines are shown', { timeout }, async () => {
  await using place = sandbox()
  const line = 'echo "I am $SM_CURRENT_HOST"; if [ "$SM_CURRENT_HOST" = algo-2 ]; then exit 7; fi; sleep 1'
  const task = place.project('p').task('t').shell(line).instances('ml.m5.large', 3)
  const error = await failureOf(task.run())
  expect(error).toMatchObject({ code: 'JOB_FAILED', exitCode: 7, machine: 'algo-2', lastLines: ['I am algo-2'] })
  expect(await place.leftovers()).toEqual([])
})

test('a worker killed by a signal is told as killed by that signal', { timeout }, async () => {
  await using place = sandbox()
  const error = await failureOf(place.project('p').task('t').shell('echo before; kill -SEGV $$; sleep 5').run())
  expect(error).toMatchObject({ code: 'JOB_FAILED', exitCode: 128 + 11, machine: 'algo-1' })
  expect(error.message).toContain('SIGSEGV')
  expect(await place.leftovers()).toEqual([])
})

test('a worker that is killed with its whole machine is a failed job, not an eternal one', { timeout }, async () => {
  await using place = sandbox()
  const error = await failureOf(place.project('p').task('t').shell('kill -KILL 0').run())
  expect(error).toMatchObject({ code: 'JOB_FAILED' })
  expect(await place.leftovers()).toEqual([])
})

test('a worker that ignores SIGTERM is killed after the grace, and the job is a stopped one', { timeout }, async () => {
  await using place = sandbox()
  const line = 'trap "" TERM; echo up; while :; do sleep 0.1; done'
  const run = await place.project('p', { stopGraceSeconds: 1 }).task('t').shell(line).start()
  for await (const { text } of run.logs()) if (text === 'up') break
  const stoppedAtMs = performance.now()
  await run.stop()
  const error = await failureOf(run.result())
  expect(error).toBeInstanceOf(JobStoppedError)
  expect(error.code).toBe('JOB_STOPPED')
  // It would not end by itself, and the grace that is usual is longer than this test may take.
  expect(performance.now() - stoppedAtMs).toBeGreaterThan(900)
  expect(await place.leftovers()).toEqual([])
})

test('a worker that runs too long is stopped and told as timed out', { timeout }, async () => {
  await using place = sandbox()
  const error = await failureOf(place.project('p').task('t').shell('sleep 60').maxRun('1 second').run())
  expect(error).toMatchObject({ code: 'JOB_TIMED_OUT' })
  expect(error.hint).toContain('.maxRun()')
  expect(await place.leftovers()).toEqual([])
})

test('a missing interpreter is named, with what to do', { timeout }, async () => {
  await using place = sandbox()
  const script = place.file('code/run.sh', '#!/no/such/perl5\necho never\n', 0o755)
  const error = await failureOf(place.project('p').task('t').code(script).run())
  expect(error).toMatchObject({ code: 'JOB_FAILED', exitCode: 127 })
  expect(error.message).toContain('/no/such/perl5')
  expect(await place.leftovers()).toEqual([])
})

test('a missing entry file fails before anything is started or stored', { timeout }, async () => {
  await using place = sandbox()
  const missing = join(place.folder, 'nowhere', 'train.py')
  const error = await failureOf(place.project('p').task('t').code(missing).run())
  expect(error).toMatchObject({ code: 'CODE_MISSING' })
  expect(error.message).toContain(missing)
  expect(error.hint).toBeTruthy()
  expect(place.jobs('t')).toEqual([])
  expect(await place.leftovers()).toEqual([])
})

test('a missing input fails before anything is started, and all missing ones are told at once', { timeout }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('t')
    .shell('true')
    .input.local(join(place.folder, 'no-days'))
    .input.local(join(place.folder, 'no-words'), { channel: 'words' })
  const error = await failureOf(task.run())
  expect(error).toMatchObject({ code: 'INPUT_MISSING' })
  expect(error.message).toContain('no-days')
  expect(error.message).toContain('no-words')
  expect(error.hint).toBeTruthy()
  expect(place.jobs('t')).toEqual([])
})

const runTasks = join(import.meta.dirname, 'programs/run-tasks.ts')

// In programs of their own, as nobody: the superuser can read and write everything.
test.skipIf(process.platform === 'win32')('an unreadable input is named, and nothing is started', { timeout }, async () => {
  await using place = sandbox()
  place.file('data/open.csv', '1')
  place.file('data/secret.csv', '1', 0)
  const program = place.startAsNobody(runTasks, 'p', 't', 'true', join(place.folder, 'data'))
  expect(await program.ended).toMatchObject({ end: 1 })
  const [answer] = program.answers()
  expect(answer?.error?.code).toMatch(/^(STORAGE_DENIED|INPUT_MISSING)$/)
  expect(answer?.error?.message).toContain('secret.csv')
  expect(answer?.error?.hint).toBeTruthy()
  expect(place.jobs('t')).toEqual([])
  expect(place.objects()).toEqual([])
  expect(await place.leftovers()).toEqual([])
})

test.skipIf(process.platform === 'win32')(
  'a read-only local folder is a clear error, and nothing lies in it',
  { timeout },
  async () => {
    await using place = sandbox()
    mkdirSync(place.root, { mode: 0o555 })
    const program = place.startAsNobody(runTasks, 'p', 't', 'true')
    expect(await program.ended).toMatchObject({ end: 1 })
    const [answer] = program.answers()
    expect(answer?.error).toMatchObject({ code: 'STORAGE_DENIED' })
    expect(answer?.error?.message).toContain(place.root)
    expect(answer?.error?.hint).toContain('SSM_LOCAL_DIR')
    expect(readdirSync(place.root)).toEqual([])
  },
)
