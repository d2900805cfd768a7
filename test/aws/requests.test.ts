import { S3Client } from '@aws-sdk/client-s3'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient } from '@aws-sdk/client-iam'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { algorithmImage, frameworkImage } from '../../packages/core/src/aws/images/catalog/lookup.ts'
import { partitionOf } from '../../packages/core/src/aws/partition.ts'
import { newJobName } from '../../packages/core/src/names/job-name.ts'
import { layoutOf } from '../../packages/core/src/names/layout.ts'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { projectName, taskName } from '../../packages/core/src/names/task-name.ts'
import type { RequestFacts } from '../../packages/core/src/request/facts.ts'
import { jobRequest } from '../../packages/core/src/request/request.ts'
import type { TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import { trainingJob, refOf } from '../../packages/core/src/testing/job-requests.ts'
import { judge, type RequestToJudge } from '../support/aws/judge.ts'
import { noMoto } from '../support/aws/moto.ts'
import { taskOf } from '../support/tasks.ts'
import { awsOn, fastClock, testKeys, testRegion, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()

const base: TaskSpec = {
  ...taskOf('train'),
  program: { kind: 'code', entry: 'train.py', dependencies: [] },
  maxRunSeconds: 86_400,
  maxWaitSeconds: 86_400,
}
const { maxWaitSeconds: _, ...onDemand } = { ...base, spot: false }
const processing: TaskSpec = {
  ...onDemand,
  kind: 'processing',
  task: taskName('prep'),
  instanceType: 'ml.t3.medium',
  image: { kind: 'framework', framework: 'sklearn' },
}
const long = 'x'.repeat(34)
const entries = (count: number, value: (index: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_unused, index) => [`k${index}`, value(index)]))

interface Row {
  readonly name: string
  readonly spec: TaskSpec
  readonly region?: string
  readonly facts?: Partial<RequestFacts>
}

const input = (channel: string, more: Partial<RequestFacts['inputs'][number]> = {}): RequestFacts['inputs'][number] => ({
  channel,
  uri: objectUri(`s3://amzn-s3-demo-bucket/ex/train/${channel}/`),
  distribution: 'FullyReplicated',
  mode: 'File',
  ...more,
})

const training: readonly Row[] = [
  { name: 'the plainest', spec: base },
  { name: 'on demand', spec: onDemand },
  { name: 'waits longer than it runs', spec: { ...base, maxRunSeconds: 3_600, maxWaitSeconds: 7_200 } },
  { name: 'the longest', spec: { ...onDemand, maxRunSeconds: 2_419_200 } },
  { name: 'the shortest', spec: { ...onDemand, maxRunSeconds: 1 } },
  { name: 'several types', spec: { ...onDemand, instanceType: 'ml.g5.xlarge', fallbackTypes: ['ml.g4dn.xlarge'] } },
  { name: 'a warm pool', spec: { ...onDemand, keepAliveSeconds: 1_800 } },
  { name: 'retries', spec: { ...onDemand, retries: 30 } },
  { name: 'many machines', spec: { ...base, instanceType: 'ml.p4d.24xlarge', instanceCount: 16, volumeSizeGiB: 500 } },
  { name: 'a GPU', spec: { ...base, instanceType: 'ml.g5.xlarge' } },
  { name: 'the newest GPU', spec: { ...base, instanceType: 'ml.p6-b200.48xlarge' } },
  {
    name: 'machines in groups',
    spec: {
      ...base,
      instanceCount: 3,
      instanceGroups: [
        { group: 'data', type: 'ml.c5.xlarge', count: 2 },
        { group: 'train_1', type: 'ml.g5.xlarge', count: 1 },
      ],
    },
    facts: { inputs: [input('data', { groups: ['data'] }), input('words')] },
  },
  {
    name: 'script mode',
    spec: {
      ...base,
      launch: 'toolkit',
      distribution: { kind: 'mpi', processesPerMachine: 2 },
      hyperparameters: { s: 'a b', n: 1, t: true, none: null, list: [1, 'x'] },
    },
    facts: { region: 'us-east-1' },
  },
  { name: 'a launcher', spec: { ...base, launch: ['accelerate', 'launch', '{rank}'] } },
  { name: 'tensorflow', spec: { ...base, image: { kind: 'framework', framework: 'tensorflow' } } },
  {
    name: 'huggingface',
    spec: { ...base, instanceType: 'ml.p3.2xlarge', image: { kind: 'framework', framework: 'huggingface' } },
  },
  { name: 'xgboost', spec: { ...base, image: { kind: 'framework', framework: 'xgboost' } } },
  { name: 'an image by its address', spec: { ...base, image: { kind: 'uri', uri: `public.ecr.aws/x/${'y'.repeat(200)}:1` } } },
  {
    name: 'a built-in algorithm',
    spec: {
      ...base,
      program: { kind: 'algorithm' },
      image: { kind: 'algorithm', algorithm: 'kmeans' },
      hyperparameters: { k: 10, feature_dim: 3 },
    },
  },
  {
    name: 'an algorithm without channels',
    spec: { ...base, program: { kind: 'algorithm' }, image: { kind: 'algorithm', algorithm: 'xgboost', version: '1.7-1' } },
  },
  {
    name: 'a shell line',
    spec: { ...base, program: { kind: 'shell', line: 'cat /proc/cpuinfo && nvidia-smi', dependencies: [] } },
  },
  { name: 'a command', spec: { ...base, program: { kind: 'command', argv: ['/bin/echo', 'a b'], dependencies: [] } } },
  { name: 'arguments of every kind', spec: { ...base, args: ['--raw', 'a b', '', 'ä\n"'] } },
  {
    name: 'hyperparameters of every kind',
    spec: { ...base, hyperparameters: { s: 'a b', n: 1.5e-3, t: true, none: null, list: [1, 'x'], map: { a: 1 }, empty: '' } },
  },
  { name: 'a hundred hyperparameters', spec: { ...base, hyperparameters: entries(100, () => 'x'.repeat(2_500)) } },
  { name: 'much environment', spec: { ...base, env: entries(90, () => '"ä\n$' + 'x'.repeat(500)) } },
  { name: 'many tags', spec: { ...base, tags: entries(46, () => 'Räume: a/b=c+d-e@f') } },
  { name: 'forty metrics', spec: { ...base, metrics: entries(40, (index) => `loss_${index}=([0-9.]+)`) } },
  {
    name: 'keys',
    spec: {
      ...base,
      outputKmsKey: 'alias/mine',
      volumeKmsKey: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  },
  {
    name: 'a network of its own',
    spec: { ...base, subnets: ['subnet-0a1b2c3d', 'subnet-1'], securityGroups: ['sg-0a1b2c3d'], encryptTraffic: true },
  },
  {
    name: 'tracking',
    spec: {
      ...base,
      mlflow: {
        server: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/mine',
        isManaged: true,
        experiment: 'x'.repeat(256),
        run: 'one',
        log: false,
      },
      experiment: { name: 'prices', trial: 'first', displayName: 'one', run: 'r' },
      tensorboard: true,
    },
  },
  {
    name: 'an MLflow app',
    spec: {
      ...base,
      mlflow: { server: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-1', isManaged: true, log: false },
    },
  },
  { name: 'no network', spec: { ...base, networkIsolation: true } },
  { name: 'one input', spec: base, facts: { inputs: [input('data')] } },
  {
    name: 'inputs of every kind',
    spec: base,
    facts: {
      inputs: [
        input('data', { distribution: 'ShardedByS3Key' }),
        input('fast', { mode: 'FastFile' }),
        input('pipe', { mode: 'Pipe' }),
        input('csv', { contentType: 'text/csv' }),
      ],
    },
  },
  {
    name: 'nineteen inputs',
    spec: base,
    facts: { inputs: Array.from({ length: 19 }, (_unused, index) => input(`channel_${index}`)) },
  },
  { name: 'the longest names', spec: { ...base, project: projectName('p'.repeat(63)), task: taskName(long), prefix: 'a/b/c' } },
  { name: 'odd names', spec: { ...base, project: projectName('a.b_c-d'), task: taskName('A-1') } },
]
const processingRows: readonly Row[] = [
  { name: 'the plainest processing', spec: processing },
  { name: 'processing with state', spec: processing, facts: { hasState: true } },
  { name: 'processing of many machines', spec: { ...processing, instanceType: 'ml.m5.4xlarge', instanceCount: 100 } },
  { name: 'processing for nine days', spec: { ...processing, maxRunSeconds: 777_600 } },
  {
    name: 'processing with inputs',
    spec: processing,
    facts: { inputs: [input('data', { distribution: 'ShardedByS3Key' }), input('words')] },
  },
  {
    name: 'processing with a key and a network',
    spec: {
      ...processing,
      outputKmsKey: 'alias/mine',
      volumeKmsKey: 'alias/mine',
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
      encryptTraffic: true,
    },
  },
  {
    name: 'processing with outputs by name and chosen paths',
    spec: { ...processing, outputs: { train: '/opt/ml/processing/train', test: '/opt/ml/processing/output/test' } },
    facts: { inputs: [input('raw', { path: '/opt/ml/processing/raw' })] },
  },
  {
    name: 'processing on several types',
    spec: { ...processing, instanceType: 'ml.m5.large', fallbackTypes: ['ml.m5.xlarge'] },
  },
  { name: 'processing without network', spec: { ...processing, networkIsolation: true } },
  {
    name: 'processing a command',
    spec: { ...processing, program: { kind: 'command', argv: ['/bin/bash'], dependencies: [] }, args: ['-c', 'true'] },
  },
  { name: 'processing of an experiment', spec: { ...processing, experiment: { name: 'prices', trial: 'x'.repeat(120) } } },
  {
    name: 'processing with environment',
    spec: { ...processing, env: entries(90, () => 'x'.repeat(256)), tags: entries(46, () => '') },
  },
]
const regions = [
  'us-east-1',
  'eu-central-2',
  'ap-southeast-7',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eusc-de-east-1',
]
const everywhere: readonly Row[] = regions.flatMap((region) => [
  { name: `training in ${region}`, spec: base, region },
  ...(region.startsWith('eusc-') || region === 'ap-southeast-7'
    ? []
    : [{ name: `processing in ${region}`, spec: processing, region }]),
])
const rows = [...training, ...processingRows, ...everywhere]

function requestOf({ name, spec, region = 'us-east-1', facts = {} }: Row): RequestToJudge {
  const where = { region, instanceType: spec.instanceType, today: '2026-11-22' }
  const { image } = spec
  const found =
    image.kind === 'framework'
      ? frameworkImage(image, where)
      : image.kind === 'algorithm'
        ? algorithmImage(image, where)
        : undefined
  if (found?.kind === 'unknown') throw new Error(`${name}: ${found.problem}`)
  const imageUri = found?.uri ?? (image.kind === 'uri' ? image.uri : '')
  const sha = 'a'.repeat(64)
  const request = jobRequest(spec, {
    job: newJobName(spec.task, Date.UTC(2026, 10, 22), { random: () => 0.5 }),
    layout: layoutOf({ bucket: `sagemaker-${region}-111122223333`, prefix: spec.prefix, project: spec.project, task: spec.task }),
    roleArn: `arn:${partitionOf(region).name}:iam::111122223333:role/service-role/SimpleSageMaker-ex`,
    imageUri,
    inputs: [],
    fingerprint: sha,
    hasState: false,
    version: '0.1.0',
    ...(spec.program.kind === 'algorithm' ? {} : { code: { launcherSha256: sha, settingsSha256: sha, bundleSha256: sha } }),
    ...facts,
  })
  return { id: name, operation: request.kind === 'training' ? 'CreateTrainingJob' : 'CreateProcessingJob', input: request.input }
}

test.skipIf(noMoto)(
  'every request of varied tasks, of both kinds and in all partitions, is one that SageMaker would take',
  async () => {
    const requests = rows.map(requestOf)
    console.info(
      `${requests.length} requests judged: ${training.length} training, ${processingRows.length} processing, ${everywhere.length} over ${new Set(regions.map((region) => partitionOf(region).name)).size} partitions`,
    )
    expect(requests.length).toBeGreaterThanOrEqual(40)
    expect(await judge(requests)).toEqual([])
  },
)

test.skipIf(noMoto)(
  'every other call the platform makes is one that its service would take',
  async () => {
    const sent: RequestToJudge[] = []
    const settings = { endpoint: standIn().url, region: testRegion, credentials: testKeys, forcePathStyle: true }
    const watched = <C extends { middlewareStack: { add(middleware: never, options: never): void } }>(
      service: string,
      client: C,
    ): C => {
      const middleware = (next: (args: unknown) => unknown, context: { commandName?: string }) => (args: { input: object }) => {
        const input = Object.fromEntries(
          Object.entries(args.input).map(([name, value]) => [name, value instanceof Uint8Array ? 'bytes' : (value as unknown)]),
        )
        sent.push({
          service,
          operation: context.commandName?.replace(/Command$/, '') ?? '',
          input,
          id: context.commandName ?? '',
        })
        return next(args)
      }
      // Last of its step: what other middleware adds is seen.
      client.middlewareStack.add(middleware as never, { step: 'initialize', priority: 'low' } as never)
      return client
    }
    const clients = {
      s3: () => watched('s3', new S3Client(settings)),
      iam: () => watched('iam', new IAMClient(settings)),
      sts: () => watched('sts', new STSClient(settings)),
      logs: () => watched('logs', new CloudWatchLogsClient(settings)),
      sagemaker: () => watched('sagemaker', new SageMakerClient(settings)),
    }
    await using platform = awsOn(standIn().url, { clients, clock: fastClock(20) })
    const bucket = await platform.objects.bucket(undefined)
    const uri = objectUri(`s3://${bucket}/a`)
    const { etag } = await platform.objects.write(
      uri,
      { kind: 'bytes', bytes: Buffer.of(1) },
      { onlyIf: 'absent', kmsKey: 'alias/mine' },
    )
    await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.alloc(9_000_000) }, { onlyIf: { etag } })
    await platform.objects.write(
      objectUri(`s3://${bucket}/b/c`),
      { kind: 'bytes', bytes: Buffer.alloc(9_000_000) },
      { onlyIf: 'absent', kmsKey: 'alias/mine' },
    )
    for await (const _object of platform.objects.list(objectUri(`s3://${bucket}/`)));
    for await (const _name of platform.objects.folders(objectUri(`s3://${bucket}/`)));
    for await (const _chunk of platform.objects.read(uri));
    await platform.objects.find(uri)
    await platform.objects.remove([uri])
    const need = {
      project: 'ex',
      bucket,
      writablePrefixes: ['ex/'],
      readableAddresses: [],
      imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:1',
      kmsKeys: ['alias/x'],
      vpc: true,
    }
    await platform.roles.ensure(need)
    await platform.roles.ensure({ ...need, writablePrefixes: ['other/'] })
    await platform.roles.expected({ ...need, own: 'SimpleSageMaker-ex' })
    standIn().script = () => ({ phases: [{ phase: 'Training', ms: 400 }, { phase: 'Completed' }] })
    const request = trainingJob(objectUri(`s3://${bucket}/x/`), { shell: 'true' })
    request.input.AlgorithmSpecification = {
      ...request.input.AlgorithmSpecification,
      TrainingInputMode: 'File',
      ContainerArguments: ['true'],
    }
    await platform.jobs.start(request)
    await standIn().log('training', `${refOf(request).name}/algo-1-1`, [{ text: 'hello', atMs: Date.now() }])
    for await (const _line of platform.logs.follow(refOf(request)));
    for await (const _line of platform.logs.follow(refOf(request), { untilNow: true, sinceMs: 1 }));
    await platform.jobs.stop(refOf(request))
    const operations = new Set(sent.map(({ operation }) => operation))
    console.info(`${sent.length} calls of ${operations.size} operations judged: ${[...operations].sort().join(', ')}`)
    expect(operations.size).toBeGreaterThan(20)
    expect(await judge(sent)).toEqual([])
  },
  60_000,
)
