import { PlatformError } from '../../platform/errors.ts'
import type { ImageNeed, Images } from '../../platform/images.ts'
import type { Clock } from '../../time/clock.ts'
import { algorithmImage, frameworkImage, type LookedUpImage, type Where } from './catalog/lookup.ts'
import type { Notify } from '../notices.ts'
import { builtImages, type BuiltImagesOptions } from './build/built-image.ts'
import { checkedUri } from './image-uri.ts'

/** Image names from the catalogue; a URI is taken as it is. Only for a Dockerfile AWS is asked. */
export function awsImages(options: BuiltImagesOptions): Images {
  const { clients, notify } = options
  const region = (): Promise<string> => clients.region()
  const built = builtImages(options)
  return {
    resolve: async (need, settings = {}) => {
      const { image } = need
      settings.signal?.throwIfAborted()
      if (image.kind === 'uri') {
        const doubt = checkedUri(image.uri, await region())
        if (doubt !== undefined) notify({ type: 'image-elsewhere', image: image.uri, message: doubt })
        return image.uri
      }
      if (image.kind !== 'dockerfile') return catalogueUri({ ...need, image }, await region(), options)
      const base = async (): Promise<string> => catalogueUri({ ...need, image: image.base }, await region(), options)
      return await built({ ...need, image }, base, settings)
    },
  }
}

type Named = Extract<ImageNeed['image'], { readonly kind: 'framework' | 'algorithm' }>

/** The image of a framework or an algorithm, from the catalogue. */
export function catalogueUri(
  { image, kind, instanceType }: Pick<ImageNeed, 'kind' | 'instanceType'> & { readonly image: Named },
  region: string,
  { clock, notify }: { readonly clock: Clock; readonly notify: Notify },
): string {
  const where = { region, instanceType, today: new Date(clock.now()).toISOString().slice(0, 10) }
  const named = image.kind === 'algorithm' ? algorithmImage(image, where) : frameworkImage(image, where)
  const found = named.kind === 'unknown' && kind === 'processing' ? withoutSklearn(image, where, named) : named
  if (found !== named && found.kind === 'found') {
    const message = `${named.kind === 'unknown' ? named.problem : ''}: PyTorch's image for CPUs is taken instead.`
    notify({ type: 'image-elsewhere', image: found.uri, message })
  }
  if (found.kind === 'unknown') throw unknownImage(image, where.region, found)
  if (found.unpatchedSince !== undefined) {
    const message = `${found.uri} has had no security fixes since ${found.unpatchedSince}; a newer version is in the table.`
    notify({ type: 'image-unpatched', image: found.uri, sinceDate: found.unpatchedSince, message })
  }
  return found.uri
}

/** Processing takes scikit-learn's image unless told otherwise, which is not published to every region that has PyTorch's. */
function withoutSklearn(image: ImageNeed['image'], where: Where, named: LookedUpImage): LookedUpImage {
  if (image.kind !== 'framework' || image.framework !== 'sklearn' || image.version !== undefined) return named
  const instead = frameworkImage({ kind: 'framework', framework: 'pytorch' }, where)
  return instead.kind === 'found' ? instead : named
}

function unknownImage(
  image: ImageNeed['image'],
  region: string,
  { problem, didYouMean }: Extract<LookedUpImage, { kind: 'unknown' }>,
): PlatformError {
  const hint =
    didYouMean.length === 0
      ? 'Give the image by its URI instead.'
      : `Did you mean ${didYouMean.join(', ')}? Any other image can be given by its URI.`
  return new PlatformError('IMAGE_UNKNOWN', `${problem}.`, { hint, facts: { ...image, region, didYouMean } })
}
