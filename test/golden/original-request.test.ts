import { project } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { isJobOf, jobName, newJobName } from '../../packages/core/src/names/job-name.ts'
import { layoutOf } from '../../packages/core/src/names/layout.ts'
import { taskName } from '../../packages/core/src/names/task-name.ts'
import { sentFor, specOf, type Describing } from '../support/request-of.ts'

// The requests that the Python original sends through its SDK, row by row, beside ours for the equivalent task. What is
// different is different on purpose and stands in the lists below with its reason; anything else fails.

const bucket = 'sagemaker-us-east-1-111122223333'
const root = `s3://${bucket}/pre/proj/task1`
const job = 'task1-2026-01-02-03-04-05-AbCdEfGh'

/** One place of a request: what the original has there, and ours. `undefined`: nothing. */
interface Row {
  readonly original: unknown
  /** Only where ours is another on purpose. */
  readonly ours?: unknown
  readonly reason?: string
}
type Rows = Readonly<Record<string, Row>>

const same = (original: unknown): Row => ({ original })
const differs = (original: unknown, ours: unknown, reason: string): Row => ({ original, ours, reason })

const launched = 'the launcher is named by the request, so any image runs it and nothing is read by a shell again'
const oursOnly = 'says what the job is for, to its program and to whoever finds the job'
const tags = [
  ['SimpleSagemakerTask', 'task1'],
  ['SimpleSagemakerProject', 'proj'],
] as const
const ownTags = {
  ...Object.fromEntries(tags.map(([key, value]) => [`Tags.${key}`, same(value)])),
  // The same tag; each library names its own version.
  'Tags.SimpleSagemakerVersion': same(expect.stringMatching(/^\d+\.\d+\.\d+$/)),
  'Tags.SimpleSagemakerCallingModule': differs(
    '/home/someone/experiments/run.py',
    undefined,
    "a path on the machine of the caller is nobody else's business",
  ),
  'Tags.team': same('vision'),
} satisfies Rows
const ownEnvironment = {
  'Environment.SSM_PROJECT': differs(undefined, 'proj', oursOnly),
  'Environment.SSM_TASK': differs(undefined, 'task1', oursOnly),
  'Environment.SSM_FINGERPRINT': differs(undefined, expect.stringMatching(/^f{64}$/), oursOnly),
} satisfies Rows

const trainingImage = 'AlgorithmSpecification.TrainingImage'
const s3Source = 'DataSource.S3DataSource'
const codeSource = `${root}/${job}/source`

// ssm run -p proj -t task1 --prefix pre -e algo.py -i ./data ShardedByS3Key --md loss 'loss=(.*)' --tag team vision -- --arg1 5 --arg2 hello
const training: Rows = {
  TrainingJobName: same(job),
  RoleArn: differs(
    'arn:aws:iam::111122223333:role/SageMakerIAMRole_proj',
    'arn:aws:iam::111122223333:role/SimpleSageMaker-proj',
    'a role with the least rights instead of one that has AmazonSageMakerFullAccess',
  ),
  [trainingImage]: same(expect.stringContaining('.dkr.ecr.us-east-1.amazonaws.com/')),
  'AlgorithmSpecification.TrainingInputMode': same('File'),
  'AlgorithmSpecification.MetricDefinitions.loss': same('loss=(.*)'),
  'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries': same(true),
  'AlgorithmSpecification.ContainerEntrypoint': differs(undefined, ['/bin/sh'], launched),
  'AlgorithmSpecification.ContainerArguments': differs(undefined, expect.arrayContaining(['-c']), launched),
  'HyperParameters.arg1': same('5'),
  'HyperParameters.arg2': differs(
    '"hello"',
    'hello',
    "a string stays as it is: JSON's quotes around it are lost or doubled by images",
  ),
  ...Object.fromEntries(
    Object.entries({
      sagemaker_program: '"algo.py"',
      sagemaker_submit_directory: `"${codeSource}/sourcedir.tar.gz"`,
      sagemaker_container_log_level: '20',
      sagemaker_job_name: `"${job}"`,
      sagemaker_region: '"us-east-1"',
    }).map(([name, value]) => [`HyperParameters.${name}`, differs(value, undefined, launched)]),
  ),
  [`InputDataConfig.data.${s3Source}.S3DataType`]: same('S3Prefix'),
  [`InputDataConfig.data.${s3Source}.S3Uri`]: differs(
    `${root}/input`,
    `${root}/input/`,
    'a prefix without its slash also matches what begins like it',
  ),
  [`InputDataConfig.data.${s3Source}.S3DataDistributionType`]: same('ShardedByS3Key'),
  'InputDataConfig.data.InputMode': differs(undefined, 'File', 'the default, said'),
  [`InputDataConfig.code.${s3Source}.S3DataType`]: differs(undefined, 'S3Prefix', launched),
  [`InputDataConfig.code.${s3Source}.S3Uri`]: differs(undefined, `${codeSource}/`, launched),
  [`InputDataConfig.code.${s3Source}.S3DataDistributionType`]: differs(undefined, 'FullyReplicated', launched),
  'InputDataConfig.code.InputMode': differs(undefined, 'File', launched),
  'OutputDataConfig.S3OutputPath': same(root),
  'ResourceConfig.InstanceType': same('ml.m5.large'),
  'ResourceConfig.InstanceCount': same(1),
  'ResourceConfig.VolumeSizeInGB': same(30),
  'StoppingCondition.MaxRuntimeInSeconds': same(86_400),
  // Without a wait of its own it waits as long as it runs.
  'StoppingCondition.MaxWaitTimeInSeconds': same(86_400),
  EnableManagedSpotTraining: same(true),
  'CheckpointConfig.S3Uri': same(`${root}/state`),
  'CheckpointConfig.LocalPath': same('/state'),
  DebugHookConfig: same(undefined),
  DebugRuleConfigurations: same(undefined),
  ProfilerConfig: differs({ S3OutputPath: root }, undefined, 'nobody asked for a profile; closed to new customers'),
  ...ownEnvironment,
  ...ownTags,
}

const onDemand: Rows = {
  ...training,
  EnableManagedSpotTraining: same(undefined),
  'StoppingCondition.MaxWaitTimeInSeconds': same(undefined),
}

const s3Input = (InputName: string, ours: Readonly<Record<string, Row>>): Rows => ({
  [`ProcessingInputs.${InputName}.AppManaged`]: same(false),
  [`ProcessingInputs.${InputName}.S3Input.S3DataType`]: same('S3Prefix'),
  [`ProcessingInputs.${InputName}.S3Input.S3InputMode`]: same('File'),
  [`ProcessingInputs.${InputName}.S3Input.S3CompressionType`]: same('None'),
  ...Object.fromEntries(Object.entries(ours).map(([name, row]) => [`ProcessingInputs.${InputName}.S3Input.${name}`, row])),
})
const s3Output = (OutputName: string, S3UploadMode: string, S3Uri: Row): Rows => ({
  [`ProcessingOutputConfig.Outputs.${OutputName}.AppManaged`]: same(false),
  [`ProcessingOutputConfig.Outputs.${OutputName}.S3Output.LocalPath`]: same(`/opt/ml/processing/${OutputName}`),
  [`ProcessingOutputConfig.Outputs.${OutputName}.S3Output.S3UploadMode`]: same(S3UploadMode),
  [`ProcessingOutputConfig.Outputs.${OutputName}.S3Output.S3Uri`]: S3Uri,
})

// ssm process -p proj -t task1 --prefix pre --code algo.py -i ./data --tag team vision, after a first run that left state
const processing: Rows = {
  ProcessingJobName: same(job),
  RoleArn: training['RoleArn'] ?? same(undefined),
  'AppSpecification.ImageUri': same(expect.stringContaining('.dkr.ecr.us-east-1.amazonaws.com/')),
  'AppSpecification.ContainerEntrypoint': differs(['python3', '/opt/ml/processing/input/code/algo.py'], ['/bin/sh'], launched),
  'AppSpecification.ContainerArguments': differs(undefined, expect.arrayContaining(['-c']), launched),
  ...s3Input('code', {
    S3Uri: differs(
      `s3://${bucket}/${job}/input/code/algo.py`,
      `${codeSource}/`,
      'the folder: launcher, its settings and everything of the program',
    ),
    LocalPath: same('/opt/ml/processing/input/code'),
    S3DataDistributionType: same('FullyReplicated'),
  }),
  ...s3Input('data', {
    S3Uri: training[`InputDataConfig.data.${s3Source}.S3Uri`] ?? same(undefined),
    LocalPath: same('/opt/ml/processing/data'),
    S3DataDistributionType: same('FullyReplicated'),
  }),
  ...s3Input('state_prev', {
    S3Uri: differs(`${root}/state`, `${root}/state/`, 'a prefix without its slash also matches what begins like it'),
    LocalPath: same('/opt/ml/processing/state_prev'),
    S3DataDistributionType: same('FullyReplicated'),
  }),
  ...s3Output('state', 'Continuous', same(`${root}/state`)),
  ...s3Output('output', 'EndOfJob', same(`${root}/${job}/output`)),
  'ProcessingResources.ClusterConfig.InstanceType': same('ml.t3.medium'),
  'ProcessingResources.ClusterConfig.InstanceCount': same(1),
  'ProcessingResources.ClusterConfig.VolumeSizeInGB': same(30),
  'StoppingCondition.MaxRuntimeInSeconds': same(86_400),
  ...Object.fromEntries(
    Object.entries({
      SSM_STATE: '/opt/ml/processing/state',
      SSM_OUTPUT: '/opt/ml/processing/output',
      SM_CHANNEL_DATA: '/opt/ml/processing/data',
    }).map(([name, value]) => [
      `Environment.${name}`,
      differs(value, undefined, 'the launcher sets it on the machine, as it does for training jobs'),
    ]),
  ),
  ...ownEnvironment,
  ...ownTags,
}

const ex = project('proj', { prefix: 'pre' })
const role = 'arn:aws:iam::111122223333:role/SimpleSageMaker-proj'
const spotTask = ex
  .task('task1')
  .code('algo.py')
  .input.local('./data', { distribution: 'ShardedByS3Key' })
  .metric('loss', 'loss=(.*)')
  .tag('team', 'vision')
  .hyperparameters({ arg1: 5, arg2: 'hello' })
const cases: readonly { readonly name: string; readonly rows: Rows; readonly task: Describing }[] = [
  { name: 'a training job on spot', rows: training, task: spotTask },
  { name: 'a training job on demand', rows: onDemand, task: spotTask.onDemand() },
  {
    name: 'a processing job that goes on with its state',
    rows: processing,
    task: ex.processing('task1').code('algo.py').input.local('./data').tag('team', 'vision'),
  },
]
const requestOf = (task: Describing) => sentFor(specOf(task), { roleArn: role, hasState: true }).request

test.each(cases)("the request of $name is the original's in every place but those that differ on purpose", ({ rows, task }) => {
  const ours = placesOf(requestOf(task).input)
  for (const [place, row] of Object.entries(rows))
    expect.soft(ours[place], place).toEqual('reason' in row ? row.ours : row.original)
  // No place of ours goes unmentioned.
  expect(Object.keys(ours).filter((place) => !(place in rows))).toEqual([])
})

test('what differs on purpose is this list, and each difference is one', async () => {
  const rows = Object.entries({ training, processing }).flatMap(([kind, all]) =>
    Object.entries(all).map(([place, row]) => ({ place: `${kind} ${place}`, ...row })),
  )
  const different = rows.filter(({ reason }) => reason !== undefined)
  for (const { place, original, ours } of different) expect.soft(ours, place).not.toEqual(original)
  const list = different.map(({ place, reason }) => `${place}: ${reason}`)
  await expect(`${list.join('\n')}\n`).toMatchFileSnapshot('./original-differences.txt')
})

test('the objects of a task lie where the original puts them', () => {
  const { prefix, project: name, task } = specOf(spotTask)
  const layout = layoutOf({ bucket, prefix, project: name, task })
  const ofJob = layout.job(jobName(job))
  expect(layout.state).toBe(`${root}/state/`)
  expect(layout.input('data')).toBe(`${root}/input/`)
  expect(ofJob.model).toBe(`${root}/${job}/output/model.tar.gz`)
  expect(ofJob.output).toBe(`${root}/${job}/output/output.tar.gz`)
  expect(ofJob.bundle).toBe(`${root}/${job}/source/sourcedir.tar.gz`)
})

test('jobs are named as the original names them, and its own are known by their names', () => {
  const named = newJobName(taskName('task1'), Date.UTC(2020, 8, 23, 17, 12, 46))
  expect(named).toMatch(/^task1-2020-09-23-17-12-46-[a-zA-Z0-9]{8}$/)
  expect(isJobOf(taskName('task1'), 'task1-2020-09-23-17-12-46-0JNcrR6H')).toBe(true)
  expect(taskName('t'.repeat(34))).toHaveLength(34)
})

/** Every value of a request by its place; members of a list go by their own name. */
function placesOf(value: unknown, path: readonly string[] = []): Readonly<Record<string, unknown>> {
  if (Array.isArray(value) && value.every((one) => typeof one === 'object'))
    return Object.assign({}, ...value.map((one: object) => memberOf(one, path))) as Record<string, unknown>
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path.join('.')]: value }
  return Object.assign({}, ...Object.entries(value).map(([name, inner]) => placesOf(inner, [...path, name]))) as Record<
    string,
    unknown
  >
}

const names = ['ChannelName', 'InputName', 'OutputName', 'Key', 'Name']

function memberOf(member: object, path: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = Object.entries(member) as [string, unknown][] // of a request: texts, numbers, lists and more of these
  const own = entries.find(([name]) => names.includes(name))
  const rest = entries.filter((entry) => entry !== own)
  const at = [...path, String(own?.[1])]
  // A tag, a metric: nothing but a name and a value.
  return placesOf(rest.length === 1 && typeof rest[0]?.[1] === 'string' ? rest[0][1] : Object.fromEntries(rest), at)
}
