/** A search: 24 trials, two at a time, the best of which is kept. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { choice, project, range } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const train = project('moons', { platform: 'local' })
  .task('train')
  .code(join(here, 'worker/train.py'))
  .metric('loss', /loss=([-+.0-9eE]+)/)

const { best, trials } = await train
  .search({ lr: range.log(1e-3, 1), hidden: range.int(2, 12), activation: choice('tanh', 'relu') })
  .minimize('loss')
  .trials(24)
  .parallel(2)
  .stopEarly({ after: 3 })
  .run({
    onEvent: (event) =>
      void (event.type === 'trial-ended' && console.log(`trial ${event.trial}: ${event.status}, ${event.value}`)),
  })

const { lr, hidden, activation } = best.hyperparameters
console.log(`Best: lr ${lr.toPrecision(3)}, ${hidden} hidden units, ${activation}: loss ${best.metrics.loss}`)
const early = trials.filter(({ status }) => status === 'stopped-early')
console.log(`${early.length} of ${trials.length} trials were stopped early`)

mkdirSync(out, { recursive: true })
await best.download(join(out, 'best'), { only: ['model'] })
const isGood = (best.metrics.loss ?? 1) < 0.2
writeFileSync(join(out, 'checked.txt'), `${trials.length} trials, the best loss is ${isGood ? 'below' : 'not below'} 0.2\n`)
