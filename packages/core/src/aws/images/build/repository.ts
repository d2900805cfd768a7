import type { SsmError } from '../../../errors/ssm-error.ts'
import { PlatformError } from '../../../platform/errors.ts'
import { Secret } from '../../../secrets/secret.ts'
import type { RegistryLogin } from '../../../containers/logins.ts'
import { abortable, type Clients } from '../../clients.ts'
import { errorKindOf } from '../../error-kind.ts'
import { partitionOf } from '../../partition.ts'
import { withErrorTranslation } from '../../translate.ts'

/** A repository of ECR in one account and region. */
export interface Repository {
  readonly account: string
  readonly region: string
  readonly name: string
}

/** The calls of ECR that are used, translated. */
export interface Ecr {
  /** The digest that a tag, or a digest, stands for; `undefined` when the repository has none, or is not there. */
  digest(repository: Repository, reference: string): Promise<string | undefined>
  /** The address of a repository of this account, which is made when it is missing: images are scanned, tags can be moved. */
  ensure(repository: Repository): Promise<{ readonly uri: string; readonly created: boolean }>
  /** Lets a tag stand for an image that is there. */
  retag(repository: Repository, digest: string, tag: string): Promise<void>
  /** The login of this account's own registry, and of no other host. */
  login(repository: Repository, uri: string): Promise<RegistryLogin>
}

const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
]

/** The address that ECR gives a repository. */
export const registryOf = ({ account, region }: Omit<Repository, 'name'>): string =>
  `${account}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}`

export const repositoryArn = ({ account, region, name }: Repository): string =>
  `arn:${partitionOf(region).name}:ecr:${region}:${account}:repository/${name}`

/** `simple-sagemaker/<project>`, in the letters that ECR takes. */
export function defaultRepository(project: string): string {
  const name = project
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return `simple-sagemaker/${name}`
}

export function openEcr(clients: Clients, signal: AbortSignal | undefined): Ecr {
  return {
    digest: async (...given) => (await imageOf(clients, signal, ...given))?.imageId?.imageDigest,
    ensure: (repository) => ensure(clients, signal, repository),
    retag: (...given) => retag(clients, signal, ...given),
    login: (...given) => login(clients, signal, ...given),
  }
}

async function imageOf(clients: Clients, signal: AbortSignal | undefined, repository: Repository, reference: string) {
  const { client, sdk } = await clients.open('ecr')
  return await withErrorTranslation({ action: 'ecr:BatchGetImage', resource: repositoryArn(repository) }, signal, async () => {
    const imageId = reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference }
    const input = {
      registryId: repository.account,
      repositoryName: repository.name,
      imageIds: [imageId],
      acceptedMediaTypes: manifestTypes,
    }
    try {
      return (await client.send(new sdk.BatchGetImageCommand(input), abortable(signal))).images?.[0]
    } catch (cause) {
      if (errorKindOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

type Ours = [clients: Clients, signal: AbortSignal | undefined, repository: Repository]

async function ensure(...ours: Ours): Promise<{ readonly uri: string; readonly created: boolean }> {
  const [, , repository] = ours
  const known = await addressOf(...ours)
  if (known !== undefined) return { uri: known, created: false }
  const made = await create(...ours)
  const uri = made ?? (await addressOf(...ours)) ?? `${registryOf(repository)}/${repository.name}`
  return { uri, created: made !== undefined }
}

async function addressOf(clients: Clients, signal: AbortSignal | undefined, repository: Repository): Promise<string | undefined> {
  const { client, sdk } = await clients.open('ecr')
  const operation = { action: 'ecr:DescribeRepositories', resource: repositoryArn(repository) }
  return await withErrorTranslation(operation, signal, async () => {
    try {
      const input = { registryId: repository.account, repositoryNames: [repository.name] }
      const found = await client.send(new sdk.DescribeRepositoriesCommand(input), abortable(signal))
      return found.repositories?.[0]?.repositoryUri
    } catch (cause) {
      if (errorKindOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

/** Its address; `undefined` when another client made it a moment earlier. */
async function create(clients: Clients, signal: AbortSignal | undefined, repository: Repository): Promise<string | undefined> {
  const { client, sdk } = await clients.open('ecr')
  const operation = { action: 'ecr:CreateRepository', resource: repositoryArn(repository) }
  return await withErrorTranslation(operation, signal, async () => {
    const input = {
      repositoryName: repository.name,
      imageTagMutability: 'MUTABLE' as const,
      imageScanningConfiguration: { scanOnPush: true },
      tags: [{ Key: 'CreatedBy', Value: 'simple-sagemaker' }],
    }
    try {
      return (await client.send(new sdk.CreateRepositoryCommand(input), abortable(signal))).repository?.repositoryUri
    } catch (cause) {
      if (errorKindOf(cause) === 'exists') return undefined
      throw cause
    }
  })
}

async function retag(...[clients, signal, repository, digest, tag]: [...Ours, digest: string, tag: string]): Promise<void> {
  const image = await imageOf(clients, signal, repository, digest)
  const { client, sdk } = await clients.open('ecr')
  await withErrorTranslation({ action: 'ecr:PutImage', resource: repositoryArn(repository) }, signal, async () => {
    const input = {
      registryId: repository.account,
      repositoryName: repository.name,
      imageManifest: image?.imageManifest ?? '',
      ...(image?.imageManifestMediaType === undefined ? {} : { imageManifestMediaType: image.imageManifestMediaType }),
      imageTag: tag,
      imageDigest: digest,
    }
    try {
      await client.send(new sdk.PutImageCommand(input), abortable(signal))
    } catch (cause) {
      // Another client gave it the same tag a moment ago.
      if (errorKindOf(cause) !== 'exists') throw cause
    }
  })
}

async function login(
  clients: Clients,
  signal: AbortSignal | undefined,
  repository: Repository,
  uri: string,
): Promise<RegistryLogin> {
  const host = uri.split('/', 1)[0] ?? ''
  const { client, sdk } = await clients.open('ecr')
  // Another address of ECR than AWS's own, as a test or a stand-in has, brings a registry of its own.
  const isAws = client.config.endpoint === undefined
  if (isAws && host !== registryOf(repository)) throw foreignRegistry(host, repository)
  const data = await withErrorTranslation({ action: 'ecr:GetAuthorizationToken', resource: '*' }, signal, async () => {
    const given = await client.send(new sdk.GetAuthorizationTokenCommand({}), abortable(signal))
    return given.authorizationData?.[0]
  })
  const endpoint = (data?.proxyEndpoint ?? '').replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  if (endpoint !== host) throw foreignRegistry(host, repository, endpoint)
  const [, user = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(data?.authorizationToken ?? '', 'base64').toString()) ?? []
  if (password === '') throw new PlatformError('PLATFORM_REFUSED', 'ECR gave no token to log in with.', { facts: { host } })
  return { host, user, password: new Secret(password) }
}

const foreignRegistry = (host: string, repository: Repository, endpoint?: string): SsmError =>
  new PlatformError(
    'PLATFORM_REFUSED',
    `The token of this account is not sent to ${host}: its own registry is ${endpoint ?? registryOf(repository)}.`,
    {
      facts: { host, registry: endpoint ?? registryOf(repository) },
      hint: 'Name a repository of your own account and region with "repository", or build and push the image yourself and give its URI with "image".',
    },
  )
