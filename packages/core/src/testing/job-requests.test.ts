import { expect, test } from 'vitest'
import { objectUri } from '../names/object-uri.ts'
import { processingJob, refOf, shellRequest, trainingJob } from './job-requests.ts'

const folder = objectUri('s3://bucket/x/')
const uri = objectUri('s3://bucket/in/')

test('a training job says what is given of its channels, metrics, state and variables, and nothing else', () => {
  const { input } = trainingJob(folder, {
    shell: 'true',
    machines: 2,
    maxRunSeconds: 9,
    metrics: { loss: 'loss=(.*)' },
    environment: { A: 'b' },
    state: uri,
    inputs: { plain: { uri }, other: { uri, sharded: true, mode: 'Pipe', manifest: true } },
  })
  const channel = (type: string, distribution: string) => ({
    S3DataSource: { S3DataType: type, S3Uri: uri, S3DataDistributionType: distribution },
  })
  expect(input).toMatchObject({
    AlgorithmSpecification: { MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*)' }] },
    InputDataConfig: [
      { ChannelName: 'plain', DataSource: channel('S3Prefix', 'FullyReplicated'), InputMode: 'File' },
      { ChannelName: 'other', DataSource: channel('ManifestFile', 'ShardedByS3Key'), InputMode: 'Pipe' },
    ],
    OutputDataConfig: { S3OutputPath: 's3://bucket/x/out' },
    ResourceConfig: { InstanceCount: 2 },
    StoppingCondition: { MaxRuntimeInSeconds: 9 },
    CheckpointConfig: { S3Uri: uri, LocalPath: '/state' },
    Environment: { A: 'b' },
  })
  const plain = trainingJob(folder, { shell: 'true' }).input
  for (const field of ['InputDataConfig', 'CheckpointConfig', 'Environment']) expect(plain).not.toHaveProperty(field)
  expect(plain).toMatchObject({ ResourceConfig: { InstanceCount: 1 }, StoppingCondition: { MaxRuntimeInSeconds: 60 } })
})

test('a processing job says what is given of its inputs, outputs and variables', () => {
  const { input } = processingJob({
    shell: 'true',
    environment: { A: 'b' },
    inputs: { plain: { uri }, other: { uri, sharded: true } },
    outputs: { end: { uri }, stream: { uri, continuous: true } },
  })
  expect(input).toMatchObject({
    ProcessingInputs: [
      { InputName: 'plain', S3Input: { S3DataDistributionType: 'FullyReplicated' } },
      { InputName: 'other', S3Input: { S3DataDistributionType: 'ShardedByS3Key' } },
    ],
    ProcessingOutputConfig: {
      Outputs: [
        { OutputName: 'end', S3Output: { S3UploadMode: 'EndOfJob' } },
        { OutputName: 'stream', S3Output: { S3UploadMode: 'Continuous' } },
      ],
    },
    Environment: { A: 'b' },
  })
  expect(processingJob({ shell: 'true' }).input).toMatchObject({ ProcessingInputs: [], ProcessingOutputConfig: { Outputs: [] } })
})

test('each request makes a job of its own name and kind', () => {
  const refs = (['training', 'processing'] as const).flatMap((kind) => [
    refOf(shellRequest(kind, folder, { shell: 'true' })),
    refOf(shellRequest(kind, folder, { shell: 'true' })),
  ])
  expect(refs.map(({ kind }) => kind)).toEqual(['training', 'training', 'processing', 'processing'])
  expect(new Set(refs.map(({ name }) => name)).size).toBe(4)
  for (const kind of ['training', 'processing'] as const)
    expect(() => refOf({ kind, input: {} } as never)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }))
})
