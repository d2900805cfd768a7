import type { RoleNeed } from '../../platform/roles.ts'
import { allow, documentOf, keyArn, roleName, rolePolicy, trustPolicy, type PolicyDocument, type PolicyPlace } from './policy.ts'

/** What the job's role and the caller of this library need: plain documents, ready to be pasted. */
export interface Policies {
  readonly roleName: string
  /** Who may use the role: SageMaker, for this account only. */
  readonly trust: object
  readonly role: PolicyDocument
  readonly caller: PolicyDocument
}

/** Computed from the task; asks AWS nothing. */
export function policies(need: RoleNeed, place: PolicyPlace): Policies {
  return {
    roleName: roleName(need.project),
    trust: trustPolicy(place),
    role: rolePolicy(need, place),
    caller: callerPolicy(need, place),
  }
}

const jobActions = ['Training', 'Processing'].flatMap((kind) =>
  ['Create', 'Describe', 'Stop'].map((act) => `sagemaker:${act}${kind}Job`),
)
const roleActions = ['GetRole', 'GetRolePolicy', 'CreateRole', 'PutRolePolicy', 'UpdateAssumeRolePolicy', 'TagRole'].map(
  (act) => `iam:${act}`,
)
const objectActions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']
const bucketActions = ['s3:ListBucket', 's3:GetBucketLocation', 's3:CreateBucket']
const logActions = ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents']
const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:CreateGrant']

/** What whoever runs this library needs, for the tasks of this project. */
export function callerPolicy(need: RoleNeed, place: PolicyPlace): PolicyDocument {
  const { partition, region, account } = place
  const own = need.own?.startsWith('arn:') === true ? need.own : undefined
  const role = own ?? `arn:${partition}:iam::${account}:role/${need.own ?? roleName(need.project)}`
  const jobs = ['training-job', 'processing-job'].map((kind) => `arn:${partition}:sagemaker:${region}:${account}:${kind}/*`)
  const s3 = (address: string): string => `arn:${partition}:s3:::${address}`
  const objects = need.writablePrefixes.map((prefix) => s3(`${need.bucket}/${prefix}*`))
  const inputs = need.readableAddresses.flatMap(({ bucket, key }) => [s3(`${bucket}/${key}*`), s3(bucket)])
  const logs = [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`]
  const keys = need.kmsKeys.map((key) => keyArn(key, place))
  return documentOf([
    allow('Jobs', [...jobActions, 'sagemaker:AddTags'], jobs),
    allow('PassRole', ['iam:PassRole'], [role], { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }),
    allow('Role', need.own === undefined ? roleActions : ['iam:GetRole'], [role]),
    allow('Objects', objectActions, objects),
    allow('Bucket', bucketActions, [s3(need.bucket)]),
    allow('Inputs', ['s3:GetObject', 's3:ListBucket'], inputs),
    allow('Logs', logActions, logs),
    allow('Keys', keyActions, keys),
    allow('Account', ['sts:GetCallerIdentity'], ['*']),
  ])
}
