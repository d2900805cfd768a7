// What a library of a user exports: nothing of it says its type, the compiler writes the declarations.
import { project, type AnyTask, type Project, type TrainingTask } from '@simple-sagemaker/core'

export const ex = project('ex', { platform: 'local', defaults: { maxRun: '2 hours', tags: { team: 'vision' } } })
export const draft = ex.task('draft').instances('ml.m5.large', 2)
export const prep = ex.processing('prep').code('prep.py').input.local('./data', { distribution: 'ShardedByS3Key' })
export const train = ex
  .task('train')
  .code('train.py')
  .spot()
  .maxRun('2 hours')
  .input.from(prep.output('output'), { channel: 'words' })
  .hyperparameters({ lr: 0.1 })
  .metric('loss', /loss=(.*)/)
export const known = ex.add(prep).add(train)
export const listed = ex.addAll([prep, train])
export const named = ex.addAll({ prep, train })
export const later = known.existing('words', 'processing')
export const evaluate = later.task('eval').code('eval.py').input.fromTask('train', 'model')
export const folds = (names: readonly string[]) => ex.addAll(names.map((name) => ex.task(name).code('fold.py')))
export const computedFirst = (name: string) =>
  ex.add(ex.task(name).code('a.py')).add(train).task('after').code('a.py').input.fromTask(name, 'model')
export const withTask = <Name extends string>(name: Name) => ex.add(ex.task(name).code('a.py'))
export const setup = <Name extends string, State>(task: TrainingTask<Name, State>) => task.instances('ml.g5.xlarge').tag('a', 'b')
export const channelled = <Channel extends string>(channel: Channel) => train.input.local('a', { channel })
export const optioned = train.with({ spot: true, maxRun: '3 hours', maxWait: '4 hours', hyperparameters: { epochs: 3 } })
export const onDemand = optioned.with({ spot: false, metrics: { acc: /acc=(.*)/ } })
export const drafted = draft.with({ warm: '1 hour' })
export const helped = <Name extends string>(name: Name) => ex.task(name).code('a.py').maxRun('2 hours').with({ spot: true })
export const phases = async () => (await train.run()).phases
export const result = () => train.run()
export const outcome = () => known.run()
export const results = async () => (await known.run()).orThrow()
export const request = async () => (await train.plan()).request
export const reasons = () => train.explain()
export const job = async () => (await train.start()).job()
export const stored = () => known.data('prep').outputs()
export const graph = () => known.graph()
export const input = () => train.input
export class Holder {
  task = train
  readonly all = known
  any: AnyTask = prep
  open: Project = ex
}
