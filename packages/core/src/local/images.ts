import { unreachable } from '../lang/unreachable.ts'
import type { Images } from '../platform/images.ts'
import type { ImageSpec } from '../spec/image.ts'

/** An honest stand-in: names what would run, for here programs run with what this computer has. */
export function localImages(): Images {
  return {
    async resolve({ image }, options) {
      options?.signal?.throwIfAborted()
      return nameOf(image)
    },
  }
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
