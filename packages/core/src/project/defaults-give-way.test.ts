import { expect, test } from 'vitest'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { TrainingOptions } from '../options/task-options.ts'
import { project } from './project.ts'

interface Step {
  with(options: TrainingOptions): Step
  output(name: 'state'): { readonly spec: TaskSpec }
}

/** The task that these options of it make of these defaults. */
const specOf = (defaults: TrainingOptions, ...steps: readonly TrainingOptions[]): TaskSpec => {
  // Without the types of the chain, which rule some of these out.
  const task = project('ex', { defaults }).task('t').code('t.py') as unknown as Step
  return steps.reduce((sofar, step) => sofar.with(step), task).output('state').spec
}

const pairs: readonly (readonly [defaults: TrainingOptions, task: TrainingOptions, gone: keyof TaskSpec])[] = [
  [{ maxWait: '30 hours' }, { spot: false }, 'maxWaitSeconds'],
  [{ maxWait: '30 hours' }, { warm: '1 hour' }, 'maxWaitSeconds'],
  [{ warm: '1 hour' }, { spot: true }, 'keepAliveSeconds'],
  [{ warm: '1 hour' }, { spotFallback: 'on-demand' }, 'keepAliveSeconds'],
  [{ warm: '1 hour' }, { instanceType: 'ml.m5.large', fallbackTypes: ['ml.m5.xlarge'] }, 'keepAliveSeconds'],
  [{ warm: '1 hour' }, { instanceGroups: [{ group: 'a', type: 'ml.m5.large' }] }, 'keepAliveSeconds'],
  [{ instanceGroups: [{ group: 'a', type: 'ml.m5.large' }] }, { warm: '1 hour' }, 'instanceGroups'],
  [{ instanceType: 'ml.m5.large', fallbackTypes: ['ml.m5.xlarge'] }, { warm: '1 hour' }, 'fallbackTypes'],
  [{ spotFallback: 'on-demand' }, { warm: '1 hour' }, 'spotWait'],
  [{ distribution: 'torchrun' }, { launch: ['accelerate', 'launch'] }, 'distribution'],
  [{ launch: ['accelerate', 'launch'] }, { distribution: 'torchrun' }, 'launch'],
]

test.each(pairs)('the default %j gives way to %j, and in one level they are a problem', (defaults, task, gone) => {
  expect(specOf(defaults, task)[gone]).toBeUndefined()
  expect(() => specOf({}, defaults, task)).toThrow(/cannot be combined|applies only with/)
  expect(() => specOf({ ...defaults, ...task })).toThrow(/cannot be combined|applies only with/)
})

test.each<TrainingOptions>([{ instanceType: 'ml.m5.large' }, { instanceCount: 2 }])(
  'groups of machines and %j in one object are a problem, and one after the other the later holds',
  (machines) => {
    const groups: TrainingOptions = { instanceGroups: [{ group: 'a', type: 'ml.m5.large' }] }
    const [name] = Object.keys(machines)
    expect(() => specOf({}, { ...groups, ...machines })).toThrow(`instanceGroups cannot be combined with ${name}`)
    expect(() => specOf({ ...groups, ...machines })).toThrow(/cannot be combined with .* from: defaults of the project/)
    expect(specOf(machines, groups).instanceGroups).toHaveLength(1)
    expect(specOf({}, groups, machines).instanceGroups).toBeUndefined()
    expect(specOf({ ...groups, ...machines }, machines).instanceGroups).toBeUndefined()
  },
)

test('the image of the defaults gives way to a version of a framework', () => {
  expect(specOf({ image: 'mine:1' }, { frameworkVersion: '2.8.0' }).image).toMatchObject({ kind: 'framework', version: '2.8.0' })
  expect(() => specOf({}, { image: 'mine:1' }, { frameworkVersion: '2.8.0' })).toThrow('cannot be combined with image')
})

test('a default wait that is shorter than the limit of a task gives way to it, and returns with a shorter limit', () => {
  expect(specOf({ maxWait: '30 hours' }, { maxRun: '40 hours' })).toMatchObject({ maxWaitSeconds: 144_000 })
  expect(specOf({ maxWait: '30 hours' }, { maxRun: '40 hours' }, { maxRun: '1 hour' })).toMatchObject({ maxWaitSeconds: 108_000 })
})

test('a default that gave way is there again when the task takes back what excluded it', () => {
  expect(specOf({ maxWait: '30 hours' }, { spot: false }, { spot: true })).toMatchObject({ spot: true, maxWaitSeconds: 108_000 })
})

test('an option said as nothing leaves the default one, which still gives way', () => {
  expect(specOf({ maxWait: '30 hours' }, { maxWait: undefined, spot: false } as never)).toMatchObject({ spot: false })
})

test('a wait does not turn on-demand machines of the defaults into spot ones', () => {
  expect(() => specOf({ spot: false }, { maxWait: '30 hours' })).toThrow('maxWait applies only with spot')
})

test("SageMaker's toolkit as a default stays beside a distribution, whose processes it starts", () => {
  const { launch, distribution } = specOf({ launch: 'toolkit' }, { image: 'mine:1', distribution: 'torchrun' })
  expect([launch, distribution?.kind]).toEqual(['toolkit', 'torchrun'])
})

test("what is wrong in the project's defaults is told as theirs, and what the task says is not", () => {
  const wrong =
    (...steps: readonly TrainingOptions[]) =>
    () =>
      specOf({ instanceCount: 0, env: { A: 5 as never } }, ...steps)
  expect(wrong()).toThrow('instanceCount must be a whole number from 1 to 10000 (given: 0, from: defaults of the project)')
  expect(wrong({ instanceCount: -1 })).toThrow('(given: -1) ')
  expect(wrong({ env: { B: 'x' } })).toThrow(
    'env.A must be a text without NUL characters (given: 5, from: defaults of the project)',
  )
  expect(wrong({ env: { A: 6 as never } })).toThrow('env.A must be a text without NUL characters (given: 6) ')
})
