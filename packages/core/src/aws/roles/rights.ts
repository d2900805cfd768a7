import type { RoleNeed } from '../../platform/roles.ts'
import { isPlainAllow, patternCovers } from './covers.ts'
import {
  allow,
  policyDocument,
  listOf,
  literal,
  type PolicyDocument,
  type PolicyPlace,
  type Statement,
} from './policy-document.ts'

/** What a job's role may do, as sets that grow: every statement of ours is made from them anew. */
export interface RoleRights {
  /** Patterns of objects that are read and written: `arn:aws:s3:::bucket/project/*`. */
  readonly objects: readonly string[]
  /** Patterns of objects that are only read. */
  readonly inputs: readonly string[]
  /** ARNs, or patterns of them, of image repositories. */
  readonly repositories: readonly string[]
  /** ARNs of keys; aliases are kept as aliases, because an alias is no resource of a key's permissions. */
  readonly keys: readonly string[]
  readonly aliases: readonly string[]
  readonly network: boolean
  /** ARNs of MLflow servers that jobs log on. */
  readonly mlflow: readonly string[]
}

/** What the jobs of this need must be able to do. */
export function rightsOf(need: RoleNeed, place: PolicyPlace): RoleRights {
  const own = need.writablePrefixes.map((prefix) => objectsArn(place, need.bucket, prefix))
  const read = need.readableAddresses.flatMap(({ bucket, key }) => inputArns(place, bucket, key))
  return {
    objects: own,
    inputs: read.filter((pattern) => !own.some((wide) => patternCovers(wide, pattern))),
    repositories: repositoryOf(need.imageUri, place),
    ...keyRights(need.kmsKeys, place),
    network: need.vpc,
    mlflow: need.mlflowServers ?? [],
  }
}

/** The rights that our own statements in a policy give, whatever release wrote them; and all other statements, as they are. */
export function readRights(policy: PolicyDocument): { readonly rights: RoleRights; readonly others: readonly Statement[] } {
  const ours = policy.Statement.filter((statement) => isOurs(statement))
  const resources = (sid: string): readonly string[] =>
    ours.filter(({ Sid }) => Sid === sid || Sid === `Ssm${sid}`).flatMap(({ Resource }) => Resource)
  const aliases = ours.flatMap(({ Condition }) =>
    listOf<string>(Condition?.['ForAnyValue:StringEquals']?.['kms:ResourceAliases']),
  )
  const keys = [...resources('Keys')]
  return {
    rights: {
      objects: resources('Objects'),
      inputs: resources('Inputs'),
      repositories: resources('Image'),
      keys: keys.filter((key) => !key.includes(':alias/')),
      // An earlier release wrote aliases as resources, which grants nothing.
      aliases: [...aliases, ...keys.flatMap((key) => /:(alias\/.+)$/.exec(key)?.[1] ?? [])],
      network: resources('Network').length > 0,
      mlflow: resources('Mlflow'),
    },
    others: policy.Statement.filter((statement) => !isOurs(statement)),
  }
}

/** Both together; what a wider pattern covers is left out. */
export function togetherRights(left: RoleRights, right: RoleRights): RoleRights {
  const objects = widest([...left.objects, ...right.objects])
  const inputs = widest([...left.inputs, ...right.inputs])
  return {
    objects,
    inputs: inputs.filter((pattern) => !objects.some((wide) => patternCovers(wide, pattern))),
    repositories: widest([...left.repositories, ...right.repositories]),
    keys: [...new Set([...left.keys, ...right.keys])],
    aliases: [...new Set([...left.aliases, ...right.aliases])],
    network: left.network || right.network,
    mlflow: [...new Set([...left.mlflow, ...right.mlflow])],
  }
}

/** The statements that these rights need; their `Sid`s are ours, and no other statement of the policy keeps one of them. */
export function policyDocumentOf(rights: RoleRights, place: PolicyPlace): PolicyDocument {
  const { partition, region, account } = place
  const buckets = [...rights.objects, ...rights.inputs].map((pattern) => bucketOf(pattern).arn)
  return policyDocument([
    allow('Objects', objectActions, rights.objects, { StringEquals: { 'aws:ResourceAccount': account } }),
    allow('Inputs', ['s3:GetObject'], rights.inputs),
    allow('Buckets', ['s3:GetBucketLocation'], buckets),
    ...listStatements([...rights.objects, ...rights.inputs]),
    allow('Logs', logActions, [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`]),
    allow('Metrics', ['cloudwatch:PutMetricData'], ['*'], { StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' } }),
    rights.repositories.length === 0 ? undefined : allow('RegistryToken', ['ecr:GetAuthorizationToken'], ['*']),
    allow('Image', imageActions, rights.repositories),
    ...keyStatements(rights, keyActions, place),
    ...grantStatements(rights, place),
    rights.network ? allow('Network', networkActions, ['*']) : undefined,
    // Everything that MLflow's clients ask of one server; its newer releases add actions.
    allow('Mlflow', ['sagemaker-mlflow:*'], rights.mlflow),
  ])
}

/** One statement for each bucket: the keys of others in it are not to be seen, not even by their names. */
export function listStatements(patterns: readonly string[]): readonly (Statement | undefined)[] {
  const prefixes = new Map<string, string[]>()
  for (const { arn, prefix } of patterns.map(bucketOf)) prefixes.set(arn, [...(prefixes.get(arn) ?? []), prefix])
  return [...prefixes].map(([arn, found], index) =>
    // A whole bucket is listed without any prefix.
    allow(
      `List${index + 1}`,
      ['s3:ListBucket'],
      [arn],
      found.includes('*') ? undefined : { StringLike: { 's3:prefix': widest(found) } },
    ),
  )
}

/** Permissions on keys; by an alias, on the key that it stands for at that moment. */
export function keyStatements(
  { keys, aliases }: Pick<RoleRights, 'keys' | 'aliases'>,
  actions: readonly string[],
  place: PolicyPlace,
): readonly (Statement | undefined)[] {
  return [allow('Keys', actions, keys), allow('KeysByAlias', actions, anyKey(aliases, place), aliasCondition(aliases))]
}

/** The disks of the machines are encrypted by EC2 through a grant: nothing else may be given one. */
function grantStatements({ keys, aliases }: RoleRights, place: PolicyPlace): readonly (Statement | undefined)[] {
  const forAws = { Bool: { 'kms:GrantIsForAWSResource': 'true' } }
  return [
    allow('Grants', ['kms:CreateGrant'], keys, forAws),
    allow('GrantsByAlias', ['kms:CreateGrant'], anyKey(aliases, place), { ...forAws, ...aliasCondition(aliases) }),
  ]
}

const anyKey = (aliases: readonly string[], { partition, region, account }: PolicyPlace): readonly string[] =>
  aliases.length === 0 ? [] : [`arn:${partition}:kms:${region}:${account}:key/*`]

const aliasCondition = (aliases: readonly string[]) => ({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliases } })

/** Keys by their ARN and aliases by their name: `alias/mine`, an id, or the ARN of either. */
export function keyRights(
  given: readonly string[],
  { partition, region, account }: PolicyPlace,
): Pick<RoleRights, 'keys' | 'aliases'> {
  const aliases = given.flatMap((key) => /^(?:arn:[^/]*:)?(alias\/.+)$/.exec(key)?.[1] ?? []).map(literal)
  const keys = given
    .filter((key) => !/^(arn:[^/]*:)?alias\//.test(key))
    .map((key) => literal(key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${account}:key/${key}`))
  return { keys, aliases }
}

/** The pattern of every object whose key begins so. */
export const objectsArn = (place: PolicyPlace, bucket: string, prefix: string): string =>
  `${bucketArn(place, bucket)}/${literal(prefix)}*`

export const bucketArn = ({ partition }: PolicyPlace, bucket: string): string => `arn:${partition}:s3:::${literal(bucket)}`

/** What an input names: everything in a folder or bucket; the object of a key, and what is in the folder of that name. */
export function inputArns(place: PolicyPlace, bucket: string, key: string): readonly string[] {
  if (key === '' || key.endsWith('/')) return [objectsArn(place, bucket, key)]
  return [`${bucketArn(place, bucket)}/${literal(key)}`, objectsArn(place, bucket, `${key}/`)]
}

function bucketOf(pattern: string): { readonly arn: string; readonly prefix: string } {
  const slash = pattern.indexOf('/')
  return { arn: pattern.slice(0, slash), prefix: pattern.slice(slash + 1) }
}

export function repositoryOf(imageUri: string, { partition }: PolicyPlace): readonly string[] {
  const found = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(imageUri)
  return found === null ? [] : [`arn:${partition}:ecr:${found[2]}:${found[1]}:repository/${literal(found[3] ?? '')}`]
}

const ourSids =
  /^(?:Ssm)?(Objects|Inputs|Buckets|List\d+|Logs|Metrics|RegistryToken|Image|Keys|KeysByAlias|Grants|GrantsByAlias|Network|Mlflow)$/
const isOurs = (statement: Statement): boolean => ourSids.test(statement.Sid ?? '') && isPlainAllow(statement)

/** Without those that another one covers. */
function widest(patterns: readonly string[]): readonly string[] {
  const all = [...new Set(patterns)]
  return all.filter((one) => !all.some((other) => other !== one && patternCovers(other, one)))
}

export const objectActions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']
const logActions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams']
const imageActions = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage']
const keyActions = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey']
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
