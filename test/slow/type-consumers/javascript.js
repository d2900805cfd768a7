// JavaScript whose types are comments: it is checked as TypeScript is. `@import` would be shorter, from TypeScript 5.5 on.
import { isSsmError, project } from '@simple-sagemaker/core'

const ex = project('ex', { platform: 'local', defaults: { maxRun: '2 hours' } })

/**
 * A parameter takes any training task.
 *
 * @param {import('@simple-sagemaker/core').TrainingTask} task
 * @returns {import('@simple-sagemaker/core').TrainingTask}
 */
export const onGpu = (task) => task.instances('ml.g5.xlarge').maxRun('2 hours')

/**
 * A generic helper gives the task that it is given.
 *
 * @template {string} Name
 * @template State
 * @param {import('@simple-sagemaker/core').TrainingTask<Name, State>} task
 */
export const tagged = (task) => task.tag('team', 'vision')

export const prep = ex.processing('prep').code('prep.py')
export const train = tagged(
  ex
    .task('train')
    .code('train.py')
    .metric('loss', /loss=(.*)/),
).input.from(prep.output('output'))
export const known = ex.add(prep).add(train)

/** @type {import('@simple-sagemaker/core').TrainingTask} */
let chosen = train
if (Math.random() > 0.5) chosen = onGpu(chosen).spot()

export class Holder {
  /** @type {import('@simple-sagemaker/core').AnyTask} */
  task = chosen
  /** @type {import('@simple-sagemaker/core').Project} */
  all = ex
  /** @type {import('@simple-sagemaker/core').TaskResult<'model', undefined, 'loss'> | undefined} */
  result
}

/** @param {readonly string[]} names */
export async function runFolds(names) {
  let all = ex
  for (const name of names) all = all.add(all.task(name).code('fold.py'))
  try {
    const { train: model } = (await known.run()).orThrow()
    return [model.outputs.model.uri, model.metrics.loss, await all.run()]
  } catch (error) {
    if (isSsmError(error, 'JOB_FAILED')) return [error.exitCode, error.lastLines]
    throw error
  }
}

// @ts-expect-error There is no such task.
void known.task('eval').code('a.py').input.fromTask('tran', 'model')
