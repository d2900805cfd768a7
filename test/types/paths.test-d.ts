import { expectTypeOf, test } from 'vitest'
import { project, type AnyTask } from '@simple-sagemaker/core'

const ex = project('ex', { platform: 'local' })
const prep = ex
  .processing('prep')
  .code('prep.py')
  .input.local('./raw', { channel: 'raw', path: '/opt/ml/processing/raw' })
  .outputs({ train: '/opt/ml/processing/train', model: '/opt/ml/processing/model' })

test('the outputs that a processing task names are typed in its result, its references and the project', async () => {
  expectTypeOf<keyof Awaited<ReturnType<typeof prep.run>>['outputs']>().toEqualTypeOf<
    'output' | 'state' | 'source' | 'train' | 'model'
  >()
  prep.output('train')
  // @ts-expect-error there is no such output
  prep.output('test')
  const known = ex.add(prep)
  known.task('t').code('t.py').input.fromTask('prep', 'train').input.fromTask('prep', 'model')
  // @ts-expect-error there is no such output
  known.task('t').code('t.py').input.fromTask('prep', 'trian')
  const results = (await known.run()).orThrow()
  expectTypeOf(results.prep.outputs.train.uri).toBeString()
  // @ts-expect-error there is no such output
  void results.prep.outputs.test
})

test('a processing task without named outputs has no model, and a task with them is a task like any other', () => {
  const plain = ex.processing('plain').code('p.py')
  // @ts-expect-error a processing task has no model
  plain.output('model')
  const any: AnyTask = prep
  void any
})

test('a path is for processing tasks alone, and the names of outputs are free ones', () => {
  // @ts-expect-error SageMaker puts the channels of a training task where it wants
  ex.task('t').code('t.py').input.local('./d', { path: '/opt/ml/processing/x' })
  // @ts-expect-error every processing task has a state
  ex.processing('p').outputs({ state: '/opt/ml/processing/x' })
})
