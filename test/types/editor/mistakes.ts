/** Wrong programs, one a line, each with what the first line of the compiler's message must hold. */
export type Mistake = readonly [claim: string, code: string, message: string]

/** What every mistake may use. */
export const prelude = `import { project, range, Secret, type RunEvent } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.processing('prep').code('prep.py')
const train = ex.task('train').code('train.py')
const known = project('ex').add(prep).add(train)
const other = known.task('eval').code('eval.py')
interface Lr { lr: number }
declare const schema: { readonly '~standard': { version: 1; vendor: string; validate(value: unknown): { value: Lr }; types?: { input: Lr; output: Lr } } }
declare const event: RunEvent
declare const load: () => Promise<{ when(day: Date): number; who(): Map<string, number>; length(text: string): number }>
declare const unknownType: string
`

const warmOrSpot = `Explain<"a warm pool keeps on-demand machines: leave out .warm(), or .spot() and .spotFallback()">`
const onlySpotWaits = `Explain<"only spot machines are waited for: leave out .maxWait(), or .onDemand(), .spot(false) and .warm()">`
const oneImage = `Explain<"a task has one image: leave out .image() or .dockerfile()">`
const imageDecides = `Explain<"the URI of an image decides this: leave out .image(), or .framework(), .frameworkVersion() and .pythonVersion()">`
const oneLauncher = `Explain<"a distribution is a launcher, too: leave out .launch() or .distribution()">`
const warmOrTypes = `Explain<"a warm pool keeps machines of one type: give one type, or leave out .warm()">`
const sayWhat = `Explain<"say what it runs first: .code(), .shell() or .algorithm()">`
const oneProgram = `Explain<"this task has its program: make another task for another one">`
const whichOutput = `Explain<"which of its outputs? Write task.output('output'), or task.output('model') of a training task">`
const namesNoOutputs = `Explain<"only a processing task names outputs: use project.processing(), or write to model and output">`
const trainingOnly = (name: string): string =>
  `Explain<"a processing task has no ${name}: use project.task() for a training task">`
const taken = (channel: string): string =>
  `Explain<"channel '${channel}' has an input already: name this one with { channel: '…' }">`
const waitTooShort = (limit: string): string =>
  `Explain<"maxWait counts waiting and running together: it must be no shorter than maxRun, '${limit}'">`
const runTooLong = (wait: string): string =>
  `Explain<"maxWait counts waiting and running together: '${wait}' is shorter than this maxRun">`
const plainDuration = `Explain<"a duration is a plain number and a unit: '90 seconds', '1.5 hours'">`
const isPart = (task: string): string => `Explain<"task '${task}' is already part of this project">`

const programs: readonly Mistake[] = [
  ['a draft cannot run', `ex.task('t').run()`, sayWhat],
  ['a draft cannot start', `ex.processing('t').start()`, sayWhat],
  ['a draft has no outputs', `ex.task('t').output('model')`, sayWhat],
  ['a draft cannot be planned', `ex.processing('t').plan()`, sayWhat],
  ['a draft cannot be added', `ex.add(ex.task('t'))`, sayWhat],
  ['a task has one program', `train.code('x.py')`, oneProgram],
  ['a task has one program, by shell', `prep.shell('true')`, oneProgram],
  ['a chain cannot be awaited', `train.then`, `Property 'then' does not exist on type 'TrainingTask<"train"`],
  [
    'a training task with an entrypoint',
    `ex.task('p').entrypoint(['a'])`,
    `Explain<"only a processing task has an entrypoint: use project.processing(), or .code() or .shell()">`,
  ],
  ['an empty entrypoint', `ex.processing('p').entrypoint([])`, `'readonly [string, ...string[]]'`],
]

const functions: readonly Mistake[] = [
  [
    'a function that takes what does not cross',
    `ex.task('f').function(load, 'when')`,
    `Explain<"'when' takes a Date, which JSON does not carry: send its text or its milliseconds">`,
  ],
  [
    'a function that gives what does not cross',
    `ex.task('f').function(load, 'who')`,
    `Explain<"'who' gives a Map, which JSON does not carry: send an object or a list of pairs">`,
  ],
  [
    'a misspelt function',
    `ex.task('f').function(load, 'lenght')`,
    `Argument of type '"lenght"' is not assignable to parameter of type '"length" | "when" | "who"'`,
  ],
  [
    'a function that is run',
    `ex.task('f').function(load, 'length').run()`,
    `Explain<"a function is called: use .call() or .map()">`,
  ],
  [
    'an argument of another type',
    `ex.task('f').function(load, 'length').call(1)`,
    `Argument of type 'number' is not assignable to parameter of type 'string'`,
  ],
]

const outputs: readonly Mistake[] = [
  [
    'a misspelt task',
    `other.input.fromTask('tran', 'model')`,
    `Argument of type '"tran"' is not assignable to parameter of type '"prep" | "train"'`,
  ],
  [
    'a misspelt output',
    `other.input.fromTask('train', 'modle')`,
    `Argument of type '"modle"' is not assignable to parameter of type '"model" | "output" | "source" | "state"'`,
  ],
  [
    'a misspelt output of an open project',
    `train.input.fromTask('x', 'modle')`,
    `Argument of type '"modle"' is not assignable to parameter of type '"model" | "output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, by name',
    `other.input.fromTask('prep', 'model')`,
    `Argument of type '"model"' is not assignable to parameter of type '"output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, by value',
    `prep.output('model')`,
    `Argument of type '"model"' is not assignable to parameter of type '"output" | "source" | "state"'`,
  ],
  [
    'a processing task has no model, in its result',
    `void (async () => (await prep.run()).outputs.model)`,
    `Property 'model' does not exist on type`,
  ],
  [
    'a processing task has no model, among what is stored',
    `void (async () => (await known.data('prep').outputs()).model)`,
    `Property 'model' does not exist on type`,
  ],
  ['a task in place of its output', `other.input.from(prep)`, whichOutput],
  ['a training task in place of its output', `other.input.from(train)`, whichOutput],
  ['a training task that names outputs', `train.outputs({ words: '/opt/ml/processing/words' })`, namesNoOutputs],
  ['a draft of a training task that names outputs', `ex.task('t').outputs({})`, namesNoOutputs],
]

const machines: readonly Mistake[] = [
  ['spot after a warm pool', `train.warm('30 minutes').spot()`, warmOrSpot],
  ['a warm pool after spot', `train.spot().warm('30 minutes')`, warmOrSpot],
  ['a warm pool after spot, on a draft', `ex.task('t').spot(true).warm('30 minutes')`, warmOrSpot],
  ['a warm pool with spot, as one object', `train.with({ spot: true, warm: '30 minutes' })`, warmOrSpot],
  ['spot as an object after a warm pool', `train.warm('30 minutes').with({ spot: true })`, warmOrSpot],
  ['a warm pool as an object after spot', `train.spot().with({ warm: '30 minutes' })`, warmOrSpot],
  ['a warm pool with spot, as defaults', `project('x', { defaults: { spot: true, warm: '30 minutes' } })`, warmOrSpot],
  ['a wait for on-demand machines', `train.onDemand().maxWait('30 hours')`, onlySpotWaits],
  ['a wait for machines that are not spot', `train.spot(false).maxWait('30 hours')`, onlySpotWaits],
  ['a wait for warm machines', `train.warm('1 hour').maxWait('30 hours')`, onlySpotWaits],
  ['on-demand machines after a wait', `train.maxWait('30 hours').onDemand()`, onlySpotWaits],
  ['a warm pool after a wait', `train.maxWait('30 hours').warm('1 hour')`, onlySpotWaits],
  ['a wait for on-demand machines, as one object', `train.with({ spot: false, maxWait: '30 hours' })`, onlySpotWaits],
  ['a wait for on-demand machines, on a draft', `ex.task('t').onDemand().with({ maxWait: '30 hours' })`, onlySpotWaits],
  ['a wait with a warm pool, as defaults', `project('x', { defaults: { warm: '1 hour', maxWait: '30 hours' } })`, onlySpotWaits],
  [
    'groups of machines in a warm pool',
    `train.warm('1 hour').instanceGroups([{ group: 'a', type: 'ml.m5.large' }])`,
    warmOrTypes,
  ],
  ['a warm pool of groups', `train.instanceGroups([{ group: 'a', type: 'ml.m5.large' }]).warm('1 hour')`, warmOrTypes],
  ['two images', `train.image('mine:1').dockerfile('RUN a')`, oneImage],
  ['two images of a processing task', `prep.dockerfile('RUN a').image('mine:1')`, oneImage],
  ['the version of an image by its URI', `train.image('mine:1').frameworkVersion('2.8.0')`, imageDecides],
  ['an image by its URI after a framework', `ex.task('t').framework('sklearn').image('mine:1')`, imageDecides],
  ['two launchers', `train.launch(['accelerate', 'launch']).distribution('torchrun')`, oneLauncher],
  ['two launchers, the other way round', `train.distribution('mpi').launch(['accelerate', 'launch'])`, oneLauncher],
  [
    'the training toolkit of a processing task',
    `prep.launch('toolkit')`,
    `Explain<"the training toolkit is for training tasks: use project.task(), or a launcher's program and arguments">`,
  ],
  [
    'an instance type without ml',
    `train.instances('p3.2xlarge')`,
    `Argument of type '"p3.2xlarge"' is not assignable to parameter of type 'InstanceType | TypesInOrder | InstanceGroups'`,
  ],
  [
    'a misspelt size of machine',
    `train.instanceType('ml.m5.lrage')`,
    `Argument of type '"ml.m5.lrage"' is not assignable to parameter of type 'InstanceType'`,
  ],
  [
    'a misspelt machine as an object',
    `train.with({ instanceType: 'ml.m5.lrage' })`,
    `Type '"ml.m5.lrage"' is not assignable to type 'InstanceType | undefined'. Did you mean '"ml.m5.large"'?`,
  ],
  [
    'a machine that any text may name',
    `train.instances(unknownType)`,
    `Argument of type 'string' is not assignable to parameter of type 'InstanceType | TypesInOrder | InstanceGroups'`,
  ],
  [
    'a number of machines in quotes',
    `train.instances('ml.m5.large', '2')`,
    `Argument of type 'string' is not assignable to parameter of type 'number'`,
  ],
  [
    'a duration without a unit',
    `train.maxRun('24')`,
    `Explain<"write a number and a unit: '90 seconds', '30 minutes', '24 hours'">`,
  ],
  ['a duration in short, as an object', `train.with({ maxRun: '24h' })`, `Explain<"write it as '24 hours'">`],
  ['a negative duration, as an object', `train.with({ warm: '-1 hours' })`, plainDuration],
  ['a duration with an exponent, as an object', `train.with({ maxWait: '1e3 hours' })`, plainDuration],
  ['a duration in short, for all tasks', `project('x', { defaults: { maxRun: '2h' } })`, `Explain<"write it as '2 hours'">`],
  [
    'a duration in short of a processing task, as an object',
    `prep.with({ maxRun: '2 hrs' })`,
    `Explain<"write it as '2 hours'">`,
  ],
  ['a wait for spot machines in short', `train.spot({ after: '2h' })`, `Explain<"write it as '2 hours'">`],
  ['a negative wait for spot machines', `train.spot({ fallback: 'on-demand', after: '-1 hours' })`, plainDuration],
  ['a wait for spot machines in short, by its own method', `train.spotAfter('2h')`, `Explain<"write it as '2 hours'">`],
  ['a wait for spot machines in short, as an object', `train.with({ spotAfter: '90m' })`, `Explain<"write it as '90 minutes'">`],
  [
    'a wait for spot machines in short, for all tasks',
    `project('x', { defaults: { spotAfter: '2h' } })`,
    `Explain<"write it as '2 hours'">`,
  ],
  ['a limit for certificates in short', `train.certifiedOver('2h')`, `Explain<"write it as '2 hours'">`],
  ['a negative limit for certificates, as an object', `train.with({ certifiedOver: '-1 hours' })`, plainDuration],
  ['a pause between attempts in short', `train.retry({ attempts: 2, pause: '90s' })`, `Explain<"write it as '90 seconds'">`],
  [
    'a pause between attempts in short, of a processing task',
    `prep.retry({ attempts: 2, pause: '5min' })`,
    `Explain<"write it as '5 minutes'">`,
  ],
  [
    'a pause between attempts in short, as an object',
    `train.with({ retry: { attempts: 2, pause: '90s' } })`,
    `Explain<"write it as '90 seconds'">`,
  ],
  [
    'a pause between attempts in short, as an object of a processing task',
    `prep.with({ retry: { attempts: 2, pause: '90s' } })`,
    `Explain<"write it as '90 seconds'">`,
  ],
  ['a time to stop in short', `train.rehearse({ grace: '30s' })`, `Explain<"write it as '30 seconds'">`],
  ['a time for a search in short', `train.search({ lr: range.float(0, 1) }).within('6h')`, `Explain<"write it as '6 hours'">`],
  ['a duration in short', `train.maxRun('24h')`, `Explain<"write it as '24 hours'">`],
  ['hours in short', `train.warm('2 hrs')`, `Explain<"write it as '2 hours'">`],
  ['minutes in short', `prep.maxRun('30min')`, `Explain<"write it as '30 minutes'">`],
  [
    'a negative duration',
    `train.maxRun('-1 hours')`,
    `Explain<"a duration is a plain number and a unit: '90 seconds', '1.5 hours'">`,
  ],
  [
    'a duration with an exponent',
    `train.maxWait('1e3 hours')`,
    `Explain<"a duration is a plain number and a unit: '90 seconds', '1.5 hours'">`,
  ],
  ['a wait shorter than the run', `train.maxRun('2 hours').maxWait('1 hour')`, waitTooShort('2 hours')],
  ['a wait shorter than the run, in other units', `train.maxRun('1 day').maxWait('1439 minutes')`, waitTooShort('1 day')],
  ['a run longer than the wait set before', `train.maxWait('1 hour').maxRun('2 hours')`, runTooLong('1 hour')],
  ['a wait shorter than the run, as an object', `train.with({ maxRun: '2 hours', maxWait: '1 hour' })`, waitTooShort('2 hours')],
  ['a wait shorter than the run, by an object', `train.maxRun('2 hours').with({ maxWait: '1 hour' })`, waitTooShort('2 hours')],
  ['a run longer than the wait, by an object', `train.maxWait('1 hour').with({ maxRun: '2 hours' })`, runTooLong('1 hour')],
  [
    'a wait shorter than the run set by an object',
    `train.with({ maxRun: '2 hours' }).maxWait('1 hour')`,
    waitTooShort('2 hours'),
  ],
  [
    'a wait shorter than the run, for all tasks',
    `project('ex', { defaults: { maxRun: '2 hours', maxWait: '1 hour' } })`,
    waitTooShort('2 hours'),
  ],
]

const processing: readonly Mistake[] = [
  ...['spot', 'onDemand', 'warm', 'maxWait', 'retries', 'distribution', 'hyperparameters', 'metrics', 'metric'].map(
    (name): Mistake => [`a processing task with ${name}`, `prep.${name}()`, trainingOnly(name)],
  ),
  [
    'a processing task on spot machines, as an object',
    `prep.with({ spot: true })`,
    `'spot' does not exist in type 'ProcessingOptions`,
  ],
]

const inputs: readonly Mistake[] = [
  ['two inputs in channel data', `train.input.local('a').input.local('b')`, taken('data')],
  [
    'two inputs in a named channel',
    `train.input.local('a', { channel: 'x' }).input.s3('s3://b/k', { channel: 'x' })`,
    taken('x'),
  ],
  [
    'two inputs in an output’s channel, by value',
    `train.input.fromTask('a', 'model').input.from(train.output('model'))`,
    taken('model'),
  ],
  [
    'two inputs in an output’s channel, by name',
    `train.input.fromTask('a', 'model').input.fromTask('b', 'model')`,
    taken('model'),
  ],
  ['two models', `train.input.model('a').input.model('b')`, taken('model')],
  ['two inputs in one channel, on a draft', `ex.processing('t').input.local('a').input.local('b')`, taken('data')],
  [
    'a distribution that is none',
    `train.input.local('d', { distribution: 'Sharded' })`,
    `Type '"Sharded"' is not assignable to type 'Distribution`,
  ],
  [
    'a path for a channel of a training task',
    `train.input.local('d', { path: '/opt/ml/processing/words' })`,
    `Explain<"a training task finds each channel below /opt/ml/input/data: only a processing task has a path">`,
  ],
  ['a mode that is none', `train.input.local('d', { mode: 'Fast' })`, `Type '"Fast"' is not assignable to type 'InputMode`],
]

const projects: readonly Mistake[] = [
  ['two tasks of one name', `known.task('train')`, isPart('train')],
  ['two tasks of one name and different kinds', `known.processing('train')`, isPart('train')],
  ['a task that was added already', `known.add(train)`, isPart('train')],
  ['a list with a task that was added already', `known.addAll([train, ex.task('new').code('n.py')])`, isPart('train')],
  ['an object with a task that was added already', `known.addAll({ train })`, isPart('train')],
  ['a known task from the past', `known.existing('train')`, isPart('train')],
  ['a misspelt outcome', `void (async () => (await known.run()).tasks.tran)`, `Did you mean 'train'?`],
  [
    'a misspelt task to look at',
    `known.data('tran')`,
    `Argument of type '"tran"' is not assignable to parameter of type '"prep" | "train"'`,
  ],
  ['a platform that is none', `project('ex', { platform: 'gcp' })`, `Type '"gcp"' is not assignable to type 'PlatformChoice`],
]

const metrics: readonly Mistake[] = [
  [
    'a misspelt metric',
    `void (async () => (await train.metric('acc', /(a)/).run()).metrics.accc)`,
    `Property 'accc' does not exist on type '{ readonly acc?: number; }'. Did you mean 'acc'?`,
  ],
  [
    'a misspelt metric, in quotes',
    `void (async () => (await train.metrics({ loss: /(a)/, acc: /(b)/ }).run()).metrics['los'])`,
    `Property 'los' does not exist on type`,
  ],
  [
    'a misspelt metric that was set by an object',
    `void (async () => (await train.with({ metrics: { acc: /(b)/ } }).run()).metrics.accc)`,
    `Did you mean 'acc'?`,
  ],
  [
    'a misspelt metric of a task that a project knows',
    `void (async () => (await ex.add(train.metric('acc', /(a)/)).run()).orThrow().train.metrics.accc)`,
    `Did you mean 'acc'?`,
  ],
  [
    'a misspelt metric of the project’s defaults',
    `void (async () => (await project('m', { defaults: { metrics: { acc: /(a)/ } } }).task('t').code('a.py').run()).metrics.accc)`,
    `Did you mean 'acc'?`,
  ],
]

const values: readonly Mistake[] = [
  ['a misspelt option', `train.with({ sport: true })`, `Did you mean to write 'spot'?`],
  [
    'a framework that is none',
    `train.framework('torch')`,
    `Argument of type '"torch"' is not assignable to parameter of type '"huggingface" | "pytorch" | "sklearn" | "tensorflow" | "xgboost"'`,
  ],
  ['a policy that is none', `train.run({ skip: 'complete' })`, `Type '"complete"' is not assignable to type '"completed"'`],
  [
    'a hyperparameter of another type than declared',
    `train.hyperparameterSchema(schema).hyperparameters({ lr: 'a' })`,
    `Type 'string' is not assignable to type 'number'`,
  ],
  [
    'a hyperparameter of another type than declared, as an object',
    `train.hyperparameterSchema(schema).with({ hyperparameters: { lr: 'a' } })`,
    `Type 'string' is not assignable to type 'number'`,
  ],
  [
    'a hyperparameter that is not declared',
    `train.hyperparameterSchema(schema).hyperparameters({ lr: 1, momentum: 2 })`,
    `'momentum' does not exist in type`,
  ],
  [
    'a schema after what it checks',
    `train.hyperparameters({ lr: 'a' }).hyperparameterSchema(schema)`,
    `Explain<"declare the schema before .hyperparameters(): the values are then checked by it">`,
  ],
  [
    'a schema after what it checks, given as an object',
    `train.with({ hyperparameters: { lr: 'a' } }).hyperparameterSchema(schema)`,
    `Explain<"declare the schema before .hyperparameters(): the values are then checked by it">`,
  ],
  [
    'a hyperparameter that is no data, as an object',
    `train.with({ hyperparameters: { a: () => 1 } })`,
    `Explain<"a hyperparameter is a text, a number, true, false, null, or JSON made of these; a secret goes to .envVariable()">`,
  ],
  [
    'a hyperparameter that is no data',
    `train.hyperparameters({ a: () => 1 })`,
    `Explain<"a hyperparameter is a text, a number, true, false, null, or JSON made of these; a secret goes to .envVariable()">`,
  ],
  [
    'a secret as an argument',
    `train.args(new Secret('abcd'))`,
    `Argument of type 'Secret' is not assignable to parameter of type 'string'`,
  ],
  [
    'a secret as a tag',
    `train.tag('a', new Secret('abcd'))`,
    `Argument of type 'Secret' is not assignable to parameter of type 'string'`,
  ],
  ['a number as an environment variable', `train.env({ A: 1 })`, `Type 'number' is not assignable to type 'string | Secret'`],
  ['a builder that is changed', `train.name = 'x'`, `Cannot assign to 'name' because it is a read-only property`],
  ['an event that is none', `if (event.type === 'ended') throw event`, `This comparison appears to be unintentional`],
]

/** Every mistake, on a line of its own. */
export const mistakes: readonly Mistake[] = [
  ...programs,
  ...functions,
  ...outputs,
  ...machines,
  ...processing,
  ...inputs,
  ...projects,
  ...metrics,
  ...values,
]
