import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isSsmError, project } from '@simple-sagemaker/core'

// 'local' runs on this computer; 'aws', the default, rents machines. One project for all requests.
const ex = project('{{name}}', { platform: 'local' })

/** POST /runs/NAME with a text starts a task and streams its events; GET /runs/NAME lists its jobs. */
export const server = createServer((request, response) => {
  const name = /^\/runs\/([a-z0-9-]{1,30})$/.exec(request.url ?? '')?.[1]
  if (name === undefined) return void response.writeHead(404).end()
  const work = request.method === 'POST' ? start(name, request, response) : list(name, response)
  work.catch((error: unknown) => {
    if (!response.headersSent) response.writeHead(isSsmError(error, 'TASK_INVALID') ? 400 : 502)
    response.end(`${JSON.stringify(isSsmError(error) ? error.toJSON() : { message: 'Something went wrong' })}\n`)
  })
})

async function start(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) {
    text += String(part)
    if (text.length > 2_000) return void response.writeHead(413).end()
  }
  // Whoever goes away stops following; the job goes on.
  const left = new AbortController()
  response.once('close', () => left.abort())
  const run = await ex
    .task(`count-${name}`)
    .code('count.ts')
    .hyperparameters({ text })
    .metric('words', /words=([0-9]+)/)
    .start({ signal: left.signal })
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  for await (const event of run.events()) response.write(`${JSON.stringify(event)}\n`)
  const { metrics } = await run.result()
  response.end(`${JSON.stringify({ metrics })}\n`)
}

async function list(name: string, response: ServerResponse): Promise<void> {
  const jobs: unknown[] = []
  for await (const { name: job, status } of ex.data(`count-${name}`).jobs()) jobs.push({ job, status })
  response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(jobs)}\n`)
}
