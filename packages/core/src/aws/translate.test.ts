import { expect, test } from 'vitest'
import { isSsmError } from '../errors/ssm-error.ts'
import { PlatformError } from '../platform/errors.ts'
import { errorKindOf } from './error-kind.ts'
import { withErrorTranslation, hasExpired, platformError } from './translate.ts'

const vendor = (name: string, message = '', metadata: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata: metadata })
const operation = { action: 's3:PutObject', resource: 'arn:aws:s3:::b/k' }

test.each([
  [vendor('CredentialsProviderError', 'Could not load credentials from any providers'), 'PLATFORM_CREDENTIALS', /aws configure/],
  [
    vendor('CredentialsProviderError', 'Token is expired. To refresh this SSO session run "aws sso login"'),
    'PLATFORM_CREDENTIALS',
    /aws sso login/,
  ],
  [vendor('ExpiredToken', 'The provided token has expired.'), 'PLATFORM_CREDENTIALS', /Log in again/],
  [
    vendor('ExpiredTokenException', 'The security token included in the request is expired'),
    'PLATFORM_CREDENTIALS',
    /Log in again/,
  ],
  [
    vendor('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    'PLATFORM_CREDENTIALS',
    /AWS_PROFILE/,
  ],
  [new Error('Region is missing'), 'PLATFORM_CREDENTIALS', /AWS_REGION/],
  [
    vendor('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'),
    'PLATFORM_CREDENTIALS',
    /clock/,
  ],
  [
    vendor('InvalidSignatureException', 'Signature expired: 20261122T000000Z is now earlier than 20261122T010000Z'),
    'PLATFORM_CREDENTIALS',
    /clock/,
  ],
  [vendor('ThrottlingException', 'Rate exceeded', { attempts: 8 }), 'PLATFORM_THROTTLED', /again in a minute/],
  [vendor('SlowDown', 'Please reduce your request rate.', { httpStatusCode: 503 }), 'PLATFORM_THROTTLED', /again/],
  [vendor('InsufficientCapacityException', 'no'), 'PLATFORM_CAPACITY', /spot/],
  [vendor('NoSuchKey'), 'OBJECT_MISSING', /name/],
  [vendor('UnknownError', '', { httpStatusCode: 404 }), 'OBJECT_MISSING', /name/],
  [vendor('PreconditionFailed', '', { httpStatusCode: 412 }), 'OBJECT_CHANGED', /join/],
  [vendor('ConditionalRequestConflict', '', { httpStatusCode: 409 }), 'OBJECT_CHANGED', /join/],
  [vendor('BucketAlreadyExists'), 'BUCKET_FOREIGN', /bucket of your own/],
  [vendor('BadDigest', 'The CRC32 you specified did not match'), 'OBJECT_CORRUPT', /again/],
  [
    vendor('Error', 'Checksum mismatch: expected "x" but received "y" in response header "x-amz-checksum-crc32".'),
    'OBJECT_CORRUPT',
    /again/,
  ],
  [Object.assign(new Error('getaddrinfo ENOTFOUND s3.nowhere'), { code: 'ENOTFOUND' }), 'PLATFORM_UNREACHABLE', /proxy/],
  [Object.assign(new Error('fetch failed'), { cause: { code: 'ECONNREFUSED' } }), 'PLATFORM_UNREACHABLE', /AWS_ENDPOINT_URL/],
  [vendor('TimeoutError', 'the request socket timed out'), 'PLATFORM_UNREACHABLE', /network/],
  [vendor('Whatever', '', { httpStatusCode: 500 }), 'PLATFORM_UNREACHABLE', /network/],
  [new Error('self-signed certificate in certificate chain'), 'PLATFORM_UNREACHABLE', /network/],
  [
    vendor('ValidationException', '1 validation error detected: Value at trainingJobName failed'),
    'PLATFORM_REFUSED',
    /correct the request/,
  ],
  [vendor('ResourceInUse', 'Training job names must be unique'), 'PLATFORM_REFUSED', /service says/],
] as const)('%s becomes %s with a next step', (cause, code, hint) => {
  const error = platformError(operation, cause)
  expect(error).toMatchObject({ code, cause, hint: expect.stringMatching(hint) as string })
  expect(error.facts).toMatchObject({ action: 's3:PutObject', error: cause.name })
})

test('a denial names the action, the resource and the statement to add', () => {
  const message =
    'User: arn:aws:sts::111122223333:assumed-role/dev/me is not authorized to perform: sagemaker:CreateTrainingJob on resource: arn:aws:sagemaker:us-east-1:111122223333:training-job/x because no identity-based policy allows the sagemaker:CreateTrainingJob action'
  const error = platformError(
    { action: 'sagemaker:CreateTrainingJob' },
    vendor('AccessDeniedException', message, { requestId: 'r-1' }),
  )
  const statement = {
    Effect: 'Allow',
    Action: ['sagemaker:CreateTrainingJob'],
    Resource: ['arn:aws:sagemaker:us-east-1:111122223333:training-job/x'],
  }
  expect(error.code).toBe('PLATFORM_DENIED')
  expect(error.facts).toMatchObject({
    ...operation,
    action: 'sagemaker:CreateTrainingJob',
    resource: statement.Resource[0],
    statement,
    requestId: 'r-1',
    principal: 'arn:aws:sts::111122223333:assumed-role/dev/me',
  })
  expect(error.hint).toContain(JSON.stringify(statement))
})

test('a denial that says nothing names what was asked', () => {
  const error = platformError(operation, vendor('UnknownError', '', { httpStatusCode: 403 }))
  expect(error.facts).toMatchObject({ statement: { Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::b/k'] } })
})

test('an explicit deny is not cured by another statement', () => {
  const message =
    'User: arn:aws:iam::1:user/me is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a service control policy'
  expect(platformError(operation, vendor('AccessDenied', message)).hint).toMatch(/service control policy .* forbids it/)
})

test('a quota error names the quota, its limit, what is used and what was asked', () => {
  const message =
    "The account-level service limit 'ml.p3.2xlarge for spot training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request an increase for this quota."
  const error = platformError({ action: 'sagemaker:CreateTrainingJob' }, vendor('ResourceLimitExceeded', message))
  expect(error).toMatchObject({
    code: 'PLATFORM_QUOTA',
    facts: { quota: 'ml.p3.2xlarge for spot training job usage', limit: 0, used: 0, asked: 2 },
  })
  expect(error.hint).toContain('"ml.p3.2xlarge for spot training job usage"')
})

test('only expired credentials count as cured by fresh ones', () => {
  expect(hasExpired(platformError(operation, vendor('ExpiredToken')))).toBe(true)
  expect(hasExpired(platformError(operation, vendor('InvalidAccessKeyId')))).toBe(false)
  expect(hasExpired(new Error('x'))).toBe(false)
})

test('a job that SageMaker cannot find is missing, a role it cannot assume is not', () => {
  expect(errorKindOf(vendor('ValidationException', 'Requested resource not found.'))).toBe('missing')
  expect(errorKindOf(vendor('ValidationException', 'Could not assume role arn:x. Please ensure that the role exists'))).toBe(
    'refused',
  )
})

test('the wall lets results and our own errors pass, and an abort rejects with its reason', async () => {
  await expect(withErrorTranslation(operation, undefined, async () => 1)).resolves.toBe(1)
  const own = new PlatformError('JOB_LOST', 'gone')
  await expect(withErrorTranslation(operation, undefined, () => Promise.reject(own))).rejects.toBe(own)
  const stop = new AbortController()
  const working = withErrorTranslation(operation, stop.signal, async () => {
    stop.abort(new Error('enough'))
    throw vendor('AbortError')
  })
  await expect(working).rejects.toThrow('enough')
  const failed: unknown = await withErrorTranslation(operation, undefined, () => Promise.reject(vendor('NoSuchKey'))).catch(
    (error: unknown) => error,
  )
  expect(isSsmError(failed, 'OBJECT_MISSING')).toBe(true)
})
