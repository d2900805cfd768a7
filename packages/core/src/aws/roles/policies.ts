import { defaultBucketName } from '../objects/bucket/name.ts'
import { partitionOf } from '../partition.ts'
import { publicRepositories } from '../images/catalog/accounts.ts'
import { keyPrefix } from '../../names/layout.ts'
import { imagePolicies, type ImagePolicies } from './image-policies.ts'
import {
  allow,
  policyDocument,
  type Condition,
  type PolicyDocument,
  type PolicyPlace,
  type Statement,
} from './policy-document.ts'
import {
  bucketArn,
  inputArns,
  keyRights,
  keyStatements,
  listStatements,
  objectActions,
  objectsArn,
  policyDocumentOf,
  repositoryOf,
} from './rights.ts'
import { assertPlainNames } from './policy-names.ts'
import { roleName, trustPolicy } from './role.ts'

/** What the policies of a project are computed from. */
export interface PolicyOptions {
  /** The project whose jobs the role is for. */
  readonly project: string
  /** The region of the bucket and the jobs. */
  readonly region: string
  /** The account id, twelve digits. */
  readonly account: string
  /** Default: `sagemaker-<region>-<account>`. */
  readonly bucket?: string
  /** Key prefix in front of the project's folder. */
  readonly prefix?: string
  /** What jobs read outside the project's folder: `s3://bucket/folder/`, or `s3://bucket/key` of one object. */
  readonly inputs?: readonly string[]
  /** URIs of images in registries of your own. AWS's public images of this region may always be pulled. */
  readonly images?: readonly string[]
  /** Ids, ARNs or aliases (`alias/mine`) of the keys of outputs, disks and buckets. */
  readonly kmsKeys?: readonly string[]
  /** Whether jobs run in a network of yours. */
  readonly vpc?: boolean
  /** ARNs of SageMaker's MLflow servers that jobs log on. */
  readonly mlflowServers?: readonly string[]
  /** Whether callers look up what machines cost: the project has prices of the platform, or a budget. */
  readonly prices?: boolean
  /** Whether callers search on SageMaker's own tuner: `.on('sagemaker')`. */
  readonly tuning?: boolean
  /** A role of your own, by its name, its path and name, or its ARN. Default: `SimpleSageMaker-<project>`. */
  readonly role?: string
  /** Names of ECR repositories that built images are pushed to. Default: `simple-sagemaker/<project>`. */
  readonly repositories?: readonly string[]
  /** ARN of the policy that bounds every role that is made: without it whoever holds `setup` can become administrator. */
  readonly permissionsBoundary?: string
}

/** Three policies and a trust: plain documents, ready to be pasted. */
export interface Policies {
  /** The name of the role of the project's jobs. */
  readonly roleName: string
  /** Who may use the job's role: SageMaker, for this account only. */
  readonly trust: object
  /** What a job may do. The role's inline policy, named `policyName`. */
  readonly job: PolicyDocument
  /** The name of that policy in the role. */
  readonly policyName: string
  /** What a person or service needs that runs jobs with a role and a bucket that are there. */
  readonly caller: PolicyDocument
  /** What is needed on top of `caller` to make the role, and to give the role more. */
  readonly setup: PolicyDocument
  /**
   * What is needed on top of that to make a bucket that is not there. IAM cannot tell making a bucket from changing one: whoever holds
   * this can also change the policy, the encryption and the public access block of the bucket when it is there. The default bucket
   * is shared by the account.
   */
  readonly makeBucket: PolicyDocument
  /** What is needed on top of these for images that are built from Dockerfiles. */
  readonly images: ImagePolicies
}

/**
 * The policies of a project. Asks AWS nothing.
 *
 * @throws {SsmError} `USAGE` when a name holds what IAM reads as a pattern or a variable (`*`, `?`, `${`), or is none.
 */
export function policies(options: PolicyOptions): Policies {
  assertPlainNames(options)
  const place = { partition: partitionOf(options.region).name, region: options.region, account: options.account }
  const bucket = options.bucket ?? defaultBucketName(options.region, options.account)
  const folder = `${[keyPrefix(options.prefix ?? ''), options.project].filter((part) => part !== '').join('/')}/`
  const parts: Parts = {
    role: roleArn(options, place),
    isOwnRole: options.role !== undefined,
    bucket: bucketArn(place, bucket),
    objects: [objectsArn(place, bucket, folder)],
    inputs: (options.inputs ?? []).flatMap((uri) => inputPatterns(uri, place)),
    prices: options.prices === true,
    tuning: options.tuning === true,
    ...keyRights(options.kmsKeys ?? [], place),
  }
  const repositories = [
    ...publicRepositories(options.region, place.partition),
    ...(options.images ?? []).flatMap((uri) => repositoryOf(uri, place)),
  ]
  return {
    roleName: roleName(options.project),
    trust: trustPolicy('sagemaker', place),
    policyName: 'SimpleSageMaker',
    job: policyDocumentOf({ ...parts, repositories, network: options.vpc === true, mlflow: options.mlflowServers ?? [] }, place),
    caller: callerPolicy(parts, place),
    setup: setupPolicy(parts, options.permissionsBoundary),
    makeBucket: policyDocument([allow('MakeBucket', bucketSetupActions, [parts.bucket])]),
    images: imagePolicies({ ...options, objects: parts.objects }, place),
  }
}

interface Parts {
  readonly role: string
  readonly isOwnRole: boolean
  readonly bucket: string
  readonly objects: readonly string[]
  readonly inputs: readonly string[]
  readonly prices: boolean
  readonly tuning: boolean
  readonly keys: readonly string[]
  readonly aliases: readonly string[]
}

const jobActions = ['Training', 'Processing'].flatMap((kind) =>
  ['Create', 'Describe', 'Stop'].map((verb) => `sagemaker:${verb}${kind}Job`),
)
const tuningActions = [
  'CreateHyperParameterTuningJob',
  'DescribeHyperParameterTuningJob',
  'ListTrainingJobsForHyperParameterTuningJob',
  'StopHyperParameterTuningJob',
].map((action) => `sagemaker:${action}`)
const logActions = ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents']
const bucketSetupActions = ['CreateBucket', 'PutBucketPublicAccessBlock', 'PutEncryptionConfiguration', 'PutBucketPolicy'].map(
  (action) => `s3:${action}`,
)

/** Nothing here can be turned into more: no role is made or changed, and the one that is passed goes to SageMaker alone. */
function callerPolicy(
  { role, isOwnRole, bucket, objects, inputs, prices, tuning, ...keys }: Parts,
  place: PolicyPlace,
): PolicyDocument {
  const { partition, region, account } = place
  const at = (service: string, name: string): string => `arn:${partition}:${service}:${region}:${account}:${name}`
  const jobs = [at('sagemaker', 'training-job/*'), at('sagemaker', 'processing-job/*')]
  const buckets = [bucket, ...inputs.map((pattern) => pattern.slice(0, pattern.indexOf('/')))]
  return policyDocument([
    allow('Jobs', jobActions, jobs),
    // It could open a shell in a job that runs, also in those of others. Nothing else of a job is changed.
    allow('EndWarmPools', ['sagemaker:UpdateTrainingJob'], jobs.slice(0, 1), {
      BoolIfExists: { 'sagemaker:EnableRemoteDebug': 'false' },
    }),
    // Tags of jobs that are there may stand in other people's policies: they are set when a job is made, and not later.
    allow('TagNewJobs', ['sagemaker:AddTags'], jobs, {
      StringEquals: { 'sagemaker:TaggingAction': ['CreateTrainingJob', 'CreateProcessingJob'] },
    }),
    ...(tuning ? tuningStatements(at('sagemaker', 'hyper-parameter-tuning-job/*')) : []),
    allow('PassRole', ['iam:PassRole'], [role], { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }),
    allow('Role', isOwnRole ? ['iam:GetRole'] : ['iam:GetRole', 'iam:GetRolePolicy'], [role]),
    allow('Objects', objectActions, objects),
    allow('Inputs', ['s3:GetObject'], inputs),
    allow('Buckets', ['s3:GetBucketLocation', 's3:GetEncryptionConfiguration'], buckets),
    ...listStatements([...objects, ...inputs]),
    allow('Logs', logActions, [
      at('logs', 'log-group:/aws/sagemaker/TrainingJobs*'),
      at('logs', 'log-group:/aws/sagemaker/ProcessingJobs*'),
    ]),
    ...keyStatements(keys, ['kms:Decrypt', 'kms:GenerateDataKey'], place),
    // The list is the same for every account, and IAM knows no resource in it.
    prices ? allow('Prices', ['pricing:GetProducts'], ['*']) : undefined,
  ])
}

const tuningStatements = (jobs: string): readonly (Statement | undefined)[] => [
  allow('TuningJobs', tuningActions, [jobs]),
  allow('TagNewTuningJobs', ['sagemaker:AddTags'], [jobs], {
    StringEquals: { 'sagemaker:TaggingAction': ['CreateHyperParameterTuningJob'] },
  }),
]

/** Whoever may write a role's policy and pass the role can do whatever they write: only a boundary limits that. */
function setupPolicy({ role, isOwnRole }: Parts, boundary: string | undefined): PolicyDocument {
  const bounded: Condition | undefined =
    boundary === undefined ? undefined : { StringEquals: { 'iam:PermissionsBoundary': boundary } }
  const roles = isOwnRole ? [] : [role]
  return policyDocument([
    allow('MakeRole', ['iam:CreateRole', 'iam:PutRolePolicy'], roles, bounded),
    allow('TagRole', ['iam:TagRole'], roles),
    // IAM knows no boundary condition for it; a role whose trust was changed is refused then, not put right.
    boundary === undefined ? allow('CorrectTrust', ['iam:UpdateAssumeRolePolicy'], roles) : undefined,
  ])
}

function roleArn({ project, role }: PolicyOptions, { partition, account }: PolicyPlace): string {
  if (role?.startsWith('arn:') === true) return role
  return `arn:${partition}:iam::${account}:role/${role ?? roleName(project)}`
}

function inputPatterns(uri: string, place: PolicyPlace): readonly string[] {
  const [bucket = '', ...key] = uri.replace(/^s3:\/\//, '').split('/')
  return inputArns(place, bucket, key.join('/'))
}
