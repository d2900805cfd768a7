import { expect, test } from 'vitest'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import * as contract from '../../packages/core/src/testing/job-requests.ts'
import { judge } from '../support/aws/judge.ts'
import { noMoto } from '../support/aws/moto.ts'

// The contract's shell texts have several lines, and SageMaker takes no line break in an argument.
const oneLine = { ContainerArguments: ['true'] }
const trainingJob = (...job: Parameters<typeof contract.trainingJob>) => {
  const { input } = contract.trainingJob(...job)
  return { input: { ...input, AlgorithmSpecification: { ...input.AlgorithmSpecification, ...oneLine } } }
}
const processingJob = (...job: Parameters<typeof contract.processingJob>) => {
  const { input } = contract.processingJob(...job)
  return { input: { ...input, AppSpecification: { ...input.AppSpecification, ...oneLine } } }
}

const folder = objectUri('s3://amzn-s3-demo-bucket/ex/')
const good = trainingJob(folder, { shell: 'true' }).input

test.skipIf(noMoto)('requests that SageMaker would take pass the judge', async () => {
  const requests = [
    { operation: 'CreateTrainingJob', input: good },
    {
      operation: 'CreateTrainingJob',
      input: trainingJob(folder, {
        shell: 'true',
        inputs: { data: { uri: `${folder}in/` } },
        metrics: { loss: 'loss=(.*)' },
        state: folder,
      }).input,
    },
    { operation: 'CreateProcessingJob', input: processingJob({ shell: 'true', outputs: { out: { uri: folder } } }).input },
    { operation: 'CreateBucket', service: 's3', input: { Bucket: 'amzn-s3-demo-bucket' } },
  ]
  expect(await judge(requests)).toEqual([])
})

test.skipIf(noMoto).each([
  ['a missing member', { OutputDataConfig: undefined }, 'CreateTrainingJob.OutputDataConfig', /required/],
  ['a bad name', { TrainingJobName: 'ends-' }, 'CreateTrainingJob.TrainingJobName', /does not match/],
  ['a long name', { TrainingJobName: 'x'.repeat(64) }, 'CreateTrainingJob.TrainingJobName', /does not match|at most 63/],
  ['an unknown member', { Spot: true }, 'CreateTrainingJob.Spot', /not a member/],
  [
    'an unknown machine type',
    { ResourceConfig: { InstanceType: 'ml.m9.huge', InstanceCount: 1, VolumeSizeInGB: 1 } },
    'CreateTrainingJob.ResourceConfig.InstanceType',
    /none of/,
  ],
  [
    'a number as text',
    { StoppingCondition: { MaxRuntimeInSeconds: '60' } },
    'CreateTrainingJob.StoppingCondition.MaxRuntimeInSeconds',
    /not a number/,
  ],
  [
    'a number too small',
    { StoppingCondition: { MaxRuntimeInSeconds: 0 } },
    'CreateTrainingJob.StoppingCondition.MaxRuntimeInSeconds',
    /less than 1/,
  ],
  ['an empty list', { InputDataConfig: [] }, 'CreateTrainingJob.InputDataConfig', /at least 1/],
  ['a variable that is no name', { Environment: { '1X': 'a' } }, 'CreateTrainingJob.Environment{key}', /does not match/],
  ['a value too long', { Environment: { X: 'a'.repeat(513) } }, 'CreateTrainingJob.Environment{X}', /at most 512/],
  ['a role that is no ARN', { RoleArn: 'my-role-is-not-an-arn-at-all' }, 'CreateTrainingJob.RoleArn', /does not match/],
  [
    'a line break in an argument',
    { AlgorithmSpecification: { ...good.AlgorithmSpecification, ContainerArguments: ['a\nb'] } },
    'CreateTrainingJob.AlgorithmSpecification.ContainerArguments[0]',
    /does not match/,
  ],
  ['a tag with a comma', { Tags: [{ Key: 'a', Value: 'b,c' }] }, 'CreateTrainingJob.Tags[0].Value', /does not match/],
])('the judge sees %s', async (_, change, path, problem) => {
  expect(await judge([{ operation: 'CreateTrainingJob', input: { ...good, ...change } }])).toContainEqual(
    expect.objectContaining({ path, problem: expect.stringMatching(problem) as string }),
  )
})
