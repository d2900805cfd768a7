import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { local } from '../../local/index.ts'
import { PlatformError } from '../../platform/errors.ts'
import { project } from '../../project/project.ts'
import { reportOf } from '../../search/report/index.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-attempts-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a report tells of every attempt when each of its machines worked, also of those before the newest', async () => {
  await using platform = local({ root })
  const task = project('p', { platform })
    .task('t')
    .shell('echo one; if [ $SSM_HOST_RANK = 1 ] && [ ! -e $SSM_STATE/tried ]; then touch $SSM_STATE/tried; exit 75; fi')
    .retry({ attempts: 2, on: ['exit 75'], pause: '0 seconds' })
    .instanceCount(2)
  const result = await task.run()
  const { jobs } = await reportOf({ platform, project: 'p', task: 't' })
  const attempts = jobs[0]?.attempts ?? []
  expect(attempts.map(({ job }) => job)).toEqual(result.attempts.map(({ job }) => job))
  expect(attempts).toHaveLength(2)
  for (const { atWork, phases } of attempts) {
    const training = phases.find(({ name }) => name === 'Training')
    expect(atWork.map(({ machine }) => machine)).toEqual(['algo-1', 'algo-2'])
    const stretches = atWork.flatMap((machine) => machine.atWork)
    expect(stretches.length).toBeGreaterThan(0)
    for (const { startedAtMs, endedAtMs } of stretches) {
      expect(startedAtMs).toBeGreaterThanOrEqual(training?.startedAtMs ?? Infinity)
      expect(endedAtMs).toBeLessThanOrEqual(training?.endedAtMs ?? 0)
    }
  }
  expect(attempts.at(-1)?.atWork).toEqual(jobs[0]?.machines)

  // What may not be read, or is gone, leaves the rows of that attempt empty.
  const first = attempts[0]?.job
  const { follow } = platform.logs
  const logs: typeof platform.logs = {
    follow: (job, options) => {
      if (job.name === first) throw new PlatformError('JOB_LOST', 'gone')
      return follow(job, options)
    },
  }
  const { jobs: without } = await reportOf({
    platform: {
      ...platform,
      logs,
      jobs: { ...platform.jobs, usage: () => Promise.reject(new PlatformError('PLATFORM_DENIED', 'no')) },
    },
    project: 'p',
    task: 't',
  })
  expect(without[0]?.attempts[0]?.atWork).toEqual([
    { machine: 'algo-1', atWork: [] },
    { machine: 'algo-2', atWork: [] },
  ])
})
