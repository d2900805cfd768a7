import type { IamRequest } from './iam-simulator.ts'
import type { Exchange } from './proxy.ts'

export interface Requester {
  readonly region: string
  readonly account: string
  /** Keys by alias, as KMS knows them. */
  readonly aliases?: Readonly<Record<string, string>>
}

/** What IAM is asked before AWS does what an HTTP request asks for. */
export function iamRequestsOf(exchange: Exchange, requester: Requester): readonly IamRequest[] {
  if (exchange.operation === undefined) return s3Requests(exchange, requester)
  const target = exchange.headers['x-amz-target']
  if (typeof target !== 'string') return formRequests(exchange, exchange.operation, requester)
  const input = JSON.parse(exchange.body.toString()) as Readonly<Record<string, unknown>> // the SDK sends JSON
  return target.startsWith('Logs_')
    ? logRequests(exchange.operation, input, requester)
    : jobRequests(exchange.operation, input, requester)
}

function jobRequests(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, account }: Requester,
): readonly IamRequest[] {
  const kind = operation.includes('Training') ? 'Training' : 'Processing'
  const resource = `arn:aws:sagemaker:${region}:${account}:${kind.toLowerCase()}-job/${String(input[`${kind}JobName`])}`
  if (!operation.startsWith('Create')) return [{ action: `sagemaker:${operation}`, resource }]
  return [
    { action: `sagemaker:${operation}`, resource },
    ...(input['Tags'] === undefined
      ? []
      : [{ action: 'sagemaker:AddTags', resource, context: { 'sagemaker:TaggingAction': operation } }]),
    { action: 'iam:PassRole', resource: String(input['RoleArn']), context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  ]
}

function logRequests(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, account }: Requester,
): readonly IamRequest[] {
  const group = `arn:aws:logs:${region}:${account}:log-group:${String(input['logGroupName'])}`
  const stream = input['logStreamName']
  return [{ action: `logs:${operation}`, resource: typeof stream === 'string' ? `${group}:log-stream:${stream}` : `${group}:*` }]
}

/** IAM and STS send forms. */
function formRequests({ body }: Exchange, operation: string, { account }: Requester): readonly IamRequest[] {
  // Whoever has credentials may ask whose they are.
  if (operation === 'GetCallerIdentity') return []
  const form = new URLSearchParams(body.toString())
  const resource = `arn:aws:iam::${account}:role/${form.get('RoleName') ?? ''}`
  const boundary = form.get('PermissionsBoundary')
  const context = boundary === null ? {} : { context: { 'iam:PermissionsBoundary': boundary } }
  const tags = operation === 'CreateRole' && body.includes('Tags.member') ? [{ action: 'iam:TagRole', resource }] : []
  return [{ action: `iam:${operation}`, resource, ...context }, ...tags]
}

function s3Requests({ method, path, headers, body }: Exchange, requester: Requester): readonly IamRequest[] {
  const url = new URL(path, 'http://s3')
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/')
  const key = decodeURIComponent(rest.join('/'))
  const query = url.searchParams
  const onBucket = (action: string, context?: IamRequest['context']): readonly IamRequest[] => [
    { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}`, ...(context === undefined ? {} : { context }) },
  ]
  if (key === '') {
    if (query.has('delete')) return deletions(bucket, body)
    if (method === 'HEAD' || query.has('list-type')) {
      const prefix = query.get('prefix')
      return onBucket('ListBucket', prefix === null ? undefined : { 's3:prefix': prefix })
    }
    const part = ['location', 'encryption', 'publicAccessBlock', 'policy'].find((name) => query.has(name)) ?? ''
    return onBucket(bucketActions[`${method} ${part}`] ?? `unknown (${method} ${path})`)
  }
  const resource = `arn:aws:s3:::${bucket}/${key}`
  const action =
    method === 'DELETE'
      ? query.has('uploadId')
        ? 'AbortMultipartUpload'
        : 'DeleteObject'
      : method === 'GET' || method === 'HEAD'
        ? 'GetObject'
        : 'PutObject'
  return [
    { action: `s3:${action}`, resource },
    ...keyRequests(headers['x-amz-server-side-encryption-aws-kms-key-id'], query, requester),
  ]
}

const bucketActions: Readonly<Record<string, string>> = {
  'GET location': 'GetBucketLocation',
  'GET encryption': 'GetEncryptionConfiguration',
  'PUT ': 'CreateBucket',
  'PUT encryption': 'PutEncryptionConfiguration',
  'PUT publicAccessBlock': 'PutBucketPublicAccessBlock',
  'PUT policy': 'PutBucketPolicy',
}

/** S3 uses the key in the caller's name: to encrypt, and to read back the parts of a large object. */
function keyRequests(
  given: string | readonly string[] | undefined,
  query: URLSearchParams,
  { region, account, aliases = {} }: Requester,
): readonly IamRequest[] {
  if (typeof given !== 'string') return []
  const id = aliases[given] ?? given
  const resource = `arn:aws:kms:${region}:${account}:key/${id}`
  const names = Object.keys(aliases).filter((alias) => aliases[alias] === id)
  const context = { 'kms:ResourceAliases': names }
  const uses = query.has('uploads') ? ['GenerateDataKey', 'Decrypt'] : ['GenerateDataKey']
  return uses.map((use) => ({ action: `kms:${use}`, resource, context }))
}

function deletions(bucket: string, body: Buffer): readonly IamRequest[] {
  const keys = Array.from(body.toString().matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = '']) => key)
  return keys.map((key) => ({ action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${key}` }))
}
