import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import type { Hono } from 'hono'

/** A service that listens. Disposing it ends every connection, and with it what was started for its client. */
export interface Server extends AsyncDisposable {
  readonly port: number
}

/** Listens on this machine; port 0 means any free one. */
export async function listen(service: Hono, port: number): Promise<Server> {
  const { server, address } = await new Promise<{ readonly server: ServerType; readonly address: AddressInfo }>(
    (resolve, reject) => {
      const started = serve({ fetch: service.fetch, port, hostname: '127.0.0.1' }, (info) =>
        resolve({ server: started, address: info }),
      )
      started.once('error', reject)
    },
  )
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}
