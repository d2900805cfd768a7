import { expect, test } from 'vitest'
import { taskOf } from '../../../../../test/support/tasks.ts'
import { jobName } from '../../names/job-name.ts'
import { layoutOf } from '../../names/layout.ts'
import type { CodeFacts, RequestFacts } from '../../request/facts.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { SearchPlan } from '../plan.ts'
import { tuningRequest } from './tuning-request.ts'

const task = taskOf('train')
const facts: RequestFacts = {
  job: jobName('train-2026-01-01-00-00-00-0a1b2c3d'),
  layout: layoutOf({ bucket: 'bucket', prefix: '', project: task.project, task: task.task }),
  roleArn: 'arn:aws:iam::111122223333:role/mine',
  imageUri: 'image:1',
  inputs: [],
  fingerprint: 'f',
  hasState: false,
  version: '1.0.0',
}
const space = {
  lr: { kind: 'range', scale: 'log', min: 1e-5, max: 1 },
  layers: { kind: 'range', scale: 'int', min: 1, max: 4 },
  mode: { kind: 'choice', values: ['fast', 2, true] },
} as const
const plan: SearchPlan = {
  task,
  over: { kind: 'space', space },
  goal: { metric: 'loss', direction: 'minimize' },
  trials: 8,
  parallel: 4,
  tolerate: 0,
  seed: 7,
  by: 'bayes',
}
const tuning = { name: 'train-1', trials: 3, parents: [] }
const requestOf = (changes: Partial<SearchPlan>, spec: Partial<TaskSpec> = {}, more: object = {}, code?: CodeFacts) =>
  tuningRequest(
    { ...plan, ...changes },
    { ...task, ...spec },
    { ...facts, ...(code === undefined ? {} : { code }) },
    {
      ...tuning,
      ...more,
    },
  )
const configOf = (...given: Parameters<typeof requestOf>) => requestOf(...given).HyperParameterTuningJobConfig
const definitionOf = (...given: Parameters<typeof requestOf>) => requestOf(...given).TrainingJobDefinition

test('the strategy, the direction and the limits are those of the search', () => {
  expect(configOf({})).toMatchObject({
    Strategy: 'Bayesian',
    HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'loss' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 3 },
    TrainingJobEarlyStoppingType: 'Off',
    RandomSeed: 7,
  })
  const other = configOf(
    { goal: { metric: 'accuracy', direction: 'maximize' }, by: 'grid', parallel: 2, withinSeconds: 60, halving: {} as never },
    {},
    { parents: ['a', 'b'] },
  )
  expect(other).toMatchObject({
    Strategy: 'Grid',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'accuracy' },
    TrainingJobEarlyStoppingType: 'Auto',
    RandomSeed: 9,
  })
  // A grid has as many trials as there are combinations.
  expect(other?.ResourceLimits).toEqual({ MaxParallelTrainingJobs: 2, MaxRuntimeInSeconds: 60 })
})

test('ranges are told by their kind, and what there is none of is left out; an algorithm takes choices as plain text', () => {
  const lr = { Name: 'lr', MinValue: '0.00001', MaxValue: '1', ScalingType: 'Logarithmic' }
  const layers = { Name: 'layers', MinValue: '1', MaxValue: '4', ScalingType: 'Linear' }
  const mode = { Name: 'mode', Values: ['"fast"', '2', 'true'] }
  const rangesOf = (over: SearchPlan['over'], program?: object) =>
    configOf({ over }, program === undefined ? {} : { program: program as never })?.ParameterRanges
  expect(rangesOf({ kind: 'space', space })).toEqual({
    IntegerParameterRanges: [layers],
    ContinuousParameterRanges: [lr],
    CategoricalParameterRanges: [mode],
  })
  expect(rangesOf({ kind: 'space', space: { layers: space.layers } })).toEqual({ IntegerParameterRanges: [layers] })
  expect(rangesOf({ kind: 'space', space: { mode: space.mode } }, { kind: 'algorithm' })).toEqual({
    CategoricalParameterRanges: [{ Name: 'mode', Values: ['fast', '2', 'true'] }],
  })
  expect(rangesOf({ kind: 'list', list: [] })).toEqual({})
})

test('tuning jobs that ended before are named as parents, the newest five', () => {
  expect(requestOf({}).WarmStartConfig).toBeUndefined()
  const parents = ['a', 'b', 'c', 'd', 'e', 'f']
  expect(requestOf({}, {}, { parents }).WarmStartConfig?.ParentHyperParameterTuningJobs).toEqual(
    parents.slice(1).map((name) => ({ HyperParameterTuningJobName: name })),
  )
})

test('the module that starts the launcher is asked for only when the program is ours, in front of the paths of the task', () => {
  const code = { launcherSha256: '1', settingsSha256: '2', bundleSha256: '3' } as CodeFacts
  const env = { PYTHONPATH: '/opt/lib' }
  const own = definitionOf({}, { env })?.Environment
  expect(own).toMatchObject(env)
  expect(own).not.toHaveProperty('SAGEMAKER_TRAINING_MODULE')
  expect(definitionOf({}, {}, { planSha256: '4' })?.Environment).not.toHaveProperty('SAGEMAKER_TRAINING_MODULE')
  const ours = definitionOf({}, { env }, { planSha256: '4' }, code)
  expect(ours?.Environment).toMatchObject({
    SAGEMAKER_TRAINING_MODULE: 'ssm_tuned:main',
    PYTHONPATH: '/opt/ml/input/data/code:/opt/lib',
    SSM_TUNED_PINS: '1 2 3 4',
  })
  expect(ours?.CheckpointConfig).toMatchObject({ LocalPath: '/opt/ml/checkpoints' })
  expect(definitionOf({}, {}, { planSha256: '4' }, code)?.Environment).toMatchObject({ PYTHONPATH: '/opt/ml/input/data/code' })
})

test('several machine types are told in their order, with the key of the volume when there is one', () => {
  expect(definitionOf({})?.ResourceConfig).toMatchObject({ InstanceType: 'ml.m5.large', VolumeSizeInGB: 30 })
  const several = { fallbackTypes: ['ml.m5.xlarge'] }
  const one = definitionOf({}, several)
  expect(one?.ResourceConfig).toBeUndefined()
  expect(one?.HyperParameterTuningResourceConfig).toEqual({
    InstanceConfigs: ['ml.m5.large', 'ml.m5.xlarge'].map((InstanceType) => ({
      InstanceType,
      InstanceCount: 1,
      VolumeSizeInGB: 30,
    })),
    AllocationStrategy: 'Prioritized',
  })
  const encrypted = definitionOf({}, { ...several, volumeKmsKey: 'alias/mine' })
  expect(encrypted?.HyperParameterTuningResourceConfig).toMatchObject({ VolumeKmsKeyId: 'alias/mine' })
})

test('metrics and hyperparameters of the task go along', () => {
  const definition = definitionOf({}, { metrics: { loss: 'loss=(.*)' }, hyperparameters: { epochs: 3 } })
  expect(definition?.AlgorithmSpecification?.MetricDefinitions).toEqual([{ Name: 'loss', Regex: 'loss=(.*)' }])
  expect(definition?.StaticHyperParameters).toEqual({ epochs: '3' })
})
