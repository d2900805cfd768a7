import type { ErrorCode } from '../errors/codes.ts'
import { isSsmError, type SsmError } from '../errors/ssm-error.ts'
import { terms, wording, type Text } from '../errors/wording.ts'
import { PlatformError } from '../platform/errors.ts'
import { denied } from './denied.ts'
import { errorKindOf, vendorError, type AwsErrorKind } from './error-kind.ts'

/** What was being asked of AWS when it failed: enough to say which permission is missing and what was not found. */
export interface AwsOperation {
  /** As IAM names it: `s3:PutObject`. */
  readonly action: string
  /** The ARN, or the name when there is no ARN: `arn:aws:s3:::bucket/key`. */
  readonly resource?: string
  /** The code for “there is no such thing”; default `OBJECT_MISSING`. */
  readonly missing?: ErrorCode
  readonly facts?: Readonly<Record<string, unknown>>
}

const refused = 'Read what the service says, and correct the request.'

/** What an error says: `detail` is the vendor's sentence, `asked` what was being asked, `on` its resource in brackets. */
interface Sentence {
  readonly code: ErrorCode
  readonly says: (detail: string, asked: string, on: string) => string
  readonly hint: Text
  readonly facts?: Readonly<Record<string, unknown>>
}

const sentences: Readonly<Record<Exclude<AwsErrorKind, 'denied' | 'quota'>, Sentence>> = {
  'no credentials': {
    code: 'PLATFORM_CREDENTIALS',
    says: (detail) => `No usable AWS credentials were found: ${detail}`,
    hint: wording`Run "aws configure" or "aws sso login", set AWS_PROFILE or AWS_ACCESS_KEY_ID, or try it without an account: ${terms.local}.`,
  },
  expired: {
    code: 'PLATFORM_CREDENTIALS',
    says: (detail) => `The AWS credentials have expired: ${detail}`,
    facts: { expired: true },
    hint: 'Log in again ("aws sso login", or fresh keys in the profile) and run the same again: the job continues, and the run joins it.',
  },
  'bad credentials': {
    code: 'PLATFORM_CREDENTIALS',
    says: (detail) => `AWS does not accept these credentials: ${detail}`,
    hint: 'Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that the region is enabled for the account.',
  },
  'no region': {
    code: 'PLATFORM_CREDENTIALS',
    says: () => 'No AWS region is set.',
    hint: wording`Set AWS_REGION, name a region with ${terms.region}, or try it without an account: ${terms.local}.`,
  },
  'clock skew': {
    code: 'PLATFORM_CREDENTIALS',
    says: (detail) => `AWS refused the request's time: ${detail}`,
    facts: { clockSkew: true },
    hint: "Set this machine's clock right (AWS accepts five minutes of difference), then run again.",
  },
  capacity: {
    code: 'PLATFORM_CAPACITY',
    says: (detail) => `AWS has no such machine free right now: ${detail}`,
    hint: wording`Try again later, another machine type, another region, or spot with a longer ${terms.maxWait}.`,
  },
  throttled: {
    code: 'PLATFORM_THROTTLED',
    says: (_, asked) => `AWS kept asking to slow down at ${asked} until the attempts were used up.`,
    hint: 'Other programs of this account may be sending many requests. Run again in a minute; a job that was started continues.',
  },
  missing: {
    code: 'OBJECT_MISSING',
    says: (_, asked, on) => `${asked} found nothing${on}.`,
    hint: 'Check its name, the region and the account.',
  },
  changed: {
    code: 'OBJECT_CHANGED',
    says: (_, __, on) => `Someone else wrote it first${on}.`,
    hint: 'Another run of the same task is starting a job; run again to join it.',
  },
  foreign: {
    code: 'BUCKET_FOREIGN',
    says: (_, __, on) => `The bucket belongs to another account${on}.`,
    hint: wording`Name a bucket of your own with ${terms.bucket}; nothing was written to this one.`,
  },
  corrupt: {
    code: 'OBJECT_CORRUPT',
    says: (detail, _, on) => `The bytes do not match their checksum${on}: ${detail}`,
    hint: 'Transfer it again; if that fails too, the stored object itself is damaged.',
  },
  unreachable: {
    code: 'PLATFORM_UNREACHABLE',
    says: (detail, asked) => `The service could not be reached for ${asked}: ${detail}`,
    hint: 'Check the network, the proxy (HTTPS_PROXY, NO_PROXY), the region and AWS_ENDPOINT_URL, then run again: a job that was started goes on.',
  },
  exists: { code: 'PLATFORM_REFUSED', says: (detail, asked, on) => `AWS refused ${asked}${on}: ${detail}`, hint: refused },
  refused: { code: 'PLATFORM_REFUSED', says: (detail, asked, on) => `AWS refused ${asked}${on}: ${detail}`, hint: refused },
}

/** The vendor error as one of ours: a code, the facts, a next step; the vendor's own error is the cause. */
export function platformError(operation: AwsOperation, cause: unknown): SsmError {
  if (isSsmError(cause)) return cause
  const { name, message, status, requestId } = vendorError(cause)
  const facts = {
    ...operation.facts,
    action: operation.action,
    ...(operation.resource === undefined ? {} : { resource: operation.resource }),
    error: name,
    ...(status === undefined ? {} : { httpStatus: status }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  const detail = message.replace(/\s+/g, ' ').slice(0, 1_000) || name
  const kind = errorKindOf(cause)
  if (kind === 'denied') {
    const no = denied(operation.action, operation.resource, message === '' ? '' : detail)
    return new PlatformError('PLATFORM_DENIED', no.message, { cause, hint: no.hint, facts: { ...facts, ...no.facts } })
  }
  if (kind === 'quota') {
    const quota = quotaOf(detail)
    return new PlatformError('PLATFORM_QUOTA', `An account quota is exhausted: ${detail}`, {
      cause,
      hint: quotaHint(quota['quota']),
      facts: { ...facts, ...quota },
    })
  }
  // What should still have been there was taken away by someone else.
  const sentence = sentences[kind === 'missing' && operation.missing === 'OBJECT_CHANGED' ? 'changed' : kind]
  const code = kind === 'missing' ? (operation.missing ?? sentence.code) : sentence.code
  const text = sentence.says(detail, operation.action, operation.resource === undefined ? '' : ` (${operation.resource})`)
  return new PlatformError(code, text, { cause, hint: sentence.hint, facts: { ...facts, ...sentence.facts } })
}

/** A profile that does not exist has no region either: the SDK does not tell the two apart. */
export const regionless = (profile: string, cause: unknown): PlatformError =>
  new PlatformError('PLATFORM_CREDENTIALS', `The AWS profile ${JSON.stringify(profile)} does not exist, or sets no region.`, {
    cause,
    facts: { profile },
    hint: wording`Check its name (aws configure list-profiles), and set a region in it, by AWS_REGION or by ${terms.region}.`,
  })

/** An error about credentials that are not found, with the profile they were looked for in; any other error as it is. */
export function credentialsError(cause: unknown, profile: string): unknown {
  if (isSsmError(cause) || errorKindOf(cause) !== 'no credentials') return cause
  const { name, message } = vendorError(cause)
  const named = JSON.stringify(profile)
  return new PlatformError(
    'PLATFORM_CREDENTIALS',
    `No usable AWS credentials were found with the profile ${named}, which may not exist: ${message.replace(/\s+/g, ' ').slice(0, 1_000)}`,
    {
      cause,
      facts: { profile, error: name },
      hint: wording`Check its name (aws configure list-profiles), log in with it (aws sso login), or try it without an account: ${terms.local}.`,
    },
  )
}

/** Does the work; what AWS says when it fails is translated, and an abort rejects with the signal's own reason. */
export async function withErrorTranslation<T>(
  operation: AwsOperation,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason
    throw platformError(operation, cause)
  }
}

/** Whether a translated error is one that fresh credentials would cure. */
export function hasExpired(error: unknown): boolean {
  return isSsmError(error, 'PLATFORM_CREDENTIALS') && error.facts['expired'] === true
}

function quotaOf(detail: string): Readonly<Record<string, string | number>> {
  const found = /limit '([^']+)' is ([\d.]+)/.exec(detail)
  if (found === null) return {}
  const [used, asked] = [/utilization of ([\d.]+)/.exec(detail)?.[1], /delta of ([\d.]+)/.exec(detail)?.[1]]
  return {
    quota: found[1] ?? '',
    limit: Number(found[2]),
    ...(used === undefined ? {} : { used: Number(used) }),
    ...(asked === undefined ? {} : { asked: Number(asked) }),
  }
}

const quotaHint = (name: string | number | undefined): string =>
  `Ask for more${name === undefined ? '' : ` of "${name}"`} in the console under Service Quotas (service "sagemaker"), wait for running jobs to end, or choose another machine type.`
