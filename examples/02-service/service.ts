/** An HTTP service that runs tasks for its clients: each request starts one, and gets to see everything that happens. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { isSsmError, project, type Platform } from '@simple-sagemaker/core'
import { reportPages } from './report.ts'

/** What a client asks for. */
export interface CountRequest {
  /** Names the work: the same document with the same text is not counted twice. */
  readonly document: string
  readonly text: string
  /** How long the worker takes; default no longer than it must. */
  readonly seconds?: number
}

const counter = join(dirname(fileURLToPath(import.meta.url)), 'worker/count.py')

/** The service, for jobs on a platform of your choice. */
export function countingService(platform: Platform): Hono {
  const counting = project('counting', { platform })
  const count = ({ document, text, seconds = 0 }: CountRequest) =>
    counting
      .task(document)
      .code(counter)
      .hyperparameters({ text, seconds })
      .metric('words', /\bwords=(\d+)/)
      .metric('distinct', /\bdistinct=(\d+)/)

  const service = new Hono()

  // #region stream
  service.post('/runs', async (request) => {
    const asked = readRequest(await request.req.json().catch(() => undefined))
    if (asked === undefined) return request.json({ message: 'Send { "document": "…", "text": "…" }' }, 400)
    // What the task itself finds wrong — a bad name, a text that is too long — is an answer, and no stream.
    const run = await count(asked).start()
    return streamSSE(request, async (stream) => {
      // A client that goes away takes its job with it, unless it asked to let it go on.
      await using _leaving = run
      const gone = new AbortController()
      stream.onAbort(() => {
        if (request.req.query('detach') !== undefined) run.detach()
        gone.abort()
      })
      try {
        for await (const event of run.events({ signal: gone.signal })) {
          await stream.writeSSE({ event: event.type, data: JSON.stringify(event) })
        }
        const { job, decision, metrics } = await run.result()
        await stream.writeSSE({ event: 'result', data: JSON.stringify({ job, decision: decision.kind, metrics }) })
      } catch (error) {
        if (!gone.signal.aborted) await stream.writeSSE({ event: 'error', data: JSON.stringify(tellable(error)) })
      }
    })
  })
  // #endregion

  service.get('/runs/:document', async (request) => {
    for await (const { name, status, phase } of counting.data(request.req.param('document')).jobs()) {
      return request.json({ job: name, status, phase })
    }
    return request.json({ message: 'Nothing of that name was ever started' }, 404)
  })

  service.route('/runs', reportPages(platform, counting.name))

  service.delete('/runs/:document', async (request) => {
    const stopped = await counting.data(request.req.param('document')).stop()
    return stopped === undefined ? request.body(null, 404) : request.json({ job: stopped.name }, 202)
  })

  service.onError((error, request) => request.json(tellable(error), isSsmError(error) ? 400 : 500))
  return service
}

function readRequest(body: unknown): CountRequest | undefined {
  if (typeof body !== 'object' || body === null || !('document' in body) || !('text' in body)) return undefined
  const { document, text } = body
  const seconds = 'seconds' in body ? body.seconds : 0
  if (typeof document !== 'string' || typeof text !== 'string' || typeof seconds !== 'number') return undefined
  return { document, text, seconds }
}

/** Errors of the library are made to be shown; of others nobody knows what is in them. */
const tellable = (error: unknown): unknown => (isSsmError(error) ? error.toJSON() : { message: 'Something went wrong' })
