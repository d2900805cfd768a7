import { expect, test } from 'vitest'
import { InvalidTaskError } from '../options/errors.ts'
import type { Problem } from '../options/option.ts'
import type { Platform } from '../platform/platform.ts'
import { textFor } from '../errors/wording.ts'
import { warningsFor } from '../run/submit/warnings.ts'
import { knownInstanceTypes, hasOwnDisks } from '../spec/instance-types.ts'
import type { TrainingTask } from './grammar/tasks.ts'
import { project } from './project.ts'

const ready: TrainingTask = project('ex').task('t').code('t.py')
const kmeans: TrainingTask = project('ex').task('t').algorithm('kmeans')
const xgboost: TrainingTask = project('ex').task('t').algorithm('xgboost')

// The two facts of a platform that warnings read.
const platform = (...ignores: readonly string[]): Platform => ({ name: 'x', abilities: { ignores } }) as unknown as Platform
const warnings = async (task: TrainingTask, ...ignores: readonly string[]): Promise<readonly string[]> =>
  (await warningsFor(task.output('model').spec, platform(...ignores))).map((text) => textFor(text, 'library'))

function problemsOf(task: TrainingTask): readonly Pick<Problem, 'path' | 'message'>[] {
  try {
    task.output('model')
    return []
  } catch (cause) {
    if (cause instanceof InvalidTaskError) return cause.problems
    throw cause
  }
}

test('a size of the disk that a machine with its own disks cannot have is said before', async () => {
  expect(await warnings(ready.instances('ml.g5.xlarge').volumeSizeGiB(500))).toEqual([
    'ml.g5.xlarge has disks of its own: the job gets these, whatever their size, and not 500 GiB',
  ])
  expect(await warnings(ready.instances('ml.g5.xlarge').volumeSizeGiB(500), 'volumeSizeGiB')).toEqual([
    'the x platform does not honour volumeSizeGiB: the job runs without it',
  ])
  expect(await warnings(ready.instances('ml.g5.xlarge'))).toEqual([])
  expect(await warnings(ready.instances('ml.m5.xlarge').volumeSizeGiB(500))).toEqual([])
})

test('a local job in a container has the image and the closed network that it asks for; as a process it is warned of both', async () => {
  const closed = ready.with({ image: 'img:1', networkIsolation: true })
  const ignores = ['image', 'networkIsolation', 'volumeSizeGiB'] as const
  expect(await warnings(closed, ...ignores)).toEqual([
    'the x platform does not honour image, networkIsolation: the job runs without them',
  ])
  expect(await warnings(closed.container(), ...ignores)).toEqual([])
})

test('the families with disks of their own are those that EC2 gives NVMe disks', () => {
  const families = new Set(knownInstanceTypes.filter(hasOwnDisks).map((type) => type.split('.')[1] ?? ''))
  expect([...families].sort()).toEqual([
    'g4dn',
    'g5',
    'g6',
    'g6e',
    'g7',
    'g7e',
    'p3dn',
    'p4d',
    'p4de',
    'p5',
    'p5e',
    'p5en',
    'p6-b200',
    'p6-b300',
    'p6e-gb200',
    'r5d',
    'trn1',
    'trn1n',
    'trn2',
  ])
})

test('maxWait of an algorithm that runs on demand is said to mean nothing', async () => {
  expect(await warnings(kmeans.maxWait('30 hours'))).toEqual([
    expect.stringMatching(/^kmeans keeps no checkpoints.*maxWait has no effect/),
  ])
  expect(await warnings(xgboost.maxWait('30 hours'))).toEqual([])
  expect(await warnings(kmeans)).toEqual([])
})

test('an algorithm without checkpoints waits and runs for an hour with spot, at most', () => {
  const path = (task: TrainingTask): readonly string[] => problemsOf(task).map((problem) => problem.path)
  expect(path(kmeans.spot())).toEqual(['maxRun'])
  expect(problemsOf(kmeans.spot())[0]?.message).toBe("must be at most '1 hour' with spot: kmeans keeps no checkpoints")
  expect(path(kmeans.spot().maxRun('30 minutes').maxWait('2 hours'))).toEqual(['maxWait'])
  const short = kmeans.spot().maxRun('30 minutes')
  expect(short.output('model').spec).toMatchObject({ spot: true, maxRunSeconds: 1_800, maxWaitSeconds: 1_800 })
  expect(path(short.maxWait('1 hour'))).toEqual([])
  expect(path(kmeans.maxRun('2 days'))).toEqual([])
  expect(path(xgboost.spot())).toEqual([])
})

test('values of several lines are refused for an algorithm, which is told them by the request alone', () => {
  expect(problemsOf(kmeans.hyperparameters({ prompt: 'a\nb' }))).toMatchObject([
    { path: 'hyperparameters.prompt', message: expect.stringContaining('on one line') as string },
  ])
  expect(problemsOf(ready.hyperparameters({ prompt: 'a\nb' }))).toEqual([])
})
