import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { RunHandle } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { failureOf, ownCache, sandbox, timeout, until, type Sandbox } from './flow.ts'

ownCache()

const isolations = process.platform === 'linux' ? (['auto', 'environment'] as const) : (['auto'] as const)

interface StoredState {
  readonly owner: string
  readonly processes: readonly string[]
}

const stateOf = (place: Sandbox, job: string): StoredState =>
  JSON.parse(readFileSync(join(place.root, 'jobs', job, 'state.json'), 'utf8')) as StoredState

/** Whether the process runs, and is not a zombie. */
const runs = (pid: number): boolean =>
  !/^(Z|$)/.test(execFileSync('sh', ['-c', `ps -o stat= -p ${pid} || true`], { encoding: 'utf8' }).trim())

/**
 * Lets the program of a job end while its supervisor is stopped, and kills that one, which saw nothing of it. `change` is
 * made to what is on record.
 */
async function endUnseen(place: Sandbox, handle: RunHandle, go: string, change: object = {}): Promise<string> {
  const { name } = await handle.job()
  for await (const { text } of handle.logs()) if (text === 'up') break
  handle.detach()
  await failureOf(handle.result())
  await until(() => stateOf(place, name).processes.length > 0)
  const { owner, processes } = stateOf(place, name)
  process.kill(Number.parseInt(owner, 10), 'SIGSTOP')
  writeFileSync(go, '')
  await until(() => processes.every((identity) => !runs(Number.parseInt(identity, 10))))
  const path = join(place.root, 'jobs', name, 'state.json')
  writeFileSync(path, JSON.stringify({ ...stateOf(place, name), ...change }))
  process.kill(Number.parseInt(owner, 10), 'SIGKILL')
  // Until it is gone the job still has a living owner, and a run would join it.
  await until(() => !runs(Number.parseInt(owner, 10)))
  return name
}

const waits = (go: string, then: string): string => `echo up; while [ ! -e ${go} ]; do sleep 0.05; done; ${then}`

test.each(isolations)(
  'a program that ended while its supervisor was being killed is not run again: its results are stored (%s)',
  { timeout },
  async (isolation) => {
    await using place = sandbox()
    const [go, ran] = [join(place.folder, 'go'), join(place.folder, 'ran')]
    const line = waits(go, `echo ran >>${ran}; echo m >$SM_MODEL_DIR/m; echo s >$SSM_INSTANCE_STATE/s`)
    const task = place.project('p', { isolation }).task('t').instances('ml.m5.large', 2).shell(line)
    const job = await endUnseen(place, await task.start(), go)
    const result = await task.run()
    expect([result.job, result.decision.kind]).toEqual([job, 'join'])
    await result.download(join(place.folder, 'out'))
    expect(readFileSync(join(place.folder, 'out/model/m'), 'utf8')).toBe('m\n')
    expect(readFileSync(join(place.folder, 'out/state/algo-1/s'), 'utf8')).toBe('s\n')
    expect((await task.run()).decision.kind).toBe('skip')
    expect(readFileSync(ran, 'utf8')).toBe('ran\nran\n')
    expect(await place.leftovers()).toEqual([])
  },
)

test('one that failed in that moment is told as failed by itself, with its code, and stores no model', { timeout }, async () => {
  await using place = sandbox()
  const go = join(place.folder, 'go')
  const line = waits(go, 'echo m >$SM_MODEL_DIR/m; echo why >&2; exit 7')
  const task = place.project('p').task('t').shell(line)
  await endUnseen(place, await task.start(), go)
  expect(await failureOf(task.run())).toMatchObject({ code: 'JOB_FAILED', exitCode: 7, machine: 'algo-1' })
  expect(place.objects().filter((path) => path.endsWith('model.tar.gz'))).toEqual([])
  expect(await place.leftovers()).toEqual([])
})

test(
  'after the computer was started anew such a job has failed: the disk may lack what its program wrote',
  { timeout },
  async () => {
    await using place = sandbox()
    const go = join(place.folder, 'go')
    const task = place.project('p').task('t').shell(waits(go, 'echo m >$SM_MODEL_DIR/m'))
    const job = await endUnseen(place, await task.start(), go, { boot: 'another' })
    const again = await task.run()
    expect([again.decision.kind, again.job === job]).toEqual(['start', false])
  },
)
