import { project, type Duration, type TrainingOptions } from '@simple-sagemaker/core'
import { expectTypeOf, test } from 'vitest'

// Options of which the compiler does not know whether they are there: what they rule out is left to the run.

const task = project('ex').task('t').code('t.py')
declare const options: TrainingOptions
declare const time: Duration
declare const perhaps: '3 hours' | undefined

test('one option beside unknown ones rules out nothing that may not be there', () => {
  expectTypeOf(task.with({ ...options, spot: false }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, spot: true }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, maxRun: '1 hour' }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, maxWait: '1 hour' }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, warm: '1 hour' }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, warm: '1 hour', spot: false }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, fallbackTypes: ['ml.m5.large'] }).run).toBeFunction()
  expectTypeOf(task.with({ ...options, spotFallback: 'on-demand' }).run).toBeFunction()
  // @ts-expect-error Only spot machines are waited for.
  task.with({ ...options, spot: false, maxWait: '3 hours' })
  // @ts-expect-error A warm pool keeps on-demand machines.
  task.with({ ...options, spot: true, warm: '3 hours' })
  // @ts-expect-error It must be no shorter than maxRun.
  task.with({ ...options, maxRun: '4 hours', maxWait: '3 hours' })
})

test('the same holds for the defaults of a project', () => {
  project('p', { defaults: { ...options, spot: false } })
  project('p', { defaults: { ...options, spot: true } })
  project('p', { defaults: { ...options, maxRun: '1 hour' } })
  project('p', { defaults: { ...options, warm: '1 hour' } })
  project('p', { defaults: { ...options, fallbackTypes: ['ml.m5.large'] } })
  project('p', { defaults: { ...options, spotFallback: 'on-demand' } })
  // @ts-expect-error Only spot machines are waited for.
  project('p', { defaults: { ...options, spot: false, maxWait: '3 hours' } })
  // @ts-expect-error A warm pool keeps on-demand machines.
  project('p', { defaults: { ...options, spot: true, warm: '3 hours' } })
})

test('a chain goes on after unknown options, and takes them after any method', () => {
  expectTypeOf(task.with(options).spot().run).toBeFunction()
  expectTypeOf(task.with(options).onDemand().run).toBeFunction()
  expectTypeOf(task.with(options).warm('1 hour').run).toBeFunction()
  expectTypeOf(task.with({ ...options, spot: false }).warm('1 hour').run).toBeFunction()
  expectTypeOf(task.with(options).maxRun('5 hours').maxWait('6 hours').run).toBeFunction()
  expectTypeOf(task.warm('1 hour').with(options).run).toBeFunction()
  expectTypeOf(task.spot().with(options).run).toBeFunction()
  expectTypeOf(task.onDemand().with(options).maxWait('1 hour').run).toBeFunction()
  expectTypeOf(task.onDemand().with({ spot: true }).maxWait('1 hour').run).toBeFunction()
  // @ts-expect-error A warm pool keeps on-demand machines.
  task.with({ warm: { seconds: 30 } }).spot()
  // @ts-expect-error A warm pool keeps on-demand machines.
  task.with({ spotFallback: 'on-demand' }).warm('1 hour')
  // @ts-expect-error Only spot machines are waited for.
  task.with({ spot: false }).maxWait('1 hour')
})

test('a time that is not written out is compared when it runs', () => {
  expectTypeOf(task.maxRun('2 hours').maxWait(time).run).toBeFunction()
  expectTypeOf(task.maxRun('2 hours').maxWait({ seconds: 9_000 }).run).toBeFunction()
  expectTypeOf(task.maxWait(time).maxRun('2 hours').run).toBeFunction()
  expectTypeOf(task.with({ maxRun: '3 hours', maxWait: time }).run).toBeFunction()
  expectTypeOf(task.with({ maxRun: time, maxWait: '3 hours' }).run).toBeFunction()
  expectTypeOf(task.with({ spot: false, maxWait: perhaps }).run).toBeFunction()
  expectTypeOf(task.with({ spot: true, warm: perhaps }).run).toBeFunction()
  // @ts-expect-error Only spot machines are waited for.
  task.maxWait(time).onDemand()
  // @ts-expect-error Only spot machines are waited for.
  task.with({ spot: false, maxWait: { seconds: 30 } })
})
