/** What an AWS error means, whichever service sent it. */
export type AwsErrorKind =
  | 'no credentials'
  | 'expired'
  | 'bad credentials'
  | 'no region'
  | 'clock skew'
  | 'denied'
  | 'quota'
  | 'capacity'
  | 'throttled'
  | 'missing'
  | 'changed'
  | 'exists'
  | 'corrupt'
  | 'unreachable'
  | 'foreign'
  | 'refused'

/** The vendor error's parts that decide; everything else stays in `cause`. */
export interface VendorError {
  readonly name: string
  readonly message: string
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly attempts: number | undefined
}

const errorKinds: readonly (readonly [AwsErrorKind, RegExp])[] = [
  ['expired', /^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired|SSOTokenProviderFailure)$/],
  ['clock skew', /^(RequestTimeTooSkewed|RequestInTheFuture|RequestExpired)$/],
  [
    'bad credentials',
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|InvalidToken|AuthFailure|IncompleteSignature|NotSignedUp|OptInRequired)$/,
  ],
  ['no credentials', /^(CredentialsProviderError|TokenProviderError|CredentialsError)$/],
  [
    'throttled',
    /^(Throttling|ThrottlingException|ThrottledException|RequestThrottled(Exception)?|TooManyRequestsException|SlowDown|RequestLimitExceeded|BandwidthLimitExceeded|EC2ThrottledException|PriorRequestNotComplete|TransactionInProgressException)$/,
  ],
  [
    'denied',
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Forbidden|AllAccessDisabled|NotAuthorized|UnauthorizedException|403)$/,
  ],
  [
    'quota',
    /^(ResourceLimitExceeded|AccountLimitExceededException|LimitExceeded(Exception)?|ServiceQuotaExceeded(Exception)?|TooManyBuckets)$/,
  ],
  ['capacity', /^(Insufficient(Instance)?Capacity(Exception|Error)?|CapacityError|NoCapacityException)$/],
  [
    'missing',
    /^(NoSuchKey|NoSuchBucket|NoSuchUpload|NotFound|ResourceNotFound(Exception)?|NoSuchEntity(Exception)?|RepositoryNotFoundException|ImageNotFoundException|404)$/,
  ],
  ['changed', /^(PreconditionFailed|ConditionalRequestConflict)$/],
  ['foreign', /^(BucketAlreadyExists|InvalidBucketOwnerAWSAccountID)$/],
  [
    'exists',
    /^(ResourceInUse|ResourceInUseException|ResourceAlreadyExistsException|ImageAlreadyExistsException|EntityAlreadyExists(Exception)?|BucketAlreadyOwnedByYou|RepositoryAlreadyExistsException)$/,
  ],
  ['corrupt', /^(BadDigest|XAmzContentChecksumMismatch|InvalidDigest|ChecksumMismatch)$/],
  [
    'unreachable',
    /^(TimeoutError|NoAnswerError|NetworkingError|RequestTimeout(Exception)?|InternalFailure|InternalError|InternalServerError|InternalServerException|ServiceUnavailable(Exception)?|ServiceFailure(Exception)?|IncompleteBody)$/,
  ],
]

const systemCodes: Readonly<Record<string, AwsErrorKind>> = {
  ENOTFOUND: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EPIPE: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNABORTED: 'unreachable',
  EPROTO: 'unreachable',
  ERR_STREAM_PREMATURE_CLOSE: 'unreachable',
  HPE_INVALID_CONSTANT: 'unreachable',
}

/** What a failure of the AWS SDK means. The only place that reads its `name`. */
export function errorKindOf(cause: unknown): AwsErrorKind {
  const error = vendorError(cause)
  const { name, message, status } = error
  if (message.startsWith('Region is missing') || name === 'ConfigError') return 'no region'
  if (/Signature (expired|not yet current)|difference between the request time/i.test(message)) return 'clock skew'
  if (name === 'CredentialsProviderError' && /expired|refresh|sso login/i.test(message)) return 'expired'
  if (/security token.*expired|token.*has expired/i.test(message)) return 'expired'
  if (name === 'ValidationException' && /not found|could not find|does not exist/i.test(message) && !/role/i.test(message))
    return 'missing'
  if (/checksum mismatch/i.test(message)) return 'corrupt'
  if (/certificate|self[- ]signed/i.test(message) && status === undefined) return 'unreachable'
  const byCode = systemCodes[codeOf(cause) ?? '']
  const byName = errorKinds.find(([, names]) => names.test(name))?.[0]
  return byName ?? byCode ?? byStatus(status)
}

/** The parts of any thrown value that decide what it means. */
export function vendorError(cause: unknown): VendorError {
  const { name, message, $metadata } = Object(cause) as { name?: unknown; message?: unknown; $metadata?: Metadata }
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(cause),
    status: $metadata?.httpStatusCode,
    requestId: $metadata?.requestId,
    attempts: $metadata?.attempts,
  }
}

interface Metadata {
  readonly httpStatusCode?: number
  readonly requestId?: string
  readonly attempts?: number
}

function codeOf(cause: unknown): string | undefined {
  const { code, cause: inner } = Object(cause) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return inner === undefined ? undefined : codeOf(inner)
}

function byStatus(status: number | undefined): AwsErrorKind {
  if (status === 401 || status === 403) return 'denied'
  if (status === 404) return 'missing'
  if (status === 412) return 'changed'
  if (status === 429) return 'throttled'
  if (status !== undefined && status >= 500) return 'unreachable'
  return 'refused'
}
