import {
  isSsmError,
  project,
  type AnyTask,
  type AnyTrainingTask,
  type Project,
  type ProcessingTask,
  type RunEvent,
  type Runs,
  type TaskResult,
  type TrainingOptions,
  type TrainingTask,
} from '@simple-sagemaker/core'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'

// Programs whose names, tasks and settings are only known at run time, or that pass tasks on.

const ex = project('ex')
const task = ex.task('t').code('t.py')
declare const anyText: string
declare const oneOfTwo: 'a' | 'b'
declare const names: readonly string[]

test('what was taken back leaves no trace', () => {
  expectTypeOf(task.spot().onDemand().warm('1 hour').run).toBeFunction()
  expectTypeOf(task.spot().spot(false).warm('1 hour').run).toBeFunction()
  expectTypeOf(task.warm('1 hour').spot(false).run).toBeFunction()
  expectTypeOf(task.spot().with({ spot: false }).warm('1 hour').run).toBeFunction()
  expectTypeOf(task.spot().with({ spot: false, warm: '1 hour' }).run).toBeFunction()
})

test('a task whose name is only known at run time knows nothing and forbids nothing', () => {
  const one = ex.add(ex.task(anyText).code('a.py'))
  const two = one.add(ex.task('b').code('b.py')).add(ex.task(anyText).code('c.py'))
  expectTypeOf(two.task('c').code('c.py').input.fromTask('b', 'model').run).toBeFunction()
  expectTypeOf(two.task('c').code('c.py').input.fromTask('whatever', 'model').run).toBeFunction()
  const few = ex.add(ex.task('b').code('b.py'))
  expectTypeOf(few.addAll(names.map((name) => ex.task(name).code('train.py'))).run).toBeFunction()
  let all = ex
  for (const name of names) all = all.add(all.task(name).code('train.py'))
  expectTypeOf(all).toEqualTypeOf<Project>()
})

test('a task of a computed name is remembered, whether it was added before or after one of a known name', async () => {
  const before = ex.add(ex.task(anyText).code('a.py')).add(ex.task('b').code('b.py'))
  const after = ex.add(ex.task('b').code('b.py')).add(ex.task(anyText).code('a.py'))
  expectTypeOf(before).toEqualTypeOf<typeof after>()
  expectTypeOf(before.task('c').code('c.py').input.fromTask('whatever', 'model').run).toBeFunction()
  expectTypeOf(before.task('c').code('c.py').input.fromTask('b', 'model').run).toBeFunction()
  let all: Project = ex.add(ex.task(anyText).code('a.py'))
  all = all.addAll(names.map((name) => ex.task(name).code('train.py')))
  const { tasks } = await ex.add(ex.task(anyText).code('a.py')).run()
  expectTypeOf(tasks).toEqualTypeOf<Awaited<ReturnType<typeof all.run>>['tasks']>()
})

test('many tasks are added at once, as a list or as an object', async () => {
  const folds = ex.addAll(names.map((name) => ex.task(name).code('train.py')))
  expectTypeOf(folds.task('mean').code('mean.py').input.fromTask(anyText, 'model').run).toBeFunction()
  const known = ex.addAll([ex.task('a').code('a.py'), ex.processing('b').code('b.py')])
  expectTypeOf(known.task('c').code('c.py').input.fromTask<'b', 'output'>).toBeFunction()
  const outcome = await ex.addAll({ first: ex.task('a').code('a.py'), second: ex.processing('b').code('b.py') }).run()
  expectTypeOf<keyof typeof outcome.tasks>().toEqualTypeOf<'a' | 'b'>()
  expectTypeOf<keyof ReturnType<typeof outcome.orThrow>['b']['outputs']>().toEqualTypeOf<'output' | 'state' | 'source'>()
})

test('a function adds a task of the name that it is given', () => {
  const withTask = <Name extends string>(name: Name) => ex.add(ex.task(name).code('a.py'))
  expectTypeOf(withTask('a')).toEqualTypeOf<Project<'a'>>()
})

test('a project is the names of its tasks, whichever way it came to know them', async () => {
  const prep = ex.processing('prep').code('p.py')
  const measured = task.metric('loss', /(a)/).resultSchema(v.object({ rows: v.number() }))
  const added = ex.add(prep).add(measured).existing('old', 'processing')
  expectTypeOf(ex.addAll([prep, measured]).existing('old', 'processing')).toEqualTypeOf<typeof added>()
  expectTypeOf(ex.addAll({ prep, measured }).existing('old', 'processing')).toEqualTypeOf<typeof added>()
  const { tasks, orThrow } = await added.run()
  expectTypeOf<keyof typeof tasks>().toEqualTypeOf<'prep' | 't'>()
  expectTypeOf(orThrow().t).toEqualTypeOf<TaskResult<'model' | 'output' | 'state' | 'source', { rows: number }, 'loss'>>()
  expectTypeOf(orThrow().prep).toEqualTypeOf<TaskResult<'output' | 'state' | 'source', undefined, never>>()
})

test('of a task that has one of two names, either may be missing', async () => {
  const outcome = await ex.add(ex.task(oneOfTwo).code('a.py')).run()
  expectTypeOf(outcome.tasks.a).toExtend<object | undefined>()
  expectTypeOf<undefined>().toExtend<(typeof outcome.tasks)['a']>()
})

test('a channel whose name is only known at run time takes no other channel', () => {
  expectTypeOf(task.input.local('a', { channel: anyText }).input.local('b').run).toBeFunction()
  const many = names.reduce((sofar, name) => sofar.input.local(name, { channel: name }), task)
  expectTypeOf(many).toEqualTypeOf<typeof task>()
})

test('a function adds a channel of the name that it is given', () => {
  const withChannel = <Channel extends string>(channel: Channel) => task.input.local('a', { channel })
  expectTypeOf(withChannel('words').input.local('b').run).toBeFunction()
  const twice = <Channel extends string>(channel: Channel) => task.input.local('b').input.s3('s3://b/k', { channel })
  expectTypeOf(twice('words').run).toBeFunction()
  // @ts-expect-error channel 'words' has an input already: name this one with { channel: '…' }
  void withChannel('words').input.local('b', { channel: 'words' })
})

test('hyperparameters are given in parts, and as an interface', () => {
  interface Values {
    readonly lr: number
    readonly layers?: readonly number[]
    readonly nested: { readonly momentum: number }
  }
  const values: Values = { lr: 0.1, nested: { momentum: 0.9 } }
  expectTypeOf(task.hyperparameters(values).run).toBeFunction()
  expectTypeOf(task.with({ hyperparameters: values, spot: true }).run).toBeFunction()
  const declared = task.hyperparameterSchema(v.object({ lr: v.number(), epochs: v.number() }))
  expectTypeOf(declared.hyperparameters({ lr: 1 }).hyperparameters({ epochs: 3 }).run).toBeFunction()
})

test('a function takes any task and gives it back changed', () => {
  const setup = (one: TrainingTask): TrainingTask => one.spot().instances('ml.g5.xlarge').input.local('d').metric('loss', /(a)/)
  const named = <Name extends string>(one: TrainingTask<Name>): TrainingTask<Name> => one.maxRun('2 hours').warm('1 hour')
  const both = (one: AnyTask): string => one.name
  const ready = task
    .spot()
    .input.local('x')
    .hyperparameters({ a: 1 })
    .resultSchema(v.object({ rows: v.number() }))
  expectTypeOf(setup(ready)).toEqualTypeOf<TrainingTask>()
  expectTypeOf(named(ready).name).toEqualTypeOf<'t'>()
  expectTypeOf(both(ready)).toBeString()
  expectTypeOf(ex.add(named(ready)).run).toBeFunction()
  const generic = <Name extends string, State>(one: TrainingTask<Name, State>): TrainingTask<Name, State> =>
    one.instances('ml.g5.xlarge').tag('team', 'vision')
  expectTypeOf(generic(ready)).toEqualTypeOf<typeof ready>()
})

test('a variable and a class field hold a task that is configured step by step', () => {
  let step: AnyTrainingTask = task
  step = step.spot()
  step = step.input.local('a')
  step = step.resultSchema(v.object({ rows: v.number() }))
  class Holder {
    task: TrainingTask = project('ex').task('t').code('t.py')
    prep: ProcessingTask = project('ex').processing('p').code('p.py')
    add(): void {
      this.task = this.task.spot(false).warm('1 hour').hyperparameters({ lr: 0.1 })
      this.prep = this.prep.input.local('d').maxRun('1 hour')
    }
  }
  expectTypeOf(step.run).toBeFunction()
  expectTypeOf(new Holder().task.run).toBeFunction()
  let narrow = task
  narrow = narrow.instances('ml.m5.large')
  narrow = narrow.tag('a', 'b')
  expectTypeOf(narrow).toEqualTypeOf<typeof task>()
})

test('options in a variable of their type are taken as they are', () => {
  const options: TrainingOptions = { maxRun: '2 hours', instanceType: 'ml.m5.large' }
  expectTypeOf(task.with(options).run).toBeFunction()
  expectTypeOf(project('x', { defaults: options })).toEqualTypeOf<Project>()
})

test('limits agree whichever comes first', () => {
  expectTypeOf(task.maxRun('2 hours').maxWait('2 hours').run).toBeFunction()
  expectTypeOf(task.maxWait('6 hours').maxRun('2 hours').run).toBeFunction()
  expectTypeOf(task.maxWait('1 hour').maxWait('6 hours').maxRun('2 hours').run).toBeFunction()
  expectTypeOf(task.with({ maxRun: '2 hours', maxWait: '6 hours' }).maxRun('5 hours').run).toBeFunction()
  expectTypeOf(task.maxRun('9 hours').with({ maxRun: '1 hour', maxWait: '2 hours' }).run).toBeFunction()
  expectTypeOf(task.maxWait({ seconds: 3 }).maxRun('5 hours').run).toBeFunction()
})

test('machines are one type, or several in their order', () => {
  expectTypeOf(task.onDemand().instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2).run).toBeFunction()
  expectTypeOf(ex.processing('p').code('p.py').instances(['ml.m5.large', 'ml.m5.xlarge']).run).toBeFunction()
  // @ts-expect-error Argument of type '[]' is not assignable: a list has at least one type.
  void task.instances([])
  // @ts-expect-error Type '"ml.m5.lrage"' is not assignable to type 'InstanceType'.
  void task.instances(['ml.g5.xlarge', 'ml.m5.lrage'])
})

test('metrics have the names that were set', async () => {
  const { metrics } = await task.metric('loss', /(a)/).metrics({ acc: /(b)/ }).run()
  expectTypeOf(metrics.loss).toEqualTypeOf<number | undefined>()
  expectTypeOf<keyof typeof metrics>().toEqualTypeOf<'loss' | 'acc'>()
  const more = await task
    .with({ metrics: { f1: /(a)/ } })
    .metric('loss', /(b)/)
    .run()
  expectTypeOf<keyof typeof more.metrics>().toEqualTypeOf<'loss' | 'f1'>()
})

test('a project’s defaults name metrics of all its training tasks', async () => {
  const measured = project('ex', { defaults: { metrics: { f1: /(c)/ } } })
  const acc = measured.task('t').code('t.py').metric('acc', /(a)/)
  expectTypeOf<keyof Awaited<ReturnType<typeof acc.run>>['metrics']>().toEqualTypeOf<'f1' | 'acc'>()
  const { t, p } = (await measured.add(acc).add(measured.processing('p').code('p.py')).run()).orThrow()
  expectTypeOf(t.metrics.f1).toEqualTypeOf<number | undefined>()
  expectTypeOf(p.metrics).toEqualTypeOf<Readonly<Record<string, number | undefined>>>()
})

test('metrics are added to a variable in a loop', () => {
  let measured = task
  for (const name of names) measured = measured.metric(name, `${name}=(.*)`)
  expectTypeOf(measured).toEqualTypeOf<typeof task>()
})

test('a metric that the compiler does not know of may be missing', async () => {
  const none = (await task.run()).metrics
  const named = (await task.metric('acc', /(a)/).run()).metrics
  const computed = (await task.metric('acc', /(a)/).metric(anyText, /(b)/).run()).metrics
  expectTypeOf(none['acc']).toEqualTypeOf<number | undefined>()
  expectTypeOf(computed[anyText]).toEqualTypeOf<number | undefined>()
  expectTypeOf(Object.values(named)).toExtend<readonly (number | undefined)[]>()
})

test('what a project stored is typed by what it knows', async () => {
  const known = ex.add(ex.processing('p').code('p.py')).add(task)
  const stored = await known.data('p').outputs()
  expectTypeOf<keyof typeof stored>().toEqualTypeOf<'output' | 'state' | 'source'>()
  const open = await ex.data('whatever').outputs()
  expectTypeOf(open.model).toExtend<object | undefined>()
})

test('the kind of a task tells what it is', () => {
  const describe = (one: AnyTask): void => {
    if (one.kind === 'training') expectTypeOf(one.metric).toBeFunction()
    else expectTypeOf(one).toEqualTypeOf<ProcessingTask>()
  }
  const run = async <Out extends 'output' | 'state'>(one: Runs<string, Out>): Promise<TaskResult<Out>> => await one.run()
  expectTypeOf(describe).toBeFunction()
  expectTypeOf(run).toBeFunction()
})

test('an error of a code has the fields of its class', () => {
  const report = (error: unknown): unknown => {
    if (isSsmError(error, 'JOB_FAILED')) return [error.exitCode, error.lastLines, error.job.name]
    if (isSsmError(error, 'TASK_INVALID')) return error.problems.map(({ path }) => path)
    if (isSsmError(error, 'GRAPH_FAILED')) return Object.keys(error.outcomes)
    if (!isSsmError(error)) return error
    if (error.code === 'RUN_ABORTED') return error.job
    return error.hint
  }
  expectTypeOf(report).toBeFunction()
})

test('the compiler names the event that a switch forgets', () => {
  const line = (event: Extract<RunEvent, { type: 'logged' | 'warned' }>): string => {
    if (event.type === 'logged') return event.line.text
    // @ts-expect-error Type 'WarnedEvent' is not assignable to type 'never'.
    event satisfies never
    return event.message
  }
  expectTypeOf(line).toBeFunction()
})

test('of a failed task only what every kind has is known', async () => {
  const outcome = await ex.add(task).run()
  try {
    outcome.orThrow()
  } catch (error) {
    const failed = isSsmError(error, 'GRAPH_FAILED') ? error.outcomes['p'] : undefined
    if (failed?.status === 'completed') {
      expectTypeOf(failed.result.outputs.state.uri).toBeString()
      // @ts-expect-error a processing task has no model: 'failed.result.outputs.model' is possibly 'undefined'.
      void failed.result.outputs.model.uri
    }
  }
})
