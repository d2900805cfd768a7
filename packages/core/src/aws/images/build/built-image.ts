import { findEngine } from '../../../containers/engine.ts'
import { PlatformError } from '../../../platform/errors.ts'
import type { ResolveImageOptions } from '../../../platform/images.ts'
import type { Clients } from '../../clients.ts'
import type { Notify } from '../../notices.ts'
import { buildInAccount, type AccountBuilds } from '../codebuild/build.ts'
import { buildWithEngine } from './with-engine.ts'
import { planImage, type DockerfileNeed, type ImagePlan } from './image-plan.ts'
import { registryOf } from './repository.ts'

export interface BuiltImagesOptions extends AccountBuilds {
  readonly clients: Clients
  readonly notify: Notify
  /** Docker or podman by name or path; default what answers. */
  readonly containerEngine?: string | undefined
  /** Where images are built: with the engine of this computer, or in the account. Default: here, when there is an engine. */
  readonly imageBuilder?: 'engine' | 'codebuild' | undefined
}

/** Gives the address of an image that is built from a Dockerfile, and builds it unless the registry has it. */
export type BuiltImages = (need: DockerfileNeed, baseUri: () => Promise<string>, options: ResolveImageOptions) => Promise<string>

/** Images from Dockerfiles: built and pushed when their content is new, and used by their digest. */
export function builtImages(options: BuiltImagesOptions): BuiltImages {
  // Tasks that share an image build it once.
  const underWay = new Map<string, Promise<string>>()
  return async (need, baseUri, settings) => {
    const plan = await planImage(need, baseUri, options.clients, settings.signal)
    const known = await stored(plan)
    if (known !== undefined || settings.dryRun === true) return known ?? plan.target
    for (;;) {
      const building = underWay.get(plan.target)
      if (building === undefined) break
      const built = await building.catch(() => undefined)
      settings.signal?.throwIfAborted()
      if (built !== undefined) return (await stored(plan)) ?? built
    }
    const mine = build(plan, options, settings)
    underWay.set(plan.target, mine)
    try {
      return await mine
    } finally {
      underWay.delete(plan.target)
    }
  }
}

/** The image by its digest, when the registry has it; the user's own tag stands for it afterwards. */
async function stored({ ecr, repository, tag, need }: ImagePlan): Promise<string | undefined> {
  const digest = await ecr.digest(repository, tag)
  if (digest === undefined) return undefined
  const own = need.image.tag
  if (own !== undefined && (await ecr.digest(repository, own)) !== digest) await ecr.retag(repository, digest, own)
  return `${registryOf(repository)}/${repository.name}@${digest}`
}

async function build(plan: ImagePlan, options: BuiltImagesOptions, settings: ResolveImageOptions): Promise<string> {
  const { ecr, repository, target, need } = plan
  const { signal } = settings
  const { uri, created } = await ecr.ensure(repository)
  if (created) options.notify({ type: 'repository-created', repository: repository.name, message: `made the repository ${uri}` })
  const engine = options.imageBuilder === 'codebuild' ? undefined : await findEngine({ engine: options.containerEngine, signal })
  if (engine === undefined && options.imageBuilder === 'engine') throw noEngine()
  const by = engine?.kind ?? 'CodeBuild'
  settings.onProgress?.({ image: target, by, step: 'build', line: `building ${repository.name}:${plan.tag} with ${by}` })
  const onStep: Parameters<typeof buildWithEngine>[1]['onStep'] = (step) => settings.onProgress?.({ image: target, by, ...step })
  if (engine === undefined) await buildInAccount(plan, options, { onStep, signal })
  else {
    const own = await ecr.login(repository, uri)
    const isAws = own.host === registryOf(repository)
    const logins = [own, ...(plan.base === undefined || !isAws ? [] : [{ ...own, host: plan.base.registry }])]
    const name = need.image.localRepository
    await buildWithEngine(engine, {
      ...plan,
      target: `${uri}:${plan.tag}`,
      localName: name === undefined ? undefined : `${name}:${need.image.tag ?? plan.tag}`,
      logins,
      onStep,
      signal,
    })
  }
  const found = await stored(plan)
  if (found === undefined) throw notThere(target)
  settings.onProgress?.({ image: found, by, step: 'ready', line: `${repository.name}:${plan.tag} is in the registry` })
  return found
}

const noEngine = (): PlatformError =>
  new PlatformError('ENGINE_MISSING', 'Neither docker nor podman answers, and images are to be built with one of them.', {
    hint: 'Install and start one of them, or leave imageBuilder (SSM_IMAGE_BUILDER) out: then CodeBuild builds the image in your account.',
  })

const notThere = (target: string): PlatformError =>
  new PlatformError('IMAGE_FAILED', `${target} was pushed, and the registry does not have it.`, {
    hint: 'A rule of the repository may have removed it at once: look at its life-cycle rules, and run again.',
    facts: { image: target },
  })
