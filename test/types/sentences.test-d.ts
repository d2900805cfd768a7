import { isSsmError, project, range } from '@simple-sagemaker/core'
import * as ssm from '@simple-sagemaker/core'
import { expectTypeOf, test } from 'vitest'

// `consumer/sentences.ts` holds the sentences themselves; here is what they mean to the compiler.

test('what a run gives is typed by what the task is', async () => {
  const train = project('ex').task('train').code('train.py')
  const result = await train.run()
  expectTypeOf<keyof typeof result.outputs>().toEqualTypeOf<'model' | 'output' | 'state' | 'source'>()
  expectTypeOf(result.outputs.model.uri).toExtend<string>()
  expectTypeOf(result.result).toEqualTypeOf<undefined>()
  expectTypeOf(result.metrics).toEqualTypeOf<Readonly<Record<string, number | undefined>>>()
  const run = await train.start()
  expectTypeOf(run.result).returns.resolves.toEqualTypeOf<typeof result>()
  expectTypeOf<typeof run>().toExtend<AsyncDisposable>()
  const why = await train.explain()
  expectTypeOf(why.decision.kind).toEqualTypeOf<'skip' | 'join' | 'start'>()
})

test('everything that core exports can be had through one name', () => {
  expectTypeOf(ssm.project).toEqualTypeOf(project)
})

test('events are one union: the type of an event says what it holds', async () => {
  const run = await project('ex').task('t').code('a.py').start()
  for await (const event of run.events()) {
    if (event.type === 'logged') expectTypeOf(event.line.machine).toBeString()
    if (event.type === 'decided' && event.decision.kind === 'start')
      expectTypeOf(event.decision.changes).toExtend<readonly object[]>()
    if (event.type === 'finished' && event.outcome.kind === 'blocked')
      expectTypeOf(event.outcome.by).toEqualTypeOf<readonly string[]>()
  }
})

test('a project that knows its tasks gives a typed table of outcomes', async () => {
  const ex = project('ex')
  const known = ex.add(ex.processing('prep').code('p.py')).add(ex.task('train').code('t.py')).existing('old')
  const outcome = await known.run()
  expectTypeOf<keyof typeof outcome.tasks>().toEqualTypeOf<'prep' | 'train'>()
  const results = outcome.orThrow()
  expectTypeOf<keyof typeof results.prep.outputs>().toEqualTypeOf<'output' | 'state' | 'source'>()
  expectTypeOf(results.train.outputs.model.output).toEqualTypeOf<'model'>()
  if (outcome.tasks.train.status !== 'failed') return
  const { error } = outcome.tasks.train
  expectTypeOf(error.message).toBeString()
  if (isSsmError(error, 'JOB_FAILED')) expectTypeOf(error.exitCode).toEqualTypeOf<number | undefined>()
  if (isSsmError(error)) expectTypeOf(error.hint).toEqualTypeOf<string | undefined>()
})

test('a known task is read by the outputs it has', () => {
  const known = project('ex').existing('old').existing('clean', 'processing')
  const next = known.task('next').code('n.py')
  expectTypeOf(next.input.fromTask('old', 'model').run).toBeFunction()
  expectTypeOf(next.input.fromTask('clean', 'output').run).toBeFunction()
  // @ts-expect-error Argument of type '"model"' is not assignable to parameter of type '"output" | "state" | "source"'.
  next.input.fromTask('clean', 'model')
})

test('words are said as methods and as one object, and a project has defaults for all its tasks', () => {
  const ex = project('ex', { defaults: { instanceType: 'ml.m5.large', tags: { team: 'vision' } } })
  const chained = ex.task('a').code('a.py').spot().instanceType('ml.m5.large').maxRun('2 hours')
  const patched = ex.task('a').code('a.py').with({ spot: true, instanceType: 'ml.m5.large', maxRun: '2 hours' })
  expectTypeOf(chained.run).toBeFunction()
  expectTypeOf(patched.run).toBeFunction()
})

test('a processing task has output, state and source, and no model', async () => {
  const result = await project('ex').processing('p').code('clean.py').run()
  expectTypeOf<keyof typeof result.outputs>().toEqualTypeOf<'output' | 'state' | 'source'>()
})

test('a draft cannot run, a ready task takes no second program', () => {
  const draft = project('ex').task('t')
  // @ts-expect-error say what it runs first: .code(), .shell() or .algorithm()
  void draft.run()
  // @ts-expect-error say what it runs first: .code(), .shell() or .algorithm()
  void draft.spot().env({ A: '1' }).input.local('d').output('model')
  // @ts-expect-error this task has its program
  void draft.code('a.py').shell('true')
})

test('a chain is never awaitable by accident', () => {
  const ready = project('ex').task('t').code('a.py')
  expectTypeOf(ready).not.toHaveProperty('then')
  expectTypeOf<Awaited<typeof ready>>().toEqualTypeOf<typeof ready>()
})

test('words may be said in any order, before and after the program', () => {
  const ex = project('ex')
  expectTypeOf(ex.task('t').spot().code('a.py').run).toBeFunction()
  expectTypeOf(ex.task('t').code('a.py').spot().run).toBeFunction()
  expectTypeOf(ex.task('t').input.local('d').code('a.py').input.s3('s3://b/k', { channel: 'k' }).run).toBeFunction()
  expectTypeOf(ex.processing('t').env({ A: '1' }).shell('true').instances('local').run).toBeFunction()
})

test('several types of machines go with spot and on demand, and not with a warm pool', () => {
  const task = project('ex').task('t').code('t.py')
  expectTypeOf(task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2).run).toBeFunction()
  expectTypeOf(
    task.spot({ fallback: 'on-demand', after: '2 hours' }).instances(['ml.g5.xlarge', 'ml.g4dn.xlarge']).run,
  ).toBeFunction()
  expectTypeOf(task.instances(Math.random() > 0.5 ? 'ml.g5.xlarge' : ['ml.g5.xlarge', 'ml.g4dn.xlarge']).run).toBeFunction()
  expectTypeOf(task.warm('1 hour').instances('ml.g5.xlarge', 2).run).toBeFunction()
  // @ts-expect-error No overload matches: a warm pool keeps machines of one type.
  task.warm('1 hour').instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'])
  // @ts-expect-error This expression is not callable: a warm pool keeps machines of one type.
  task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge']).warm('1 hour')
  // @ts-expect-error This expression is not callable: a warm pool keeps on-demand machines.
  task.spot({ fallback: 'on-demand' }).warm('1 hour')
  // @ts-expect-error The `this` of a warm pool: it keeps on-demand machines.
  task.warm('1 hour').spot({ fallback: 'on-demand' })
  // @ts-expect-error This expression is not callable: a warm pool keeps on-demand machines.
  task.spotFallback('on-demand').warm('1 hour')
  // @ts-expect-error The `this` of a warm pool: it keeps on-demand machines.
  task.warm('1 hour').spotFallback('on-demand')
  // @ts-expect-error This expression is not callable: a warm pool keeps machines of one type.
  task.fallbackTypes('ml.g4dn.xlarge').warm('1 hour')
  // @ts-expect-error This expression is not callable: a warm pool keeps machines of one type.
  task.warm('1 hour').fallbackTypes('ml.g4dn.xlarge')
  // @ts-expect-error A warm pool keeps machines of one type.
  task.instances([{ group: 'a', type: 'ml.m5.large' }]).warm('1 hour')
  // @ts-expect-error No machines in groups: a warm pool keeps machines of one type.
  task.warm('1 hour').instances([{ group: 'a', type: 'ml.m5.large' }])
  // @ts-expect-error There are two fallbacks: none and on-demand.
  task.spot({ fallback: 'warm' })
  // @ts-expect-error A processing task has no spot.
  project('ex').processing('p').code('p.py').spot({ fallback: 'on-demand' })
})

test('the options of a warm pool go with no other machines, in one object, over several, and as defaults', () => {
  const task = project('ex').task('t').code('t.py')
  expectTypeOf(task.with({ warm: '1 hour', spotFallback: 'none', fallbackTypes: [] }).run).toBeFunction()
  expectTypeOf(task.with({ warm: '1 hour', spot: false, spotFallback: 'on-demand' }).run).toBeFunction()
  expectTypeOf(task.with({ spotFallback: 'on-demand', fallbackTypes: ['ml.g4dn.xlarge'] }).run).toBeFunction()
  expectTypeOf(task.warm('1 hour').with({ spotFallback: 'none', fallbackTypes: [] }).run).toBeFunction()
  // @ts-expect-error A warm pool keeps on-demand machines.
  task.with({ warm: '1 hour', spotFallback: 'on-demand' })
  // @ts-expect-error A warm pool keeps machines of one type.
  task.with({ warm: '1 hour', instanceType: 'ml.g5.xlarge', fallbackTypes: ['ml.g4dn.xlarge'] })
  // @ts-expect-error A warm pool keeps machines of one type.
  task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge']).with({ warm: '1 hour' })
  // @ts-expect-error A warm pool keeps on-demand machines.
  task.warm('1 hour').with({ spotFallback: 'on-demand' })
  // @ts-expect-error A warm pool keeps machines of one type.
  task.warm('1 hour').with({ fallbackTypes: ['ml.g4dn.xlarge'] })
  // @ts-expect-error This expression is not callable: a warm pool keeps on-demand machines.
  task.with({ spotFallback: 'on-demand' }).warm('1 hour')
  // @ts-expect-error This expression is not callable: a warm pool keeps machines of one type.
  task.with({ fallbackTypes: ['ml.g4dn.xlarge'] }).warm('1 hour')
  // @ts-expect-error A warm pool keeps on-demand machines.
  project('ex', { defaults: { warm: '1 hour', spotFallback: 'on-demand' } })
  // @ts-expect-error A warm pool keeps machines of one type.
  project('ex', { defaults: { warm: '1 hour', fallbackTypes: ['ml.g4dn.xlarge'] } })
})

test('what cannot be rehearsed, tried again or paid for does not compile', () => {
  const ex = project('ex', { budget: { usd: 50 }, prices: 'platform' })
  const task = ex.task('t').code('t.py')
  const prep = ex.processing('p').code('p.py')
  expectTypeOf(task.rehearse({ interruptions: 20, grace: '2 minutes' })).resolves.toExtend<{ survives: boolean }>()
  expectTypeOf(prep.retry({ attempts: 3, on: ['internal', 'exit 75'] }).run).toBeFunction()
  // @ts-expect-error Property 'rehearse' does not exist: only training tasks run on spot machines.
  void prep.rehearse
  // @ts-expect-error Property 'rehearse' does not exist on a draft.
  void ex.task('u').rehearse
  // @ts-expect-error '2 minuts' is no duration.
  void task.rehearse({ grace: '2 minuts' })
  // @ts-expect-error 'timeout' is no cause.
  task.retry({ attempts: 3, on: ['timeout'] })
  // @ts-expect-error 'exit x' is no exit code.
  task.retry({ attempts: 3, on: ['exit x'] })
  // @ts-expect-error A retry has a number of attempts.
  task.retry({ on: ['capacity'] })
  // @ts-expect-error A processing task has no warm.
  prep.warm('1 hour')
  // @ts-expect-error A processing task has no spotAfter.
  prep.spotAfter('2 hours')
  // @ts-expect-error A budget has an amount.
  project('ex', { budget: {} })
  // @ts-expect-error It is a number.
  project('ex', { budget: { usd: '50' } })
  // @ts-expect-error Prices are from the platform, a file, or a source.
  project('ex', { prices: 'aws' })
})

test('on-demand machines may be kept warm, however they were said', () => {
  const task = project('ex').task('t').code('a.py')
  expectTypeOf(task.onDemand().warm('1 hour').run).toBeFunction()
  expectTypeOf(task.spot(false).warm('1 hour').run).toBeFunction()
  // @ts-expect-error This expression is not callable: a warm pool keeps on-demand machines.
  task.spot().warm('1 hour')
  // @ts-expect-error This expression is not callable: a warm pool keeps on-demand machines.
  task.spot(Math.random() > 0.5).warm('1 hour')
})

test('what rules a method out is said by the method, in either order, and can be taken back', () => {
  const ex = project('ex')
  const task = ex.task('t').code('t.py')
  expectTypeOf(task.onDemand().spot().maxWait('30 hours').run).toBeFunction()
  expectTypeOf(task.maxWait('30 hours').spot().run).toBeFunction()
  expectTypeOf(task.framework('pytorch').frameworkVersion('2.8.0').dockerfile('RUN a').run).toBeFunction()
  expectTypeOf(task.image('mine:1').image('mine:2').run).toBeFunction()
  expectTypeOf(ex.processing('p').code('p.py').launch(['accelerate', 'launch']).run).toBeFunction()
  expectTypeOf(task.launch('toolkit').distribution('torchrun').launch('toolkit').run).toBeFunction()
  // @ts-expect-error Only spot machines are waited for.
  task.onDemand().maxWait('30 hours')
  // @ts-expect-error Only spot machines are waited for.
  task.maxWait('30 hours').onDemand()
  // @ts-expect-error A task has one image.
  task.image('mine:1').dockerfile('RUN a')
  // @ts-expect-error A distribution is a launcher, too.
  task.launch(['accelerate', 'launch']).distribution('torchrun')
  // @ts-expect-error A processing task takes no FastFile.
  ex.processing('p').input.local('d', { mode: 'FastFile' })
  const search = task
    .metric('loss', /a(b)/)
    .search({ lr: range.float(0, 1) })
    .minimize('loss')
  expectTypeOf(search.parallel(25).trials(30).run).toBeCallableWith()
  // @ts-expect-error There are 20 trials unless .trials() says it.
  void search.parallel(25).run()
})

test('the last word on the request is typed by the kind of task', () => {
  const ex = project('ex')
  ex.task('t')
    .code('a.py')
    .request((request) => ({ ...request, EnableNetworkIsolation: true }))
  ex.processing('p')
    .code('a.py')
    .request((request) => ({ ...request, NetworkConfig: { EnableNetworkIsolation: true } }))
  const task = ex.task('t').code('a.py')
  // @ts-expect-error A job has a name.
  task.request(() => ({}))
})
