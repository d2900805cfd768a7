import { beforeAll, expect, test } from 'vitest'
import { taskOptions } from '../../../packages/core/src/options/task-options.ts'
import { compile, type Compiled } from '../../support/compiler.ts'
import { mistakes, prelude } from './mistakes.ts'
import { searchFiles, searchTests } from './searches.ts'

const trainingMethods = [
  ...Object.keys(taskOptions),
  'onDemand',
  'instances',
  'tag',
  'envVariable',
  'metric',
  'with',
  'hyperparameterSchema',
  'resultSchema',
  'input',
  'name',
  'kind',
  'output',
  'run',
  'start',
  'plan',
  'explain',
  'request',
]
const resultMembers = ['task', 'kind', 'job', 'decision', 'outputs', 'result', 'metrics', 'phases', 'seconds', 'billableSeconds']
const inputMethods = ['local', 's3', 'model', 'fromTask', 'from']
const projectMembers = ['task', 'processing', 'add', 'addAll', 'existing', 'run', 'graph', 'data', 'name']
const eventFields = [
  'atMs',
  'task',
  'decision',
  'message',
  'progress',
  'line',
  'metric',
  'value',
  'outcome',
  'because',
  'attempt',
]

const hovers = `import { project, type ProcessingOptions, type RunEvent, type TaskResult, type TrainingOptions } from '@simple-sagemaker/core'
const ex = project('ex')
const train = ex.task('t').code('t.py')
const draft = ex.processing('p')
declare const result: TaskResult
declare const options: TrainingOptions
declare const fewer: ProcessingOptions
type Field<Name extends string> = RunEvent extends infer Event ? (Event extends { readonly [Key in Name]: unknown } ? Event : never) : never
declare function field<Name extends string>(): Field<Name>
${trainingMethods.map((name) => `void train./*m*/${name}`).join('\n')}
${['code', 'shell', 'entrypoint', 'command', 'algorithm'].map((name) => `void draft./*d*/${name}`).join('\n')}
${Object.keys(taskOptions)
  .map((name) => `void options./*o*/${name}`)
  .join('\n')}
void fewer./*p*/maxRun
${resultMembers.map((name) => `void result./*r*/${name}`).join('\n')}
${inputMethods.map((name) => `void train.input./*i*/${name}`).join('\n')}
${projectMembers.map((name) => `void ex./*x*/${name}`).join('\n')}
${eventFields.map((name) => `void field<'${name}'>()./*e*/${name}`).join('\n')}
`

// What is offered where, of all that is offered.
const positions: readonly (readonly [code: string, offered: readonly string[]])[] = [
  [`known.task('e').code('e.py').input.fromTask('`, ['prep', 'train']],
  [`known.task('f').code('e.py').input.fromTask('prep', '`, ['output', 'source', 'state']],
  [`known.task('g').code('e.py').input.fromTask('train', '`, ['model', 'output', 'source', 'state']],
  [`train.instances('ml.m5.`, ['ml.m5.large', 'ml.g5.xlarge', 'local']],
  [`train.instanceType('ml.p`, ['ml.p3.2xlarge']],
  [`train.with({ instanceType: 'ml.m`, ['ml.m5.large']],
  [`train.with({ `, ['spot', 'maxRun', 'instanceType', 'env']],
  [`prep.with({ `, ['maxRun', 'instanceType', 'env']],
  [`project('y', { `, ['platform', 'bucket', 'prefix', 'defaults', 'region']],
  [`project('z', { platform: '`, ['aws', 'local']],
  [`project('w', { defaults: { `, ['spot', 'maxRun', 'tags']],
  [`train.framework('`, ['pytorch', 'tensorflow', 'sklearn', 'xgboost', 'huggingface']],
  [`train.distribution('`, ['multi_worker_mirrored']],
  [`train.output('`, ['model', 'output', 'state', 'source']],
  [`prep.output('`, ['output', 'state', 'source']],
  [`train.input.`, ['local', 's3', 'model', 'fromTask', 'from']],
  [`train.input.local('d', { `, ['channel', 'distribution', 'subdir', 'mode', 'unpack']],
  [`train.input.local('d', { distribution: '`, ['FullyReplicated', 'ShardedByS3Key']],
  [`train.input.local('d', { mode: '`, ['File', 'FastFile', 'Pipe']],
  [`train.run({ `, ['force', 'skip', 'signal', 'onEvent', 'parallel']],
  [`train.run({ skip: '`, ['completed']],
  [`outcome.tasks.`, ['prep', 'train']],
  [`measured.metrics.`, ['loss', 'acc']],
  [`measured.outputs.`, ['model', 'output', 'state', 'source']],
  [`known.data('`, ['prep', 'train']],
  [`isSsmError(new Error('x'), '`, ['JOB_FAILED', 'TASK_INVALID', 'PLATFORM_DENIED']],
  [`if (event.type === 'status-changed' && event.phase === '`, ['Starting', 'Interrupted', 'MaxWaitTimeExceeded']],
  [`if (event.type === '`, ['logged', 'warned', 'finished', 'retried']],
]

const positionHead = `import { isSsmError, project, type ProjectOutcome, type RunEvent } from '@simple-sagemaker/core'
const ex = project('ex')
const prep = ex.processing('prep').code('prep.py')
const train = ex.task('train').code('train.py')
const known = ex.add(prep).add(train)
const outcome = await known.run()
const measured = await train.metric('loss', /(a)/).metric('acc', /(b)/).run()
declare const event: RunEvent
`
// Between the parentheses of a call: the names of its parameters, and the method's sentence. The compiler has none for the methods that
// are mapped from the table of options, whose sentence is on hover.
const calls: readonly (readonly [code: string, shown: RegExp])[] = [
  [`train.retries(`, /^\(attempts: number\)$/m],
  [`train.instances(`, /^\(machines: InstanceType \| TypesInOrder \| InstanceGroups, count\?: number\)\nWhich machines/],
  [`train.metric(`, /^\(name: .*, expression: .*RegExp.*\)\nA number to find in the log/],
  [`train.input.local(`, /^\(path: string, options\?: .*\)\n\S.*\./],
  [`train.maxRun(`, /^\(limit: .*\)\nHow long the job may run/],
]
const callFileOf = (index: number): string => `call-${index}.ts`

const withMistakes = prelude + mistakes.map(([, code]) => `${code}\n`).join('')
const firstLine = prelude.split('\n').length - 1

const fileOf = (index: number): string => `position-${index}.ts`
let compiled: Compiled

beforeAll(() => {
  const files = positions.map(([code], index) => [fileOf(index), `${positionHead}${code}`] as const)
  const called = calls.map(([code], index) => [callFileOf(index), `${positionHead}${code})`] as const)
  const together = Object.fromEntries([...files, ...called])
  compiled = compile({ 'hovers.ts': hovers, 'mistakes.ts': withMistakes, ...searchFiles, ...together })
  compiled.problems('hovers.ts')
}, 180_000)

test('every method, option, event field and result member has its sentence on hover', () => {
  expect(compiled.problems('hovers.ts').filter(({ message }) => !message.includes('deprecated'))).toEqual([])
  const places = [...hovers.matchAll(/\/\*\w\*\/\w+/g)].map(([place]) => place)
  expect(places.length).toBeGreaterThan(110)
  const silent = places.filter((place) => !/^\S.*\.$/m.test(compiled.documentation('hovers.ts', place)))
  expect(silent).toEqual([])
})

test.each(positions.map(([code, offered], index) => ({ code, offered, index })))(
  'after $code the editor offers what fits',
  ({ code, offered, index }) => {
    const found = compiled.completions(fileOf(index), code)
    expect(offered.filter((name) => !found.includes(name))).toEqual([])
  },
)

test.each(calls.map(([code, shown], index) => ({ code, shown, index })))(
  'after $code the editor names the parameters and says what the method does',
  ({ code, shown, index }) => {
    expect(compiled.signature(callFileOf(index), code)).toMatch(shown)
  },
)

test.each(mistakes.map(([claim, code, message], index) => ({ claim, code, message, line: firstLine + index })))(
  'does not compile, and says why: $claim',
  ({ line, message }) => {
    const here = compiled.problems('mistakes.ts').filter((problem) => problem.line === line)
    expect(here).toHaveLength(1)
    expect(here[0]?.message.split('\n')[0]).toContain(message)
  },
)

test('nothing but the mistakes fails to compile', () => {
  const others = compiled.problems('mistakes.ts').filter(({ line }) => line < firstLine || line >= firstLine + mistakes.length)
  expect(others).toEqual([])
})

searchTests(() => compiled)
