import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** One request on its way, body and all. */
export interface Exchange {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** `CreateTrainingJob`, `PutObject`-like S3 calls have none. */
  readonly operation: string | undefined
  /** Of the client: each connection has its own. */
  readonly port: number | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What happens to a request; without one it is passed on as it is. */
export type Outcome =
  /** Answered here; the server behind never hears of it. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Passed on after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection breaks before the server behind hears of it. */
  | { readonly kind: 'reset' }
  /** The server does as asked, and the connection breaks before it can say so. */
  | { readonly kind: 'lose answer' }
  /** The answer's body breaks off after so many bytes. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The request, its answer or both are rewritten. */
  | {
      readonly kind: 'rewrite'
      readonly path?: string
      readonly body?: Buffer
      readonly with?: (answer: Answer) => Answer | Promise<Answer>
    }

export type Rule = (exchange: Exchange) => Outcome | undefined | Promise<Outcome | undefined>

export interface Proxy extends AsyncDisposable {
  readonly url: string
  /** Every request that came, in order. */
  readonly seen: Exchange[]
  /** Asked in order; the first outcome counts. */
  readonly rules: Rule[]
  /** Breaks the first `times` requests that match; what the rules do to them they do all the same. */
  fault(matches: (exchange: Exchange) => boolean, outcome: Outcome, times?: number): void
  /** Forgets every fault. */
  mend(): void
}

/** An HTTP proxy in front of a stand-in: it watches, answers for it, and breaks things on demand. */
export async function startProxy(target: string): Promise<Proxy> {
  const seen: Exchange[] = []
  const rules: Rule[] = []
  const faults: ((exchange: Exchange) => Outcome | undefined)[] = []
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(target)
  const pass = (exchange: Exchange): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const onward = request(
        { hostname, port, method: exchange.method, path: exchange.path, headers: exchange.headers, agent: false },
        (response) => {
          void gathered(response).then(
            (body) => resolve({ status: response.statusCode ?? 502, headers: response.headers, body }),
            reject,
          )
        },
      )
      onward.once('error', reject)
      onward.end(exchange.body)
    })
  const server: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await gathered(incoming)
      const target = incoming.headers['x-amz-target']
      const fromForm = /(?:^|&)Action=(\w+)/.exec(body.subarray(0, 4_096).toString('latin1'))?.[1]
      const operation = typeof target === 'string' ? target.split('.').at(-1) : fromForm
      const exchange: Exchange = {
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        headers: incoming.headers,
        body,
        operation,
        port: incoming.socket.remotePort,
      }
      seen.push(exchange)
      const fault = faults.map((rule) => rule(exchange)).find((found) => found !== undefined)
      if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms))
      let outcome: Outcome | undefined = fault?.kind === 'reset' || fault?.kind === 'answer' ? fault : undefined
      if (outcome === undefined) for (const rule of rules) if ((outcome = await rule(exchange)) !== undefined) break
      if (outcome?.kind === 'reset') return incoming.socket.destroy()
      if (outcome?.kind === 'answer') {
        outgoing.writeHead(outcome.status, { 'content-type': 'application/xml', ...outcome.headers })
        return outgoing.end(exchange.method === 'HEAD' ? undefined : outcome.body)
      }
      const said = await pass(outcome?.kind === 'rewrite' ? rewritten(exchange, outcome) : exchange)
      const answer = outcome?.kind === 'rewrite' ? ((await outcome.with?.(said)) ?? said) : said
      if (fault?.kind === 'lose answer') return incoming.socket.destroy()
      // How the server behind sends and ends is its own affair.
      const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers
      outgoing.writeHead(
        answer.status,
        exchange.method === 'HEAD' ? headers : { ...headers, 'content-length': answer.body.length },
      )
      if (fault?.kind !== 'truncate') return outgoing.end(answer.body)
      outgoing.write(answer.body.subarray(0, fault.bytes), () => setTimeout(() => incoming.socket.destroy(), 20))
    })().catch(() => incoming.socket.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // listening on a port: an address
    seen,
    rules,
    mend: () => void faults.splice(0),
    fault: (matches, outcome, times = Infinity) => {
      let left = times
      faults.push((exchange) => (left > 0 && matches(exchange) ? ((left -= 1), outcome) : undefined))
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close').catch(() => undefined)
    },
  }
}

async function gathered(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function rewritten(
  exchange: Exchange,
  { path = exchange.path, body = exchange.body }: { readonly path?: string; readonly body?: Buffer },
): Exchange {
  const headers = body === exchange.body ? exchange.headers : { ...exchange.headers, 'content-length': String(body.length) }
  return { ...exchange, path, body, headers }
}
