import { expect, test } from 'vitest'
import { checkPlan } from './check-plan.ts'
import type { SearchPlan } from './plan.ts'

const range = { kind: 'range', scale: 'linear', min: 0, max: 1 }
const plan = (more: object = {}, task: object = {}): SearchPlan =>
  ({
    task: { task: 't', metrics: { loss: 'loss=(.*)' }, program: { kind: 'code' }, hyperparameters: {}, ...task },
    over: { kind: 'space', space: { lr: range } },
    goal: { metric: 'loss', direction: 'minimize' },
    trials: 2,
    parallel: 1,
    tolerate: 0,
    seed: 1,
    by: 'random',
    ...more,
  }) as unknown as SearchPlan
const variants = (...list: readonly unknown[]): object => ({ over: { kind: 'list', list } })

/** Refuses every hyperparameter that is below 0.5, and says of each where it is. */
const schema = (where: (name: string) => unknown): object => ({
  '~standard': {
    validate: (values: Readonly<Record<string, number>>) => ({
      issues: Object.entries(values)
        .filter(([, value]) => value < 0.5)
        .map(([name]) => ({ message: 'too small', path: where(name) })),
    }),
  },
})

test('a plan that can run has no problem', async () => {
  await expect(checkPlan(plan())).resolves.toBeUndefined()
  await expect(checkPlan(plan({ ...variants({ lr: 1 }, { lr: 2 }), goal: undefined }))).resolves.toBeUndefined()
  await expect(checkPlan(plan({ goal: { metric: 'auc' } }, { program: { kind: 'algorithm' } }))).resolves.toBeUndefined()
})

test.each<[string, SearchPlan, string]>([
  ['no goal', plan({ goal: undefined }), 'nothing says which metric is to be small or large'],
  [
    'variants that stop early without a goal',
    plan({ ...variants({ lr: 1 }), goal: undefined, halving: { after: 1, factor: 2 } }),
    'nothing says which metric',
  ],
  ['a goal that the task does not measure', plan({ goal: { metric: 'auc' } }), 'is no metric of the task, which has loss'],
  ['a goal of a task without metrics', plan({}, { metrics: {} }), 'is no metric: the task has none'],
  ['no variants', plan(variants()), 'must be a list of hyperparameters'],
  ['variants that are numbers', plan(variants(1)), 'must be a list of hyperparameters'],
  ['a variant twice', plan(variants({ a: 1, b: 2 }, { b: 2, a: 1 })), 'is the same as an earlier variant'],
  ['an unknown way to choose values', plan({ by: 'genetic' }), 'by must be one of bayes, grid, random'],
  ['a slip in the way to choose values', plan({ by: 'baies' }), 'Did you mean bayes?'],
  ['an unknown tuner', plan({ on: 'optuna' }), 'on must be one of sagemaker'],
  ['no time at all', plan({ withinSeconds: 0 }), 'must be a duration above 0'],
  ['an end of a range that the schema refuses', plan({}, { hyperparameterSchema: schema((name) => [name]) }), 'search.lr'],
  [
    'a variant that the schema refuses',
    plan(variants({ lr: 0.1 }), { hyperparameterSchema: schema((name) => [{ key: name }]) }),
    'variants[0].lr',
  ],
])('a search with %s is refused', async (_, given, message) => {
  await expect(checkPlan(given)).rejects.toThrow(message)
})

test('what a schema says of other hyperparameters, or of none, is no problem of the search', async () => {
  await expect(checkPlan(plan({}, { hyperparameterSchema: schema(() => ['other']) }))).resolves.toBeUndefined()
  await expect(checkPlan(plan({}, { hyperparameterSchema: schema(() => undefined) }))).resolves.toBeUndefined()
})
