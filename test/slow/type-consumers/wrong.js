// Each of these lines is refused, with this sentence.
import { project } from '@simple-sagemaker/core'
const ex = project('ex')
const train = ex.task('train').code('train.py')
const known = ex.add(train)
ex.task('t').run() // say what it runs first
train.spot().warm('1 hour') // a warm pool keeps on-demand machines
train.maxRun('24h') // write it as '24 hours'
known.add(train) // task 'train' is already part of this project
known.task('e').code('e.py').input.fromTask('tran', 'model') // '"tran"' is not assignable to parameter of type '"train"'
train.instances('ml.m5.lrage') // '"ml.m5.lrage"' is not assignable
ex.processing('p').code('p.py').spot() // a processing task has no spot
train.input.local('a').input.local('b') // channel 'data' has an input already
train.outputs({ words: '/opt/ml/processing/words' }) // only a processing task names outputs
void (async () => (await train.metric('acc', /(a)/).run()).metrics.accc) // Did you mean 'acc'?
void (async () => (await ex.processing('p').code('p.py').run()).outputs.model) // Property 'model' does not exist
