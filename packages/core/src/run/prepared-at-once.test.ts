import { expect, test } from 'vitest'
import { scriptedPlatform } from '../../../../test/support/scripted-platform.ts'
import { taskOf } from '../../../../test/support/tasks.ts'
import type { Images } from '../platform/images.ts'
import type { Platform } from '../platform/platform.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import { openRunner } from './open-runner.ts'

const specs = Array.from({ length: 30 }, (_, index): TaskSpec => ({ ...taskOf(`t${index}`), kind: 'processing', spot: false }))

/** Runs all tasks at once with `resolve` as the look for an image, which every task does before it has a job. */
async function runAll(
  resolve: Images['resolve'],
  signal?: AbortSignal,
): Promise<{ readonly jobs: number; readonly statuses: readonly string[] }> {
  const scripted = scriptedPlatform()
  const { platform, clock } = scripted.client()
  const watched: Platform = {
    ...platform,
    images: { ...platform.images, resolve },
    jobs: {
      ...platform.jobs,
      start: async (request, options) => {
        await platform.jobs.start(request, options)
        for (const [name, { status }] of scripted.jobs) if (status === 'in-progress') await scripted.complete(name)
      },
      describe: (job, options) => platform.jobs.describe(job, options),
      watch: (job, options) => platform.jobs.watch(job, options),
      stop: (job, options) => platform.jobs.stop(job, options),
    },
  }
  const runner = openRunner({ forTask: async () => watched }, clock)
  const outcomes = await runner.runAll(specs, { parallel: specs.length, ...(signal === undefined ? {} : { signal }) })
  return { jobs: scripted.jobs.size, statuses: Object.values(outcomes).map(({ status }) => status) }
}

test('of many tasks at once eight at a time are prepared, and all of them run', async () => {
  let [inside, most] = [0, 0]
  const { jobs, statuses } = await runAll(async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside -= 1
    return 'image:1'
  })
  expect([jobs, most]).toEqual([30, 8])
  expect(new Set(statuses)).toEqual(new Set(['completed']))
})

test('an abort ends those that wait for their turn, too', async () => {
  const leave = new AbortController()
  const { jobs, statuses } = await runAll(async (_need, { signal } = {}) => {
    leave.abort(new Error('enough'))
    signal?.throwIfAborted()
    return 'image:1'
  }, leave.signal)
  expect([jobs, new Set(statuses)]).toEqual([0, new Set(['failed'])])
})
