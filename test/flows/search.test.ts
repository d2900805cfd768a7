import { range, type SearchEvent } from '@simple-sagemaker/core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownCache, sandbox, timeout, type Sandbox } from './flow.ts'

ownCache()

/** A program that prints its loss step by step, and says in a file that it ran. */
const script = (folder: string): string =>
  `echo "$SM_HP_X" >> ${folder}/ran; for i in 1 2 3; do echo "loss=$(awk -v x="$SM_HP_X" -v i=$i 'BEGIN { print (x-2)*(x-2) + 1/i }')"; done`

const ran = ({ folder }: Sandbox): readonly string[] => readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n')

test('a search finds the best of its trials, and runs none again when it is asked again', { timeout: timeout * 2 }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('train')
    .shell(script(place.folder))
    .metric('loss', /loss=([0-9.]+)/)
  const search = task
    .search({ x: range.int(0, 3) })
    .minimize('loss')
    .trials(6)
    .parallel(3)
  const events: SearchEvent[] = []
  const found = await search.run({ onEvent: (event) => events.push(event) })
  expect(found.best.hyperparameters).toEqual({ x: 2 })
  expect(found.best.metrics.loss).toBeCloseTo(1 / 3)
  expect(found.trials.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'completed'))
  expect(found.trials.find(({ hyperparameters }) => hyperparameters.x === 2)?.course.map(({ step }) => step)).toEqual([1, 2, 3])
  expect(ran(place).toSorted()).toEqual(['0', '1', '2', '3'])
  expect(events.filter(({ type }) => type === 'trial-started')).toHaveLength(4)
  expect(events.filter(({ type }) => type === 'trial-ended')).toHaveLength(4)
  const again = await search.run()
  expect(again.best.job).toBe(found.best.job)
  expect(again.trials).toMatchObject(found.trials.map(({ number, task: name, value }) => ({ number, task: name, value })))
  expect(ran(place)).toHaveLength(4)
})

test('the course of a metric is read from the log, of every machine, also after a skip', { timeout }, async () => {
  await using place = sandbox()
  const line = 'for i in 1 2 3; do echo "loss=$i of $SM_CURRENT_HOST"; done'
  const task = place
    .project('p')
    .task('train')
    .shell(line)
    .instanceCount(2)
    .metric('loss', /loss=([0-9.]+)/)
  const values = async (): Promise<readonly string[]> =>
    (await (await task.run()).series('loss')).map(({ machine, value }) => `${machine} ${value}`).toSorted()
  const all = ['algo-1', 'algo-2'].flatMap((machine) => [1, 2, 3].map((value) => `${machine} ${value}`))
  expect(await values()).toEqual(all)
  expect(await values()).toEqual(all)
  expect(place.jobs('train')).toHaveLength(1)
  const result = await task.run()
  expect((await result.series('loss')).every(({ atMs }) => atMs > 0)).toBe(true)
  await expect(result.series('los')).rejects.toMatchObject({
    code: 'TASK_INVALID',
    hint: expect.stringContaining('Did you mean loss?') as string,
  })
})
