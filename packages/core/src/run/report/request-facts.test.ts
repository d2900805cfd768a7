import { expect, test } from 'vitest'
import type { JobRequest } from '../../platform/jobs.ts'
import { reportedRequest, shownRequest } from './request-facts.ts'

const s3 = (uri: string | undefined): object => ({ S3DataSource: { S3Uri: uri } })
const training = (input: object): JobRequest => ({ kind: 'training', input }) as unknown as JobRequest
const processing = (input: object): JobRequest => ({ kind: 'processing', input }) as unknown as JobRequest

test('a report takes inputs, metrics and hyperparameters from a training request, and where its task is stored from its code', () => {
  const code = 's3://bucket/a/b/p/t/t-2026-01-02-03-04-05-AbCdEfGh/source/'
  const request = training({
    HyperParameters: { lr: '0.1' },
    AlgorithmSpecification: { MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*)' }, {}] },
    InputDataConfig: [
      { ChannelName: 'code', DataSource: s3(code) },
      { ChannelName: 'data', DataSource: s3('s3://bucket/data') },
      { ChannelName: 'none', DataSource: s3(undefined) },
      { ChannelName: 'odd', DataSource: s3('https://example.com') },
      { DataSource: s3('s3://bucket/nameless') },
    ],
  })
  expect(reportedRequest(request)).toEqual({
    hyperparameters: { lr: '0.1' },
    metrics: { loss: 'loss=(.*)', '': '' },
    inputs: [{ channel: 'data', uri: 's3://bucket/data' }],
    place: { bucket: 'bucket', project: 'p', task: 't', prefix: 'a/b' },
  })
})

test('a processing request has inputs alone, and a request of another tool names no task', () => {
  const inputs = (uri: string): JobRequest => processing({ ProcessingInputs: [{ InputName: 'source', S3Input: { S3Uri: uri } }] })
  expect(reportedRequest(processing({}))).toEqual({ hyperparameters: {}, metrics: {}, inputs: [] })
  expect(reportedRequest(training({}))).toEqual({ hyperparameters: {}, metrics: {}, inputs: [] })
  for (const uri of [
    's3://bucket/code.tar.gz',
    's3://bucket/p/t/j/code/',
    's3://bucket/p/t/-/source/',
    's3://bucket/t/j/source/',
  ])
    expect(reportedRequest(inputs(uri))).not.toHaveProperty('place')
  expect(reportedRequest(inputs('s3://bucket/p/t/j/source/')).place).toEqual({
    bucket: 'bucket',
    project: 'p',
    task: 't',
    prefix: '',
  })
})

test('a request is shown with the names of its variables, and without their values', () => {
  expect(shownRequest(training({ Environment: { TOKEN: 'x' } }))).toEqual({ Environment: { TOKEN: '<not shown>' } })
  expect(shownRequest(training({ RoleArn: 'r' }))).toEqual({ RoleArn: 'r' })
})
