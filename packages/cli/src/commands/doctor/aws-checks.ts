import { isSsmError, type Platform } from '@simple-sagemaker/core'
import { clientOptionsOf } from '../../settings/open-platform.ts'
import type { Settings } from '../../settings/settings.ts'
import { reasonsInLine } from '../../terminal/text.ts'
import type { Check } from './check.ts'
import { quotaCheck } from './quota-check.ts'

const longestMs = 20_000

/** What the account has: a region, credentials, a bucket, a role, machines to rent. Nothing is made. */
export async function awsChecks(settings: Settings, platform: Platform, interrupt: AbortSignal): Promise<readonly Check[]> {
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(longestMs)])
  const region = await tried('region', 'Set AWS_REGION, or --region, or region in ssm.config.json.', async () => ({
    detail: await platform.region(),
  }))
  if (region.status === 'missing') return [region]
  const bucketName = settings.values.bucket?.value
  let bucket = bucketName ?? ''
  const credentials = await tried(
    'credentials',
    'Set AWS_PROFILE or --profile, or log in: aws sso login, aws configure.',
    async () => {
      bucket = await platform.objects.bucket(bucketName, { dryRun: true, signal })
      const account = /-(\d{12})$/.exec(bucket)?.[1]
      return { detail: account === undefined ? 'accepted' : `accepted, account ${account}` }
    },
  )
  if (credentials.status === 'missing') return [region, credentials]
  const [bucketFound, role, quotas] = await Promise.all([
    bucketCheck(settings, bucket, signal),
    roleCheck(settings, platform, bucket, signal),
    quotaCheck(settings, region.detail, signal),
  ])
  return [region, credentials, bucketFound, role, quotas]
}

function bucketCheck(settings: Settings, bucket: string, signal: AbortSignal): Promise<Check> {
  return tried('bucket', 'Name another one with --bucket_name, or ask for s3:GetBucketLocation on it.', async () => {
    const { bucketStatus } = await import('@simple-sagemaker/core/aws')
    const { exists } = await bucketStatus(bucket, { ...clientOptionsOf(settings), signal })
    return { detail: exists ? bucket : `${bucket} does not exist yet: the first run makes it` }
  })
}

function roleCheck(settings: Settings, platform: Platform, bucket: string, signal: AbortSignal): Promise<Check> {
  const own = settings.defaults.role
  const project = settings.values.project?.value
  return tried('role', 'Give a role of your own with --role, or ask for iam:GetRole and iam:CreateRole.', async () => {
    if (own !== undefined) {
      const nothing = { writablePrefixes: [], readableAddresses: [], imageUri: '', kmsKeys: [], vpc: false }
      return { detail: await platform.roles.expected({ project: project ?? '', bucket, own, ...nothing }, { signal }) }
    }
    if (project === undefined) return { detail: 'each project has one, which its first run makes; name the project with -p' }
    const { roleStatus } = await import('@simple-sagemaker/core/aws')
    const { roleName, arn } = await roleStatus(project, { ...clientOptionsOf(settings), signal })
    return { detail: arn ?? `${roleName} does not exist yet: the first run makes it` }
  })
}

async function tried(name: string, fix: string, look: () => Promise<{ readonly detail: string }>): Promise<Check> {
  try {
    return { name, status: 'ok', ...(await look()) }
  } catch (cause) {
    const code = isSsmError(cause) ? { code: cause.code } : {}
    const detail = cause instanceof Error ? reasonsInLine(cause.message) : String(cause)
    return { name, status: 'missing', detail, fix: (isSsmError(cause) ? cause.hintWith('') : undefined) ?? fix, ...code }
  }
}
