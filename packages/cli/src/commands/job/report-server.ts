import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { followReport, reportOf, reportPage, type FollowedPlace } from '@simple-sagemaker/core/report'

/** A page about a job that is served while this is not disposed. */
export interface ReportServer extends AsyncDisposable {
  /** The address with its secret. */
  readonly url: string
  /** Rejects with the signal's reason when that aborts. */
  readonly ended: Promise<never>
}

/** Serves the report of a job, as it changes, to this computer alone and to who knows the address. Read only. */
export async function serveReport(
  place: FollowedPlace,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<ReportServer> {
  const secret = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    answer(request, response, { place, secret, signal, port: portOf(server) }).catch((cause: unknown) => {
      if (!response.headersSent) response.writeHead(500, { ...common, ...plainText })
      response.end(signal.aborted ? '' : `The report cannot be made: ${cause instanceof Error ? cause.message : String(cause)}\n`)
    })
  })
  await listening(server, port)
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  return {
    url: `http://127.0.0.1:${portOf(server)}/${secret}/`,
    ended,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' } as const

const common = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

interface Serving {
  readonly place: FollowedPlace
  readonly secret: string
  readonly signal: AbortSignal
  readonly port: number
}

async function answer(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const path = pathFor(request, serving)
  if (path === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(path === undefined ? 404 : 405, { ...common, ...plainText }).end()
    return
  }
  if (path === 'events') return sendEvents(request, response, serving)
  const page = await reportPage(await reportOf(serving.place, { signal: serving.signal }), { eventsAddress: 'events' })
  response.writeHead(200, { ...common, 'content-type': 'text/html; charset=utf-8' })
  response.end(request.method === 'HEAD' ? undefined : page)
}

/**
 * What is asked for: `''` or `events`; `undefined` for whoever does not know the secret. A page of another site that got a name to
 * point here is known by its `Host`.
 */
function pathFor({ url = '', headers }: IncomingMessage, { secret, port }: Serving): '' | 'events' | undefined {
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`) return undefined
  const [, given = '', rest] = /^\/([\w-]+)\/(events)?$/.exec(url) ?? []
  const [one, other] = [Buffer.from(given), Buffer.from(secret)]
  if (one.length !== other.length || !timingSafeEqual(one, other)) return undefined
  return rest === 'events' ? 'events' : ''
}

async function sendEvents(request: IncomingMessage, response: ServerResponse, { place, signal }: Serving): Promise<void> {
  const left = new AbortController()
  request.on('close', () => left.abort())
  response.writeHead(200, { ...common, 'content-type': 'text/event-stream' })
  try {
    for await (const change of followReport(place, { signal: AbortSignal.any([signal, left.signal]) })) {
      const data = JSON.stringify(change.type === 'document' ? change.document : { total: change.total, lines: change.lines })
      if (!response.write(`event: ${change.type}\ndata: ${data}\n\n`)) await drained(response, left.signal)
    }
    response.end('event: end\ndata: {}\n\n')
  } catch (cause) {
    if (!left.signal.aborted && !signal.aborted) throw cause
    response.end()
  }
}

/** A browser that reads slowly is waited for, so that nothing piles up. */
function drained(response: ServerResponse, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    left.addEventListener('abort', () => resolve(), { once: true })
  })
}
