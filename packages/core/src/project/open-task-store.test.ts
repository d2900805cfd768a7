import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../test/support/memory-objects.ts'
import { scriptedPlatform } from '../../../../test/support/scripted-platform.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { jobName } from '../names/job-name.ts'
import { layoutOf } from '../names/layout.ts'
import { joinUri } from '../names/object-uri.ts'
import { projectName, taskName } from '../names/task-name.ts'
import { PlatformError } from '../platform/errors.ts'
import type { JobState } from '../platform/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import { openTaskStore } from './open-task-store.ts'

const [project, task] = [projectName('ex'), taskName('train')]
const [old, middle, newest] = [1, 2, 3].map((day) => jobName(`train-2026-01-0${day}-00-00-00-0a1b2c3d`)) as [
  ReturnType<typeof jobName>,
  ReturnType<typeof jobName>,
  ReturnType<typeof jobName>,
]

const stateOf = (name: string, status: JobState['status']): JobState => ({
  kind: 'processing',
  name: jobName(name),
  status,
  phase: 'Ended',
  phases: [],
  machines: 1,
  createdAtMs: 0,
  interruptions: 0,
  finalMetrics: [],
})

/** A store over a task with these jobs: each has a folder; the records give their kind. */
async function storeOf(statuses: Readonly<Record<string, JobState['status']>>, more: Partial<Platform> = {}, prefix = '') {
  const objects = memoryObjects()
  const layout = layoutOf({ bucket: 'bucket', prefix, project, task })
  const put = async (uri: Parameters<typeof objects.write>[0], text: string): Promise<void> =>
    void (await objects.write(uri, { kind: 'bytes', bytes: Buffer.from(text) }))
  for (const name of Object.keys(statuses)) {
    const record = { v: 1, kind: 'processing', fingerprint: 'f', parts: {}, metrics: { loss: 'loss=([0-9.]+)' } }
    await put(layout.job(jobName(name)).record, JSON.stringify(record))
    await put(joinUri(layout.job(jobName(name)).namedOutputs, 'table', 'part-0.csv'), 'a,b\n')
  }
  const stopped: string[] = []
  const { platform } = scriptedPlatform().client()
  const scripted: Platform = {
    ...platform,
    objects,
    jobs: {
      ...platform.jobs,
      describe: async ({ kind, name }) => {
        const status = statuses[name]
        return kind === 'training' || status === undefined ? undefined : stateOf(name, status)
      },
      stop: async ({ name }) => void stopped.push(name),
    },
    logs: {
      async *follow() {
        yield { machine: 'algo-1', text: 'loss=0.5 accuracy=0.9', atMs: 1 }
      },
    },
    ...more,
  }
  const store = openTaskStore({ platforms: { main: async () => scripted } as never, project, task, prefix, bucket: 'bucket' })
  return { store, layout, put, stopped, objects }
}

const list = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

test('the jobs of a task come newest first, and the newest is the one that is stopped', async () => {
  const { store, stopped } = await storeOf({ [old]: 'completed', [newest]: 'in-progress' })
  expect((await list(store.jobs())).map(({ name }) => name)).toEqual([newest, old])
  expect(await store.stop()).toMatchObject({ name: newest })
  expect(await store.stop({ signal: new AbortController().signal })).toMatchObject({ name: newest })
  expect(stopped).toEqual([newest, newest])
})

test('without a bucket there are no jobs and nothing to stop; any other failure is told', async () => {
  for (const [code, expected] of [
    ['OBJECT_MISSING', []],
    ['PLATFORM_DENIED', 'PLATFORM_DENIED'],
  ] as const) {
    const failing = memoryObjects()
    const objects = {
      ...failing,
      children: async function* () {
        yield* []
        throw new PlatformError(code, 'no', {})
      },
    }
    const { store } = await storeOf({ [old]: 'completed' }, { objects })
    const found = await list(store.jobs()).catch((cause: unknown) => (cause as PlatformError).code)
    expect(found).toEqual(expected)
    expect(await store.stop().catch((cause: unknown) => (cause as PlatformError).code)).toEqual(
      expected === 'PLATFORM_DENIED' ? expected : undefined,
    )
  }
})

test('outputs are those of the newest completed job, of a name or of a job that is given', async () => {
  const { store } = await storeOf({ [old]: 'completed', [middle]: 'failed', [newest]: 'in-progress' })
  const jobOf = async (...given: Parameters<typeof store.outputs>): Promise<readonly string[]> => {
    const found = Object.values(await store.outputs(...given)) as readonly { readonly job: string; readonly output: string }[]
    expect(found.map(({ output }) => output)).toContain('table')
    return [...new Set(found.map(({ job }) => job))]
  }
  expect(await jobOf()).toEqual([old])
  expect(await jobOf({})).toEqual([old])
  expect(await jobOf({ job: middle })).toEqual([middle])
  expect(await jobOf({ job: stateOf(newest, 'in-progress'), signal: new AbortController().signal })).toEqual([newest])
})

test('a job that is not there is told by its name, in the words of whoever asks', async () => {
  const { store } = await storeOf({ [old]: 'failed' }, {}, 'team')
  const missing = { code: 'OUTPUT_MISSING', facts: { project, task } }
  await expect(store.outputs({ job: 'x'.repeat(200) })).rejects.toMatchObject({
    ...missing,
    message: `Task train of project ex has no job "${'x'.repeat(80)}"`,
  })
  await expect(store.outputs()).rejects.toMatchObject({ ...missing, message: 'Task train of project ex has no completed job' })
  // Jobs of the Python original had the prefix in the name of their project.
  await expect(store.outputs()).rejects.toMatchObject({ hint: expect.stringContaining("project('teamex')") as string })
  await expect(store.series({ job: newest })).rejects.toMatchObject({ ...missing, facts: { ...missing.facts, job: newest } })
  await expect(store.series({ job: stateOf(newest, 'failed') })).rejects.toMatchObject({ facts: { job: newest } })
  const none = await storeOf({})
  await expect(none.store.series()).rejects.toMatchObject({ message: 'Task train of project ex has no job' })
  await expect(none.store.outputs({ joob: 1 } as never)).rejects.toMatchObject({ code: 'TASK_INVALID' })
})

test('the series are those of the newest job or of the one that is asked for, by its own metrics or by given ones', async () => {
  const { store } = await storeOf({ [old]: 'completed', [newest]: 'failed' })
  const point = (value: number) => [{ machine: 'algo-1', value, atMs: 1 }]
  expect(await store.series()).toEqual({ loss: point(0.5) })
  expect(await store.series({ job: old })).toEqual({ loss: point(0.5) })
  const metrics = { accuracy: /accuracy=([0-9.]+)/, loss: 'loss=([0-9.]+)' }
  expect(await store.series({ job: stateOf(old, 'completed'), metrics })).toEqual({ accuracy: point(0.9), loss: point(0.5) })
  await expect(store.series({ metric: {} } as never)).rejects.toMatchObject({ code: 'TASK_INVALID' })
})

test('a job of another tool has no metrics of its own', async () => {
  const { store, put, layout } = await storeOf({ [old]: 'completed' })
  await put(layout.job(old).record, '{"v":99}')
  expect(await store.series()).toEqual({})
})

test('the state of a task is listed and removed unless a job of it is running', async () => {
  const running = await storeOf({ [old]: 'completed', [newest]: 'in-progress' })
  await running.put(joinUri(running.layout.state, 'weights'), '1')
  await expect(running.store.cleanState()).rejects.toMatchObject({ code: 'STATE_IN_USE', facts: { task, job: newest } })

  const ended = await storeOf({ [newest]: 'completed' })
  const file = joinUri(ended.layout.state, 'weights')
  await ended.put(file, '1')
  expect((await list(ended.store.state())).map(({ uri }) => uri)).toEqual([file])
  expect(await ended.store.cleanState({ signal: new AbortController().signal })).toBe(1)
  expect(await list(ended.store.state())).toEqual([])
  expect(await (await storeOf({})).store.cleanState()).toBe(0)
})

test('an output is downloaded from the newest completed job, or from one that is named', async () => {
  await using folder = await temporaryDirectory()
  const { store, put, layout } = await storeOf({ [old]: 'completed', [newest]: 'failed' })
  await put(joinUri(layout.job(newest).outputFolder, 'partial.txt'), 'half')
  await put(joinUri(layout.job(old).outputFolder, 'whole.txt'), 'all')
  expect(await store.download(join(folder.path, 'completed'), { only: ['output'] })).toMatchObject({ files: { output: 1 } })
  expect(await readFile(join(folder.path, 'completed/output/whole.txt'), 'utf8')).toBe('all')
  await store.download(join(folder.path, 'failed'), { job: newest, only: ['output'] })
  expect(await readFile(join(folder.path, 'failed/output/partial.txt'), 'utf8')).toBe('half')
  await expect(store.download(folder.path, { oonly: 1 } as never)).rejects.toMatchObject({ code: 'TASK_INVALID' })
})

test('a task without searches has none', async () => {
  const { store } = await storeOf({ [old]: 'completed' })
  expect(await store.searches()).toEqual([])
})
