import type { ImageNeed } from '../platform/images.ts'
import type { RegistryLogin } from './logins.ts'

/** The images that AWS publishes, and the registries of an account, as a computer sees them that runs containers itself. */
export interface PublishedImages {
  /** What the image of a framework or an algorithm is called. */
  uriOf(need: ImageNeed): Promise<string>
  /** The login that fetches an image from the account's own registry or from AWS's; `undefined` for any other. */
  loginFor(uri: string, signal?: AbortSignal): Promise<RegistryLogin | undefined>
}
