import type { RoleNeed } from '../../platform/roles.ts'

/** One statement of an IAM policy, in the service's own words. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** Where a policy is to hold. */
export interface PolicyPlace {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** `SimpleSageMaker-<project>`; a project name too long for IAM's 64 characters is cut and told apart by a digest. */
export function roleName(project: string): string {
  const name = `SimpleSageMaker-${project}`
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${shortDigest(project)}`
}

/** SageMaker may take the role, and only for jobs of this account: no other account can talk it into using ours. */
export function trustPolicy({ account }: PolicyPlace): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sagemaker.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      },
    ],
  }
}

/** The least a job of this task needs: its own folders, its logs and metrics, its image. */
export function rolePolicy(need: RoleNeed, place: PolicyPlace): PolicyDocument {
  const { partition, region, account } = place
  const s3 = (address: string): string => `arn:${partition}:s3:::${address}`
  const foreign = need.readableAddresses.filter(
    ({ bucket, key }) => bucket !== need.bucket || !need.writablePrefixes.some((prefix) => key.startsWith(prefix)),
  )
  const buckets = [...new Set([need.bucket, ...foreign.map(({ bucket }) => bucket)])]
  const ours = { StringEquals: { 'aws:ResourceAccount': account } }
  const statements: readonly (Statement | undefined)[] = [
    allow(
      'Objects',
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      need.writablePrefixes.map((prefix) => s3(`${need.bucket}/${prefix}*`)),
      ours,
    ),
    allow(
      'Inputs',
      ['s3:GetObject'],
      foreign.map(({ bucket, key }) => s3(`${bucket}/${key}*`)),
    ),
    allow('Buckets', ['s3:ListBucket', 's3:GetBucketLocation'], buckets.map(s3)),
    allow(
      'Logs',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`],
    ),
    allow('Metrics', ['cloudwatch:PutMetricData'], ['*'], { StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' } }),
    ...imageStatements(need.imageUri, partition),
    allow(
      'Keys',
      ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:CreateGrant', 'kms:DescribeKey'],
      need.kmsKeys.map((key) => keyArn(key, place)),
    ),
    need.vpc ? allow('Network', networkActions, ['*']) : undefined,
  ]
  return documentOf(statements)
}

function imageStatements(imageUri: string, partition: string): readonly (Statement | undefined)[] {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(imageUri)
  if (found === null) return []
  return [
    allow('RegistryToken', ['ecr:GetAuthorizationToken'], ['*']),
    allow(
      'Image',
      ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      [`arn:${partition}:ecr:${found[2]}:${found[1]}:repository/${found[3]}`],
    ),
  ]
}

const networkActions = [
  'ec2:CreateNetworkInterface',
  'ec2:CreateNetworkInterfacePermission',
  'ec2:DeleteNetworkInterface',
  'ec2:DeleteNetworkInterfacePermission',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeVpcs',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
]

export const keyArn = (key: string, { partition, region, account }: PolicyPlace): string =>
  key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${account}:${key.startsWith('alias/') ? key : `key/${key}`}`

export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Statement['Condition'],
): Statement | undefined {
  return Resource.length === 0
    ? undefined
    : { Sid, Effect: 'Allow', Action, Resource: [...new Set(Resource)], ...(Condition === undefined ? {} : { Condition }) }
}

export const documentOf = (statements: readonly (Statement | undefined)[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.filter((statement) => statement !== undefined),
})

/** FNV-1a, eight hexadecimal digits: tells names apart, protects nothing. */
function shortDigest(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
