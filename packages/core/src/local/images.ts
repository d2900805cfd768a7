import { join } from 'node:path'
import { fileParts } from '../archive/read-ahead.ts'
import { extractArchive } from '../archive/untar.ts'
import { buildImage, hasImage, pullImage, type OnStep } from '../containers/build.ts'
import { completeDockerfile, needsBase } from '../containers/dockerfile.ts'
import { needEngine, type ContainerEngine } from '../containers/engine.ts'
import { withLogins } from '../containers/logins.ts'
import type { PublishedImages } from '../containers/published.ts'
import { contentTag, packContext, readImageSource } from '../containers/source.ts'
import { isSsmError } from '../errors/ssm-error.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { unreachable } from '../lang/unreachable.ts'
import { PlatformError } from '../platform/errors.ts'
import type { ImageNeed, Images, ResolveImageOptions } from '../platform/images.ts'
import type { ImageSpec } from '../spec/image.ts'

export interface LocalImagesOptions {
  readonly containerEngine?: string | undefined
  /** Opened when an image of AWS is needed. */
  readonly publishedImages?: (() => Promise<PublishedImages>) | undefined
}

/** What would run, where programs run with what this computer has; the image itself, built or fetched, for containers. */
export function localImages(options: LocalImagesOptions): Images {
  return {
    async resolve(need, settings = {}) {
      settings.signal?.throwIfAborted()
      if (need.container !== true) return nameOf(need.image)
      const wanted = await wantedImage(need, options, settings)
      if (settings.dryRun === true) return wanted.name
      const engine = await needEngine('to run the job in a container', {
        engine: options.containerEngine,
        signal: settings.signal,
      })
      if (await hasImage(engine, wanted.name, settings.signal)) return wanted.name
      const by = engine.kind
      const onStep: OnStep = (step) => settings.onProgress?.({ image: wanted.name, by, ...step })
      await wanted.make(engine, onStep)
      settings.onProgress?.({ image: wanted.name, by, step: 'ready', line: `${wanted.name} is on this computer` })
      return wanted.name
    },
  }
}

interface WantedImage {
  readonly name: string
  /** Builds or fetches it. */
  make(engine: ContainerEngine, onStep: OnStep): Promise<void>
}

async function wantedImage(need: ImageNeed, options: LocalImagesOptions, { signal }: ResolveImageOptions): Promise<WantedImage> {
  const { image } = need
  if (image.kind === 'dockerfile') return builtHere({ ...need, image }, options, signal)
  const name = image.kind === 'uri' ? image.uri : await published(options, need)
  return {
    name,
    make: async (engine, onStep) => {
      onStep({ step: 'pull', line: `fetching ${name}` })
      const login = await loginFor(name, options, signal)
      await withLogins(engine, login, signal, (env) => pullImage(engine, name, { env, onStep, signal }))
    },
  }
}

type BuiltNeed = ImageNeed & { readonly image: Extract<ImageSpec, { readonly kind: 'dockerfile' }> }

async function builtHere(
  { image, project, ...need }: BuiltNeed,
  options: LocalImagesOptions,
  signal: AbortSignal | undefined,
): Promise<WantedImage> {
  const source = await readImageSource(image.source, signal === undefined ? {} : { signal })
  const base = needsBase(source.text) ? await published(options, { ...need, project, image: image.base }) : undefined
  const repository =
    image.localRepository ?? image.repository ?? `simple-sagemaker/${project.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
  // Both engines find a name that begins so on this computer alone.
  const name = `localhost/${repository}:${contentTag(source, base)}`
  const own = image.tag === undefined ? [] : [`localhost/${repository}:${image.tag}`]
  return {
    name,
    make: async (engine, onStep) => {
      onStep({ step: 'build', line: `building ${name}` })
      await using scratch = await temporaryDirectory('ssm-image-')
      const path = join(scratch.path, 'context.tar.gz')
      const dockerfile = base === undefined ? source.text : completeDockerfile(source.text, base)
      const { sizeBytes } = await packContext(source, dockerfile, path, { signal })
      const folder = join(scratch.path, 'context')
      await extractArchive(fileParts({ kind: 'file', path, sizeBytes }, signal), folder, signal === undefined ? {} : { signal })
      const login = base === undefined ? [] : await loginFor(base, options, signal)
      await withLogins(engine, login, signal, (env) => buildImage(engine, { folder, names: [name, ...own], env, onStep, signal }))
    },
  }
}

async function published({ publishedImages }: LocalImagesOptions, need: ImageNeed): Promise<string> {
  if (publishedImages === undefined)
    throw new PlatformError('PLATFORM_UNSUPPORTED', `The image of ${nameOf(need.image)} cannot be found without access to AWS.`, {
      hint: 'Name an image with "image", or one to build on with FROM in the Dockerfile.',
    })
  return await ofAws(nameOf(need.image).replace(/(:latest)?-local$/, ''), async () => (await publishedImages()).uriOf(need))
}

/** Asks AWS for something of an image. Without access to AWS, what is said is what the image is needed for. */
async function ofAws<T>(image: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    const isWithout = isSsmError(cause) && cause.code === 'PLATFORM_CREDENTIALS'
    // What is there and does not count any more is told as it is.
    if (!isWithout || 'expired' in cause.facts || 'clockSkew' in cause.facts) throw cause
    throw new PlatformError(cause.code, `The image ${image} is one of AWS: ${cause.message}`, {
      cause,
      hint: 'Set AWS_REGION and log in to AWS ("aws configure"), or name another image with "image", or with FROM in the Dockerfile.',
      facts: { image },
    })
  }
}

async function loginFor(uri: string, { publishedImages }: LocalImagesOptions, signal: AbortSignal | undefined) {
  if (publishedImages === undefined || !/^\d{12}\.dkr\.ecr\./.test(uri)) return []
  const login = await ofAws(uri, async () => (await publishedImages()).loginFor(uri, signal))
  return login === undefined ? [] : [login]
}

function nameOf(image: ImageSpec): string {
  switch (image.kind) {
    case 'framework':
      return `${image.framework}:${image.version ?? 'latest'}-local`
    case 'uri':
      return image.uri
    case 'algorithm':
      return `${image.algorithm}:${image.version ?? 'latest'}-local`
    case 'dockerfile':
      return `${image.repository ?? 'dockerfile'}:${image.tag ?? 'latest'}-local`
    default:
      return unreachable(image)
  }
}
