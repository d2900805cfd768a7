import { completeDockerfile, needsBase } from '../../../containers/dockerfile.ts'
import { contentTag, readImageSource, type ImageSource } from '../../../containers/source.ts'
import { PlatformError } from '../../../platform/errors.ts'
import type { ImageNeed } from '../../../platform/images.ts'
import type { Clients } from '../../clients.ts'
import { defaultRepository, openEcr, registryOf, type Ecr, type Repository } from './repository.ts'

export type DockerfileNeed = ImageNeed & { readonly image: Extract<ImageNeed['image'], { readonly kind: 'dockerfile' }> }

/** All that is known of an image before it is built. */
export interface ImagePlan {
  readonly need: DockerfileNeed
  readonly source: ImageSource
  readonly repository: Repository
  readonly tag: string
  /** `registry/repository:tag`, the tag made of the content. */
  readonly target: string
  /** The finished Dockerfile. */
  readonly dockerfile: string
  /** Where AWS publishes the framework's image that it is built on. */
  readonly base: { readonly registry: string } | undefined
  readonly ecr: Ecr
}

/** Reads the Dockerfile and its context, and asks for the digest of what it is built on. */
export async function planImage(
  need: DockerfileNeed,
  baseUri: () => Promise<string>,
  clients: Clients,
  signal: AbortSignal | undefined,
): Promise<ImagePlan> {
  const { image, project } = need
  const source = await readImageSource(image.source, signal === undefined ? {} : { signal })
  const [{ id: account }, region] = await Promise.all([clients.account(signal), clients.region()])
  const ecr = openEcr(clients, signal)
  const base = needsBase(source.text) ? await baseImage(await baseUri(), ecr, region) : undefined
  const repository = { account, region, name: image.repository ?? defaultRepository(project) }
  const tag = contentTag(source, base?.pinned)
  return {
    need,
    source,
    repository,
    tag,
    target: `${registryOf(repository)}/${repository.name}:${tag}`,
    dockerfile: base === undefined ? source.text : completeDockerfile(source.text, base.pinned),
    base,
    ecr,
  }
}

/** The framework's image by its digest; by its tag where the digest cannot be asked for. */
async function baseImage(uri: string, ecr: Ecr, region: string): Promise<{ readonly pinned: string; readonly registry: string }> {
  const [, registry = '', account = '', name = '', tag = ''] = /^((\d{12})\.[^/]+)\/([^:]+):(.+)$/.exec(uri) ?? []
  const digest = await ecr.digest({ account, region, name }, tag).catch((cause: unknown) => {
    if (cause instanceof PlatformError && ['PLATFORM_DENIED', 'PLATFORM_REFUSED'].includes(cause.code)) return undefined
    throw cause
  })
  return { registry, pinned: digest === undefined ? uri : `${registry}/${name}@${digest}` }
}
