import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { makeMutable, noImmutable } from '../../../../../test/support/immutable.ts'
import { local } from '../../local/index.ts'
import { jobName } from '../../names/job-name.ts'
import { isTerminal, type JobState, type JobStatus } from '../../platform/jobs.ts'
import { project } from '../../project/project.ts'
import { cleanJobs, pastKeeping, type OldJobs } from './clean.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-clean-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('what is still needed is never among the jobs that need not stay', () => {
  const status = fc.constantFrom<JobStatus>('completed', 'failed', 'stopped', 'in-progress', 'stopping')
  const job = fc.record({ status, unstored: fc.boolean() })
  fc.assert(
    fc.property(fc.array(job), fc.integer({ min: 1, max: 5 }), (given, keep) => {
      const jobs = given.map((each, index) => ({ ...each, name: jobName(`t-${index}`) }) as JobState)
      const old = pastKeeping(jobs, keep)
      expect(old).toEqual(jobs.filter((each) => old.includes(each)))
      for (const each of old) {
        expect(jobs.indexOf(each)).toBeGreaterThanOrEqual(keep)
        expect(isTerminal(each.status) && each.unstored !== true).toBe(true)
      }
      const completed = jobs.filter((each) => each.status === 'completed')
      expect(completed.slice(0, 1).filter((each) => old.includes(each))).toEqual([])
      const olderCompleted = completed.slice(1).filter((each) => jobs.indexOf(each) >= keep && each.unstored !== true)
      for (const each of olderCompleted) expect(old).toContain(each)
    }),
  )
})

test('old jobs go with all that is stored of them, after a question; the newest result stays', { timeout: 60_000 }, async () => {
  await using platform = local({ root })
  const ok = join(root, 'ok')
  const task = project('p', { platform }).task('t').shell(`echo m > $SM_MODEL_DIR/m; echo s > $SSM_STATE/s; [ -e ${ok} ]`)
  writeFileSync(ok, '')
  for (let round = 0; round < 3; round += 1) await task.run({ force: true })
  rmSync(ok)
  await expect(task.run({ force: true })).rejects.toMatchObject({ code: 'JOB_FAILED' })
  const place = { platform, project: 'p' }
  const asked: OldJobs[] = []
  const confirm = (answer: boolean) => (old: OldJobs) => asked.push(old) > 0 && answer
  expect(await cleanJobs(place, { keep: 1, confirm: confirm(false) })).toEqual({ jobs: [], objects: 0, bytes: 0, unstored: [] })
  const gone = await cleanJobs(place, { keep: 1, confirm: confirm(true) })
  expect(asked).toEqual([gone, gone])
  expect(gone.jobs.map((job) => job.status)).toEqual(['completed', 'completed'])
  expect(gone.objects).toBeGreaterThan(4)
  for (const { name } of gone.jobs) expect(existsSync(join(root, 'jobs', name))).toBe(false)
  const left: string[] = []
  for await (const job of project('p', { platform }).data('t').jobs()) left.push(job.status)
  expect(left).toEqual(['failed', 'completed'])
  expect(await cleanJobs(place, { keep: 1, confirm: confirm(true) })).toEqual({ jobs: [], objects: 0, bytes: 0, unstored: [] })
  await expect(cleanJobs(place, { keep: 0, confirm: confirm(true) })).rejects.toMatchObject({ code: 'TASK_INVALID' })
  expect(asked).toHaveLength(2)
})

test(
  'what cannot be removed of old jobs is named, keeps none of the others, and stops no later job',
  { timeout: 60_000 },
  async ({ skip }) => {
    const reason = noImmutable()
    if (reason !== undefined) return skip(reason)
    const store = join(root, 'immutable')
    await using platform = local({ root: store })
    try {
      const shell = 'echo m > $SM_MODEL_DIR/m; [ "$1" != fixed ] || chattr +i $SM_MODEL_DIR/m'
      const task = project('p', { platform }).task('t').shell(shell)
      const jobs: string[] = []
      for (const way of ['fixed', 'fixed', 'free']) jobs.push((await task.args(way).run({ force: true })).job)
      const failure = await cleanJobs({ platform, project: 'p' }, { keep: 1, confirm: () => true }).catch(
        (cause: unknown) => cause,
      )
      expect(failure).toMatchObject({ code: 'STORAGE_DENIED', hint: expect.stringContaining('lsattr') as string })
      for (const name of jobs.slice(0, 2)) expect(String(failure)).toContain(name)
      expect(readdirSync(join(store, 'jobs'))).toEqual(jobs.slice(2))
      const left = readdirSync(join(store, 'tmp'))
      expect(left.filter((name) => String(failure).includes(name))).toHaveLength(2)
      // Of this process's own, so that the next client sweeps them away.
      const gone = new RegExp(`^${process.pid}\\.`)
      for (const name of left) renameSync(join(store, 'tmp', name), join(store, 'tmp', name.replace(gone, '4194303.')))
      await project('p', { platform: local({ root: store }) })
        .task('u')
        .shell('true')
        .run()
    } finally {
      makeMutable(store)
    }
  },
)
