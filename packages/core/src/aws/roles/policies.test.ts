import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAllowed, withoutOneAction, type IamRequest } from '../../../../../test/support/aws/iam-simulator.ts'
import type { RoleNeed } from '../../platform/roles.ts'
import { covers, missingFrom, patternCovers } from './covers.ts'
import { policies, type PolicyOptions } from './policies.ts'
import { parsePolicy, type PolicyDocument } from './policy-document.ts'
import { roleName, rolePolicy, widenedPolicy } from './role.ts'

const account = '111122223333'
const place = { partition: 'aws', region: 'us-east-1', account }
const options: PolicyOptions = { project: 'ex', region: 'us-east-1', account, bucket: 'b' }
const need: RoleNeed = {
  project: 'ex',
  bucket: 'b',
  writablePrefixes: ['ex/'],
  readableAddresses: [{ bucket: 'data', key: 'set/' }],
  imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker',
  kmsKeys: ['alias/mine', '1234-5678'],
  vpc: true,
}
const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`
const allowed = (policy: PolicyDocument, action: string, resource: string, context: IamRequest['context'] = {}): boolean =>
  isAllowed([policy], { action, resource, context })

/** What SageMaker asks for in the name of the role, from the first download to the last upload. */
function askedByAJob(): readonly IamRequest[] {
  const object = 'arn:aws:s3:::b/ex/train/job/source/launch.sh'
  const [logs, repository] = [
    'arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/TrainingJobs',
    'arn:aws:ecr:us-east-1:763104351884:repository/pytorch',
  ]
  const keys = ['1234-5678', 'id-of-mine'].map((id) => `arn:aws:kms:us-east-1:${account}:key/${id}`)
  const ofAlias = { 'kms:ResourceAliases': ['alias/mine'] }
  const grant = { 'kms:GrantIsForAWSResource': 'true' }
  const interfaces = ['CreateNetworkInterface', 'CreateNetworkInterfacePermission', 'DeleteNetworkInterface']
  const network = [...interfaces, 'DeleteNetworkInterfacePermission', 'DescribeNetworkInterfaces', 'DescribeVpcs']
  return [
    ...['GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload'].map((action) => ({
      action: `s3:${action}`,
      resource: object,
      context: { 'aws:ResourceAccount': account },
    })),
    { action: 's3:GetObject', resource: 'arn:aws:s3:::data/set/a' },
    ...['b', 'data'].map((bucket) => ({ action: 's3:GetBucketLocation', resource: `arn:aws:s3:::${bucket}` })),
    { action: 's3:ListBucket', resource: 'arn:aws:s3:::b', context: { 's3:prefix': 'ex/train/state' } },
    { action: 's3:ListBucket', resource: 'arn:aws:s3:::data', context: { 's3:prefix': 'set/' } },
    { action: 'logs:CreateLogGroup', resource: logs },
    ...['CreateLogStream', 'PutLogEvents', 'DescribeLogStreams'].map((action) => ({
      action: `logs:${action}`,
      resource: `${logs}:log-stream:job/algo-1`,
    })),
    { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' } },
    { action: 'ecr:GetAuthorizationToken', resource: '*' },
    ...['BatchCheckLayerAvailability', 'GetDownloadUrlForLayer', 'BatchGetImage'].map((action) => ({
      action: `ecr:${action}`,
      resource: repository,
    })),
    ...keys.flatMap((resource, index) => [
      ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'DescribeKey'].map((action) => ({
        action: `kms:${action}`,
        resource,
        context: index === 0 ? {} : ofAlias,
      })),
      { action: 'kms:CreateGrant', resource, context: index === 0 ? grant : { ...grant, ...ofAlias } },
    ]),
    ...[...network, 'DescribeDhcpOptions', 'DescribeSubnets', 'DescribeSecurityGroups'].map((action) => ({
      action: `ec2:${action}`,
      resource: '*',
    })),
  ]
}

test('a role may do what a job asks for, and every action of its policy is needed for that', () => {
  const asked = askedByAJob()
  const policy = rolePolicy(need, place)
  expect(asked.filter((request) => !isAllowed([policy], request))).toEqual([])
  const needless = [...withoutOneAction(policy)].filter(({ rest }) => asked.every((request) => isAllowed([rest], request)))
  expect(needless.map(({ line }) => line)).toEqual([])
})

test('a role may touch the folder of its project and nothing beside it', () => {
  const policy = rolePolicy(need, place)
  const at = (bucket: string, key: string, action = 'PutObject') =>
    allowed(policy, `s3:${action}`, `arn:aws:s3:::${bucket}/${key}`, { 'aws:ResourceAccount': account })
  expect(at('b', 'ex/train/state/x')).toBe(true)
  for (const [bucket, key] of [
    ['b', 'ex2/x'],
    ['b', 'other/x'],
    ['b', 'ex'],
    ['bb', 'ex/x'],
    ['data', 'set/x'],
  ] as const)
    expect(at(bucket, key), `${bucket}/${key}`).toBe(false)
  expect(at('data', 'set/x', 'GetObject')).toBe(true)
  expect(at('data', 'set2/x', 'GetObject')).toBe(false)
  // A bucket of the same name in another account gets nothing.
  expect(allowed(policy, 's3:PutObject', 'arn:aws:s3:::b/ex/x', { 'aws:ResourceAccount': '999988887777' })).toBe(false)
})

test("no policy lists other projects' keys", () => {
  const { job, caller } = policies(options)
  for (const policy of [job, caller, rolePolicy(need, place)]) {
    const lists = (prefix?: string) =>
      allowed(policy, 's3:ListBucket', 'arn:aws:s3:::b', prefix === undefined ? {} : { 's3:prefix': prefix })
    expect([lists('ex/'), lists('ex/train/')]).toEqual([true, true])
    expect([lists(), lists(''), lists('e'), lists('ex'), lists('ex2/'), lists('other/')]).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  }
})

test('signs in a key that IAM reads as wildcards or variables are plain signs: a right holds for keys that begin so, and no others', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '$', '{', '}'), maxLength: 8 })
  fc.assert(
    fc.property(text, text, (prefix, key) => {
      const policy = rolePolicy({ ...need, readableAddresses: [{ bucket: 'data', key: prefix }] }, place)
      const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
      const isMeant = key === prefix || key.startsWith(folder)
      expect(allowed(policy, 's3:GetObject', `arn:aws:s3:::data/${key}`)).toBe(isMeant)
      expect(allowed(policy, 's3:ListBucket', 'arn:aws:s3:::data', { 's3:prefix': key })).toBe(isMeant)
    }),
  )
})

/** What turns a user who may run jobs into an administrator, or lets them act as somebody else. */
const dangerous = [
  'CreateRole',
  'PutRolePolicy',
  'UpdateAssumeRolePolicy',
  'AttachRolePolicy',
  'DeleteRolePermissionsBoundary',
  'PutRolePermissionsBoundary',
  'CreatePolicyVersion',
  'SetDefaultPolicyVersion',
  'AttachUserPolicy',
  'PutUserPolicy',
].map((action) => `iam:${action}`)

test('whoever holds caller can make or change no role, and pass the one role to SageMaker alone', () => {
  const { caller } = policies({ ...options, kmsKeys: ['k'], vpc: true, inputs: ['s3://data/set'] })
  for (const action of dangerous) {
    for (const resource of [role('SimpleSageMaker-ex'), role('Admin'), '*']) expect(allowed(caller, action, resource)).toBe(false)
  }
  const passes = (name: string, service: string) =>
    allowed(caller, 'iam:PassRole', role(name), { 'iam:PassedToService': service })
  expect(passes('SimpleSageMaker-ex', 'sagemaker.amazonaws.com')).toBe(true)
  expect(passes('SimpleSageMaker-ex', 'lambda.amazonaws.com')).toBe(false)
  expect(passes('SimpleSageMaker-ex2', 'sagemaker.amazonaws.com')).toBe(false)
  expect(passes('Admin', 'sagemaker.amazonaws.com')).toBe(false)
  expect(allowed(caller, 'sts:AssumeRole', role('SimpleSageMaker-ex'))).toBe(false)
})

test('with a boundary, whoever holds setup makes and changes only roles inside it', () => {
  const permissionsBoundary = `arn:aws:iam::${account}:policy/Jobs`
  const { setup } = policies({ ...options, permissionsBoundary })
  const may = (action: string, context: IamRequest['context'] = {}) => allowed(setup, action, role('SimpleSageMaker-ex'), context)
  const bounded = { 'iam:PermissionsBoundary': permissionsBoundary }
  for (const action of dangerous) {
    expect(may(action)).toBe(false)
    expect(may(action, { 'iam:PermissionsBoundary': `${permissionsBoundary}2` })).toBe(false)
    expect(may(action, bounded)).toBe(['iam:CreateRole', 'iam:PutRolePolicy'].includes(action))
  }
  expect(may('iam:TagRole')).toBe(true)
})

test('a role of your own is passed and read, and never written', () => {
  const { caller, setup } = policies({ ...options, role: 'service-role/mine' })
  expect(allowed(caller, 'iam:PassRole', role('service-role/mine'), { 'iam:PassedToService': 'sagemaker.amazonaws.com' })).toBe(
    true,
  )
  expect(allowed(caller, 'iam:GetRole', role('service-role/mine'))).toBe(true)
  expect(JSON.stringify(setup)).not.toContain('iam:')
})

test('an alias gives rights on the key behind it, and on that one alone; grants are for the machines of AWS only', () => {
  const { job, caller } = policies({ ...options, kmsKeys: ['alias/mine', `arn:aws:kms:us-east-1:${account}:alias/other`] })
  const key = `arn:aws:kms:us-east-1:${account}:key/any`
  for (const policy of [job, caller]) {
    const uses = (...names: string[]) => allowed(policy, 'kms:GenerateDataKey', key, { 'kms:ResourceAliases': names })
    expect([uses('alias/mine'), uses('alias/x', 'alias/other'), uses('alias/x'), uses()]).toEqual([true, true, false, false])
    expect(JSON.stringify(policy.Statement.flatMap(({ Resource }) => Resource))).not.toContain('alias/')
  }
  const grant = (context: IamRequest['context']) =>
    allowed(job, 'kms:CreateGrant', key, { 'kms:ResourceAliases': ['alias/mine'], ...context })
  expect([grant({ 'kms:GrantIsForAWSResource': 'true' }), grant({}), allowed(caller, 'kms:CreateGrant', key)]).toEqual([
    true,
    false,
    false,
  ])
})

test('the printed job policy fits every task of the project, so that none needs an administrator again', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(name, fc.constantFrom('pytorch:2.13.0', 'huggingface-pytorch-training:2.8', 'x:1'), (folder, image) => {
      const printed = policies({ ...options, inputs: ['s3://data/set/', 's3://whole'], kmsKeys: need.kmsKeys, vpc: true }).job
      const task: RoleNeed = {
        ...need,
        readableAddresses: [
          { bucket: 'b', key: `ex/${folder}/state/` },
          { bucket: 'data', key: `set/${folder}` },
          { bucket: 'whole', key: folder },
        ],
        imageUri: `763104351884.dkr.ecr.us-east-1.amazonaws.com/${image}`,
      }
      expect(missingFrom(printed, rolePolicy(task, place))).toEqual([])
    }),
  )
})

test.each([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
])('in the partition %s every ARN is of that partition', (partition, region) => {
  const { job, caller, setup } = policies({ ...options, region, inputs: ['s3://data/x'], kmsKeys: ['alias/a', 'k'] })
  const arns = [job, caller, setup].flatMap(({ Statement }) => Statement.flatMap(({ Resource }) => Resource))
  expect(arns.filter((arn) => arn !== '*').every((arn) => arn.startsWith(`arn:${partition}:`))).toBe(true)
})

test('only SageMaker, for this account, may take the role', () => {
  expect(policies(options).trust).toMatchObject({
    Statement: [
      { Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': account } } },
    ],
  })
})

test('a role grows with the needs of its tasks, never shrinks, and what a wider right covers is left out', () => {
  const first = rolePolicy({ ...need, writablePrefixes: ['ex/train/'] }, place)
  const other: RoleNeed = {
    ...need,
    readableAddresses: [
      { bucket: 'data', key: 'set/x' },
      { bucket: 'more', key: 'y' },
    ],
    vpc: false,
    kmsKeys: [],
  }
  expect(covers(first, rolePolicy(other, place))).toBe(false)
  const both = widenedPolicy(first, other, place)
  expect(covers(both, first) && covers(both, rolePolicy(other, place))).toBe(true)
  expect(widenedPolicy(both, other, place)).toEqual(both)
  const of = (sid: string) => both.Statement.find(({ Sid }) => Sid === sid)?.Resource
  expect(of('Objects')).toEqual(['arn:aws:s3:::b/ex/*'])
  expect(of('Inputs')).toEqual(['arn:aws:s3:::data/set/*', 'arn:aws:s3:::more/y', 'arn:aws:s3:::more/y/*'])
})

test('our statements are made anew whatever release wrote them; others, denials among them, stay, and every Sid is there once', () => {
  const foreign = [
    { Sid: 'Mine', Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: ['*'] },
    { Sid: 'Objects', Effect: 'Deny', Action: ['s3:DeleteObject'], Resource: ['arn:aws:s3:::b/ex/keep/*'] },
    { Effect: 'Allow', NotAction: ['iam:*'], Resource: ['arn:aws:s3:::x'] },
  ]
  const earlier = [
    { Sid: 'Inputs', Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: ['arn:aws:s3:::old/set/*'] },
    {
      Sid: 'Buckets',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:GetBucketLocation'],
      Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::old'],
    },
    { Sid: 'Keys', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [`arn:aws:kms:us-east-1:${account}:alias/old`] },
  ]
  const held = parsePolicy(encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement: [...foreign, ...earlier] })))
  const widened = widenedPolicy(held, need, place)
  expect(widened.Statement.slice(0, 3)).toEqual(foreign)
  const sids = widened.Statement.map(({ Sid }) => Sid).filter((sid) => sid !== undefined)
  expect(new Set(sids).size).toBe(sids.length)
  expect(allowed(widened, 's3:PutObject', 'arn:aws:s3:::b/ex/x', { 'aws:ResourceAccount': account })).toBe(true)
  expect(allowed(widened, 's3:DeleteObject', 'arn:aws:s3:::b/ex/keep/x', { 'aws:ResourceAccount': account })).toBe(false)
  expect(allowed(widened, 's3:GetObject', 'arn:aws:s3:::old/set/x')).toBe(true)
  expect(allowed(widened, 's3:ListBucket', 'arn:aws:s3:::old', { 's3:prefix': 'set/' })).toBe(true)
  expect(allowed(widened, 's3:ListBucket', 'arn:aws:s3:::old', { 's3:prefix': '' })).toBe(false)
  expect(
    allowed(widened, 'kms:Decrypt', `arn:aws:kms:us-east-1:${account}:key/k`, { 'kms:ResourceAliases': ['alias/old'] }),
  ).toBe(true)
  expect(widenedPolicy(widened, need, place)).toEqual(widened)
})

test('a policy that somebody else wrote fits when it allows as much', () => {
  const wide = (Statement: unknown) => parsePolicy(encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement })))
  const needed = rolePolicy(need, place)
  expect(covers(wide({ Effect: 'Allow', Action: '*', Resource: '*' }), needed)).toBe(true)
  expect(
    covers(
      wide({ Effect: 'Allow', Action: ['S3:*', 'logs:*', 'ecr:*', 'kms:*', 'ec2:*', 'cloudwatch:*'], Resource: '*' }),
      needed,
    ),
  ).toBe(true)
  expect(covers(wide({ Effect: 'Deny', Action: '*', Resource: '*' }), needed)).toBe(false)
  expect(
    covers(
      wide({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
      needed,
    ),
  ).toBe(false)
  expect(missingFrom(wide({ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/*' }), needed)[0]).toMatchObject({
    Sid: 'Inputs',
  })
})

test('role names fit into 64 characters and stay apart', () => {
  expect(roleName('ex')).toBe('SimpleSageMaker-ex')
  const [one, other] = ['a', 'b'].map((end) => roleName('p'.repeat(62) + end))
  expect(one).toHaveLength(64)
  expect(one).not.toBe(other)
})

test('no name makes a policy that reaches outside of it: what IAM reads as a pattern is refused, by its name', () => {
  const hostile = fc.tuple(
    fc.constantFrom('a', '', 'x/'),
    fc.constantFrom('*', '?', '${aws:username}', '${*}'),
    fc.constantFrom('', 'b'),
  )
  const wrong: readonly (keyof PolicyOptions)[] = [
    'project',
    'bucket',
    'role',
    'region',
    'account',
    'prefix',
    'permissionsBoundary',
  ]
  fc.assert(
    fc.property(hostile, fc.constantFrom(...wrong), (parts, name) => {
      expect(() => policies({ ...options, [name]: parts.join('') })).toThrow(new RegExp(`cannot be written: ${name} `))
    }),
  )
  for (const inputs of [['s3://*/x'], ['s3://data/*'], ['s3://data/a?'], ['s3://data/${aws:username}/'], ['data']])
    expect(() => policies({ ...options, inputs })).toThrow(/inputs/)
  expect(() => policies({ ...options, kmsKeys: ['*'], images: ['a*'] })).toThrow(/images "a\*".*kmsKeys "\*"/)
})

test('no resource of a policy matches the project, bucket, role or input next to the one that is named', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/)
  fc.assert(
    fc.property(name, name, name, name, name, (project, bucket, key, end, other) => {
      const { job, caller, setup, makeBucket } = policies({ ...options, project, bucket, inputs: [`s3://${other}/${key}`] })
      const inside = [`arn:aws:s3:::${bucket}/${project}/`, `arn:aws:s3:::${other}/${key}/`]
      const outside = [
        `arn:aws:s3:::${bucket}/${project}${end}/x`,
        `arn:aws:s3:::${other}/${key}${end}`,
        `arn:aws:s3:::${bucket}${end}/${project}/x`,
        `arn:aws:s3:::${bucket}/${end}${project}${end}/x`,
        role(`SimpleSageMaker-${project}${end}`),
      ].filter((arn) => arn !== `arn:aws:s3:::${other}/${key}` && !inside.some((folder) => arn.startsWith(folder)))
      const patterns = [job, caller, setup, makeBucket].flatMap(({ Statement }) => Statement).flatMap(({ Resource }) => Resource)
      expect(outside.filter((arn) => patterns.some((pattern) => pattern !== '*' && patternCovers(pattern, arn)))).toEqual([])
    }),
  )
})

test('a key or repository whose name holds a wildcard is taken literally where a job needs it', () => {
  const policy = rolePolicy(
    { ...need, kmsKeys: ['*', 'alias/*'], imageUri: '111122223333.dkr.ecr.us-east-1.amazonaws.com/a*:1' },
    place,
  )
  expect(
    allowed(policy, 'kms:Decrypt', `arn:aws:kms:us-east-1:${account}:key/other`, { 'kms:ResourceAliases': ['alias/x'] }),
  ).toBe(false)
  expect(allowed(policy, 'ecr:BatchGetImage', 'arn:aws:ecr:us-east-1:111122223333:repository/ab')).toBe(false)
})

test('a caller changes no job but to end its warm pool: no shell is opened in one that runs', () => {
  const { caller } = policies({ project: 'ex', region: 'eu-west-1', account: '111122223333' })
  const change = (context: Readonly<Record<string, string>>): boolean => {
    const resource = 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/other-1'
    return isAllowed([caller], { action: 'sagemaker:UpdateTrainingJob', resource, context })
  }
  expect(change({})).toBe(true)
  expect(change({ 'sagemaker:EnableRemoteDebug': 'true' })).toBe(false)
})

test('setup alone cannot touch a bucket, and a caller tags only jobs that it makes', () => {
  const { caller, setup, makeBucket } = policies(options)
  for (const action of [
    's3:PutBucketPolicy',
    's3:CreateBucket',
    's3:PutEncryptionConfiguration',
    's3:PutBucketPublicAccessBlock',
  ]) {
    expect([allowed(caller, action, 'arn:aws:s3:::b'), allowed(setup, action, 'arn:aws:s3:::b')]).toEqual([false, false])
    expect([allowed(makeBucket, action, 'arn:aws:s3:::b'), allowed(makeBucket, action, 'arn:aws:s3:::bb')]).toEqual([true, false])
  }
  const tags = (context: IamRequest['context']) =>
    allowed(caller, 'sagemaker:AddTags', `arn:aws:sagemaker:us-east-1:${account}:training-job/x`, context)
  expect([
    tags({ 'sagemaker:TaggingAction': 'CreateTrainingJob' }),
    tags({ 'sagemaker:TaggingAction': 'CreateModel' }),
    tags({}),
  ]).toEqual([true, false, false])
})

test('prices are read only by who asks for costs', () => {
  const asks = (prices?: boolean) =>
    allowed(policies({ ...options, ...(prices === undefined ? {} : { prices }) }).caller, 'pricing:GetProducts', '*')
  expect([asks(), asks(false), asks(true)]).toEqual([false, false, true])
})

test("jobs of SageMaker's tuner may be started, read, stopped and tagged only by who asks for them", () => {
  const job = `arn:aws:sagemaker:us-east-1:${account}:hyper-parameter-tuning-job/ex`
  const [plain, tuner] = [policies(options).caller, policies({ ...options, tuning: true }).caller]
  const acts = ['CreateHyperParameterTuningJob', 'DescribeHyperParameterTuningJob', 'StopHyperParameterTuningJob']
  const all = [...acts, 'ListTrainingJobsForHyperParameterTuningJob'].map((act) => `sagemaker:${act}`)
  expect(all.filter((act) => allowed(plain, act, job))).toEqual([])
  expect(all.filter((act) => allowed(tuner, act, job))).toEqual(all)
  const tagging = (act: string) => ({ 'sagemaker:TaggingAction': act })
  expect(allowed(tuner, 'sagemaker:AddTags', job, tagging('CreateHyperParameterTuningJob'))).toBe(true)
  expect(allowed(tuner, 'sagemaker:AddTags', job, tagging('AddTags'))).toBe(false)
})
