import { expect, test } from 'vitest'
import { jobName, newJobName } from './job-name.ts'
import { bucketRoot, budgetLedger, keyPrefix, layoutOf, projectRoot, warmNotes } from './layout.ts'
import { bareUri, objectUri } from './object-uri.ts'
import { shortDigestText } from './short-digest.ts'
import { projectName, taskName } from './task-name.ts'

const place = { bucket: 'lab', prefix: 'team/a', project: projectName('books'), task: taskName('count') }
const root = 's3://lab/team/a/books/count/'

test('everything of a task has its place below its folder', () => {
  const layout = layoutOf(place)
  expect(layout.root).toBe(root)
  expect(layout.input('data')).toBe(`${root}input/`)
  expect(layout.input('words')).toBe(`${root}input-words/`)
  expect(layout.inputIndex('data')).toBe(`${root}input.index.json`)
  expect(layout.inputIndex('words')).toBe(`${root}input-words.index.json`)
  expect(layout.state).toBe(`${root}state/`)
  expect(layout).not.toHaveProperty('formerState')
  expect(layout.lease).toBe(`${root}.lease.json`)
  expect(layout.packages('d1')).toEqual({
    folder: 's3://lab/team/a/books/.packages/d1/',
    index: 's3://lab/team/a/books/.packages/d1.index.json',
  })
})

test('what a project keeps for all its tasks lies beside them, under names that no task has', () => {
  expect(budgetLedger(place)).toBe('s3://lab/team/a/books/.budget.json')
  const { folder, note } = warmNotes(place)
  expect(folder).toBe('s3://lab/team/a/books/.warm/')
  expect(note(jobName('count-1'))).toBe('s3://lab/team/a/books/.warm/count-1')
  for (const name of ['.budget.json', '.warm']) expect(() => taskName(name)).toThrow('is not a task name')
})

test('everything of a job has its place below its folder', () => {
  const { manifest, namedOutput, ...places } = layoutOf(place).job(jobName('count-1'))
  expect(places).toEqual({
    root: `${root}count-1/`,
    source: `${root}count-1/source/`,
    launcher: `${root}count-1/source/launch.sh`,
    launcherSettings: `${root}count-1/source/launch.settings`,
    bundle: `${root}count-1/source/sourcedir.tar.gz`,
    record: `${root}count-1/task.json`,
    waitEnded: `${root}count-1/wait-ended.json`,
    warmOffers: `${root}count-1/warm-offers.json`,
    outputFolder: `${root}count-1/output/`,
    model: `${root}count-1/output/model.tar.gz`,
    output: `${root}count-1/output/output.tar.gz`,
    namedOutputs: `${root}count-1/outputs/`,
  })
  expect(manifest('data')).toBe(`${root}count-1/data.manifest`)
  expect(namedOutput('train')).toBe(`${root}count-1/outputs/train/`)
})

test('the state of a task called state… is kept apart, since SageMaker reads its address as a prefix', () => {
  const layout = layoutOf({ ...place, task: taskName('states') })
  expect(layout.state).toBe('s3://lab/team/a/books/states/.state/')
  expect(layout.formerState).toBe('s3://lab/team/a/books/states/state/')
})

test('a prefix has single slashes and none at its ends, and an empty one is none', () => {
  expect(keyPrefix('/a//b/')).toBe('a/b')
  expect(bucketRoot({ bucket: 'lab', prefix: '' })).toBe('s3://lab/')
  expect(bucketRoot({ bucket: 'lab', prefix: '//' })).toBe('s3://lab/')
  expect(bucketRoot({ bucket: 'lab', prefix: 'x/' })).toBe('s3://lab/x/')
  expect(projectRoot({ ...place, prefix: '' })).toBe('s3://lab/books/')
})

test('a bare address has no slash at its end', () => {
  expect(bareUri(objectUri('s3://lab/a//'))).toBe('s3://lab/a')
  expect(bareUri(objectUri('s3://lab/a'))).toBe('s3://lab/a')
})

test('a short digest has eight digits, also when it begins with a zero', () => {
  expect([shortDigestText('sigma'), shortDigestText('omega')]).toEqual([
    '01d70e74',
    expect.stringMatching(/^[1-9a-f][0-9a-f]{7}$/),
  ])
})

test('a job name holds its second, its millisecond, and letters of its own', () => {
  const task = taskName('t')
  const letters = [0, 0.5, 0.99, 0.1, 0.2, 0.3]
  let next = 0
  const random = (): number => letters[next++ % letters.length] ?? 0
  expect(newJobName(task, Date.UTC(2026, 10, 22, 1, 2, 3, 125.9), { random })).toBe('t-2026-11-22-01-02-03-210Vz6CI')
})

test('the name of a new job is its own time while that is later than the newest job, and one second after the newest otherwise', () => {
  const task = taskName('t')
  const now = Date.UTC(2026, 10, 22, 1, 2, 3)
  const random = (): number => 0
  const later = newJobName(task, now, { random })
  expect(later).toBe('t-2026-11-22-01-02-03-00000000')
  expect(newJobName(task, now, { random, after: jobName('t-2026-11-22-01-02-02-zzzzzzzz') })).toBe(later)
  expect(newJobName(task, now, { random, after: later })).toBe('t-2026-11-22-01-02-04-00000000')
})
