import type { PublishedImages } from '../../containers/published.ts'
import { systemClock } from '../../time/clock.ts'
import { openClients, type ClientOptions } from '../clients.ts'
import { partitionOf } from '../partition.ts'
import { publicRepositories } from './catalog/accounts.ts'
import { openEcr, registryOf } from './build/repository.ts'
import { catalogueUri } from './images.ts'

/**
 * The images that AWS publishes, and the registry of this account, for containers on this computer. Asks AWS only for a login, and for
 * the region when none is set.
 */
export function publishedImages(options: ClientOptions = {}): PublishedImages {
  const clients = openClients(options)
  return {
    uriOf: async (need) => {
      const { image } = need
      if (image.kind === 'uri') return image.uri
      const named = image.kind === 'dockerfile' ? image.base : image
      return catalogueUri({ ...need, image: named }, await clients.region(), { clock: systemClock, notify: () => undefined })
    },
    async loginFor(uri, signal) {
      const [host = ''] = uri.split('/')
      const [, account = '', region = ''] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(host) ?? []
      const { id } = await clients.account(signal)
      const own = { account: id, region: await clients.region(), name: '' }
      const isPublic = publicRepositories(region, partitionOf(region).name).some((arn) => arn.includes(`:${account}:`))
      if (host !== registryOf({ account, region }) || region !== own.region || (account !== id && !isPublic)) return undefined
      return { ...(await openEcr(clients, signal).login(own, `${registryOf(own)}/`)), host }
    },
  }
}
