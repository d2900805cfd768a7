import type * as CloudWatchSdk from '@aws-sdk/client-cloudwatch'
import type * as CloudWatchLogsSdk from '@aws-sdk/client-cloudwatch-logs'
import type * as CodeBuildSdk from '@aws-sdk/client-codebuild'
import type * as EcrSdk from '@aws-sdk/client-ecr'
import type * as IamSdk from '@aws-sdk/client-iam'
import type * as PricingSdk from '@aws-sdk/client-pricing'
import type * as S3Sdk from '@aws-sdk/client-s3'
import type * as SageMakerSdk from '@aws-sdk/client-sagemaker'
import type * as ServiceQuotasSdk from '@aws-sdk/client-service-quotas'
import type * as StsSdk from '@aws-sdk/client-sts'
import { PlatformError } from '../platform/errors.ts'
import { hasProxy } from './proxy.ts'
import { errorKindOf } from './error-kind.ts'
import type { Account } from './partition.ts'
import type { Timeouts } from './rate-limiter.ts'
import { credentialsError, platformError, regionless, withErrorTranslation } from './translate.ts'

/** The clients we use, by service. */
export interface ClientTypes {
  readonly s3: S3Sdk.S3Client
  readonly sagemaker: SageMakerSdk.SageMakerClient
  readonly iam: IamSdk.IAMClient
  readonly ecr: EcrSdk.ECRClient
  readonly codebuild: CodeBuildSdk.CodeBuildClient
  readonly sts: StsSdk.STSClient
  readonly logs: CloudWatchLogsSdk.CloudWatchLogsClient
  readonly cloudwatch: CloudWatchSdk.CloudWatchClient
  readonly quotas: ServiceQuotasSdk.ServiceQuotasClient
  readonly pricing: PricingSdk.PricingClient
}
/** The services of AWS that are called. */
export type ServiceName = keyof ClientTypes
interface Modules {
  readonly s3: typeof S3Sdk
  readonly sagemaker: typeof SageMakerSdk
  readonly iam: typeof IamSdk
  readonly ecr: typeof EcrSdk
  readonly codebuild: typeof CodeBuildSdk
  readonly sts: typeof StsSdk
  readonly logs: typeof CloudWatchLogsSdk
  readonly cloudwatch: typeof CloudWatchSdk
  readonly quotas: typeof ServiceQuotasSdk
  readonly pricing: typeof PricingSdk
}
/** Keys, or a function that gives fresh ones; an SDK provider (`fromSSO()`, …) fits. */
export type Credentials = NonNullable<S3Sdk.S3ClientConfig['credentials']>

/** How to reach AWS. Everything is optional: by default the SDK's own chain of environment, profile, SSO and machine roles. */
export interface ClientOptions {
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's region. */
  readonly region?: string
  /** A profile of the shared configuration files. Default: `AWS_PROFILE`, then `default`. */
  readonly profile?: string
  /** Credentials, or a function that gives them; default the SDK's own chain. */
  readonly credentials?: Credentials
  /** One address for all services instead of AWS's own; `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` do the same. */
  readonly endpoint?: string
  /** Addresses of single services. */
  readonly endpoints?: Readonly<Partial<Record<ServiceName, string>>>
  /** Attempts per call, the first one included. Default 8. */
  readonly maxAttempts?: number
  /** Milliseconds to connect, default 10 000, and without a byte on the wire, default 60 000. */
  readonly timeouts?: Timeouts
  /** Functions that give ready-made clients: for tests and for services that share theirs. We never destroy them. */
  readonly clients?: { readonly [S in ServiceName]?: () => ClientTypes[S] }
}

/** A client and the commands it sends; both arrive on first use. */
export interface OpenedClient<S extends ServiceName> {
  readonly client: ClientTypes[S]
  readonly sdk: Modules[S]
}

/** All services with one configuration. */
export interface Clients extends AsyncDisposable {
  /** Loads a service's part of the SDK and makes its client, once. */
  open<S extends ServiceName>(service: S): Promise<OpenedClient<S>>
  /** @throws {PlatformError} `PLATFORM_CREDENTIALS` when no region is set anywhere. */
  region(): Promise<string>
  /** The account of these credentials and the partition it lives in; asked once. */
  account(signal?: AbortSignal): Promise<Account>
  /** Throws the clients away, so that the next call reads the credentials afresh (after `aws sso login`, say). */
  renew(): void
}

const load: { readonly [S in ServiceName]: () => Promise<Modules[S]> } = {
  s3: () => import('@aws-sdk/client-s3'),
  sagemaker: () => import('@aws-sdk/client-sagemaker'),
  iam: () => import('@aws-sdk/client-iam'),
  ecr: () => import('@aws-sdk/client-ecr'),
  codebuild: () => import('@aws-sdk/client-codebuild'),
  sts: () => import('@aws-sdk/client-sts'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  quotas: () => import('@aws-sdk/client-service-quotas'),
  pricing: () => import('@aws-sdk/client-pricing'),
}

/** Called once for each client we made, with its service: where middleware is added. */
export type Prepare = { readonly [S in ServiceName]?: (client: ClientTypes[S], sdk: Modules[S]) => void }

export function openClients(options: ClientOptions = {}, prepare: Prepare = {}, env: NodeJS.ProcessEnv = process.env): Clients {
  const cache = new Map<ServiceName, Promise<unknown>>()
  const ownClients = new Set<ClientTypes[ServiceName]>()
  let fresh = false
  let account: Promise<Account> | undefined
  const made = async <S extends ServiceName>(service: S): Promise<OpenedClient<S>> => {
    const sdk = await load[service]()
    const given = options.clients?.[service]
    const client = given === undefined ? makers[service](sdk, await configOf(service, options, env, fresh)) : given()
    if (given === undefined) ownClients.add(nameProfile(client, options, env))
    prepare[service]?.(client, sdk)
    return { client, sdk }
  }
  const open = <S extends ServiceName>(service: S): Promise<OpenedClient<S>> => {
    const opened = (cache.get(service) as Promise<OpenedClient<S>> | undefined) ?? made(service)
    cache.set(service, opened)
    return opened
  }
  return {
    open,
    region: () => open('sagemaker').then((opened) => regionOf(opened, options.profile ?? env['AWS_PROFILE'])),
    account: async (signal) => {
      // Shared by all who ask: the abort of one must not be the others' failure.
      account ??= open('sts').then(callerOf)
      account.catch(() => (account = undefined))
      const found = await account
      signal?.throwIfAborted()
      return found
    },
    renew: () => {
      fresh = true
      // What is under way goes on; the clients are closed at the end.
      cache.clear()
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of ownClients) client.destroy()
    },
  }
}

/** Lets an error about credentials that are not found say in which profile they were looked for. */
function nameProfile<Client extends ClientTypes[ServiceName]>(
  client: Client,
  { credentials, profile: given }: ClientOptions,
  env: NodeJS.ProcessEnv,
): Client {
  const profile = given ?? env['AWS_PROFILE']
  if (credentials !== undefined || profile === undefined || profile === '') return client
  ;(client as S3Sdk.S3Client).middlewareStack.add(
    (next) => (args) => next(args).catch((cause: unknown) => Promise.reject(credentialsError(cause, profile))),
    { step: 'initialize', name: 'nameProfile' },
  )
  return client
}

async function regionOf({ client }: OpenedClient<'sagemaker'>, profile: string | undefined): Promise<string> {
  try {
    return await client.config.region()
  } catch (cause) {
    if (profile !== undefined && profile !== '' && errorKindOf(cause) === 'no region') throw regionless(profile, cause)
    throw platformError({ action: 'sts:GetCallerIdentity' }, cause)
  }
}

async function callerOf({ client, sdk }: OpenedClient<'sts'>): Promise<Account> {
  const operation = { action: 'sts:GetCallerIdentity' }
  const caller = await withErrorTranslation(operation, undefined, () => client.send(new sdk.GetCallerIdentityCommand({})))
  if (caller.Account === undefined)
    throw new PlatformError('PLATFORM_REFUSED', 'AWS did not say which account this is.', { facts: operation })
  return { id: caller.Account, partition: caller.Arn?.split(':')[1] ?? 'aws' }
}

/** The signal as the SDK wants it; nothing when there is none. */
export function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}

const serviceIds: Readonly<Record<ServiceName, string>> = {
  s3: 'S3',
  sagemaker: 'SAGEMAKER',
  iam: 'IAM',
  ecr: 'ECR',
  codebuild: 'CODEBUILD',
  sts: 'STS',
  logs: 'CLOUDWATCH_LOGS',
  quotas: 'SERVICE_QUOTAS',
  pricing: 'PRICING',
  cloudwatch: 'CLOUDWATCH',
}

/** Of one service: as many as small objects travel at once. */
const maxSockets = 128

/** What every client is made of; the SDK hands `ignoreCache` on to whatever reads the shared configuration files. */
type SharedConfig = Pick<
  S3Sdk.S3ClientConfig,
  'region' | 'profile' | 'credentials' | 'endpoint' | 'retryMode' | 'maxAttempts' | 'requestHandler'
> & {
  readonly ignoreCache: boolean
}

async function configOf(
  service: ServiceName,
  options: ClientOptions,
  env: NodeJS.ProcessEnv,
  fresh: boolean,
): Promise<SharedConfig> {
  const endpoint = endpointOf(service, options, env)
  // The SDK for JavaScript alone among AWS tools does not read AWS_DEFAULT_REGION.
  const region = options.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined)
  const idleMs = options.timeouts?.idleMs ?? 60_000
  return {
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ignoreCache: fresh,
    retryMode: 'adaptive',
    maxAttempts: options.maxAttempts ?? 8,
    requestHandler: {
      connectionTimeout: options.timeouts?.connectMs ?? 10_000,
      socketTimeout: idleMs,
      // For S3 a whole request may rightly take long: there only silence counts.
      ...(service === 's3' ? {} : { requestTimeout: idleMs, throwOnRequestTimeout: true }),
      httpsAgent: hasProxy(env) ? (await import('./proxy-agent.ts')).proxyAgent(env, { maxSockets }) : { maxSockets },
      httpAgent: { maxSockets },
    },
  }
}
const endpointOf = (service: ServiceName, options: ClientOptions, env: NodeJS.ProcessEnv): string | undefined =>
  options.endpoints?.[service] ??
  options.endpoint ??
  (env[`AWS_ENDPOINT_URL_${serviceIds[service]}`] || env['AWS_ENDPOINT_URL'] || undefined)

const makers: { readonly [S in ServiceName]: (sdk: Modules[S], config: SharedConfig) => ClientTypes[S] } = {
  // Only AWS itself has a host name per bucket.
  s3: (sdk, config) =>
    new sdk.S3Client({ ...config, followRegionRedirects: true, forcePathStyle: config.endpoint !== undefined }),
  sagemaker: (sdk, config) => new sdk.SageMakerClient(config),
  iam: (sdk, config) => new sdk.IAMClient(config),
  ecr: (sdk, config) => new sdk.ECRClient(config),
  codebuild: (sdk, config) => new sdk.CodeBuildClient(config),
  sts: (sdk, config) => new sdk.STSClient(config),
  logs: (sdk, config) => new sdk.CloudWatchLogsClient(config),
  quotas: (sdk, config) => new sdk.ServiceQuotasClient(config),
  pricing: (sdk, config) => new sdk.PricingClient(config),
  cloudwatch: (sdk, config) => new sdk.CloudWatchClient(config),
}
