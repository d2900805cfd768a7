import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, get } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lacking } from '../../../../test/support/prerequisites.ts'
import { proxyAgent } from './proxy-agent.ts'
import { hasProxy, proxyFor } from './proxy.ts'

test.each([
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://proxy:3128' }, 'proxy:3128'],
  ['s3.amazonaws.com', { https_proxy: 'proxy:3128' }, 'proxy:3128'],
  ['s3.amazonaws.com', { HTTPS_PROXY: '', https_proxy: 'http://proxy:3128' }, 'proxy:3128'],
  ['s3.amazonaws.com', { https_proxy: '', HTTPS_PROXY: 'http://proxy:3128' }, 'proxy:3128'],
  ['s3.amazonaws.com', { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }, 'lower:1'],
  ['s3.amazonaws.com', { ALL_PROXY: 'http://proxy:1' }, 'proxy:1'],
  ['s3.amazonaws.com', { HTTPS_PROXY: '', ALL_PROXY: '', all_proxy: 'http://proxy:1' }, 'proxy:1'],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'https://proxy' }, 'proxy'],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'example.com,.amazonaws.com' }, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '', no_proxy: '*.amazonaws.com' }, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://proxy:1', no_proxy: '*' }, undefined],
  ['notamazonaws.com', { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'amazonaws.com' }, 'proxy:1'],
  ['s3.amazonaws.com', { HTTPS_PROXY: '', https_proxy: '' }, undefined],
  ['s3.amazonaws.com', {}, undefined],
])('%s goes through %j by %s', (host, env, expected) => {
  expect(proxyFor(host, env)?.host).toBe(expected)
  expect(hasProxy(env) || expected === undefined).toBe(true)
})

test('without a proxy the agent for proxies is not asked for, whatever else is set', () => {
  expect(hasProxy({ HTTPS_PROXY: '', NO_PROXY: 'example.com' })).toBe(false)
  expect(hasProxy({ https_proxy: 'http://proxy:1', NO_PROXY: '*' })).toBe(true)
})

const noOpenssl = lacking('openssl')
const folder = noOpenssl === undefined ? mkdtempSync(join(tmpdir(), 'ssm-proxy-')) : ''
const pem = (name: string): string => readFileSync(join(folder, name), 'utf8')

beforeAll(() => {
  if (noOpenssl !== undefined) return
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const files = ['-addext', 'subjectAltName=DNS:localhost', '-keyout', 'key.pem', '-out', 'cert.pem']
  execFileSync('openssl', [...request, ...files], { cwd: folder, stdio: 'ignore' })
})
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

/** A server on a port of its own, closed at the end with all its connections. */
async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Asked {
  readonly url: string | undefined
  readonly authorization: string | undefined
}

/** Makes a proxy of a server: tunnels to 127.0.0.1 whatever the host, or answers with a status. */
function tunnelling(server: Server, asked: Asked[], refusal?: string): Server {
  return server.on('connect', (request, client: Socket) => {
    asked.push({ url: request.url, authorization: request.headers['proxy-authorization'] })
    client.on('error', () => undefined)
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal}\r\n\r\n`)
    const service = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      service.pipe(client).pipe(service)
    })
    service.on('error', () => client.destroy())
  })
}

async function answerThrough(env: Readonly<Record<string, string>>, host: string, port: number): Promise<string> {
  const agent = proxyAgent(env, { maxSockets: 1, ca: pem('cert.pem') })
  try {
    return await new Promise<string>((resolve, reject) => {
      const request = get({ host, port, agent, ca: pem('cert.pem') }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve(text))
      })
      request.once('error', reject)
    })
  } finally {
    agent.destroy()
  }
}

const service = () => createTlsServer({ key: pem('key.pem'), cert: pem('cert.pem') }, (_, answer) => answer.end('answered'))

test.skipIf(noOpenssl)(
  'a request goes through the tunnel of a proxy, with its password, and TLS is with the service',
  async () => {
    const asked: Asked[] = []
    await using target = await listening(service())
    await using proxy = await listening(tunnelling(createServer(), asked))
    const env = { HTTPS_PROXY: '', https_proxy: `http://me:pa%40ss@127.0.0.1:${proxy.port}` }
    expect(await answerThrough(env, 'localhost', target.port)).toBe('answered')
    const authorization = `Basic ${Buffer.from('me:pa@ss').toString('base64')}`
    expect(asked).toEqual([{ url: `localhost:${target.port}`, authorization }])
    expect(await answerThrough({ ...env, NO_PROXY: 'localhost' }, 'localhost', target.port)).toBe('answered')
    expect(asked).toHaveLength(1)
  },
)

test.skipIf(noOpenssl)('an https proxy is itself spoken to over TLS', async () => {
  const asked: Asked[] = []
  await using target = await listening(service())
  await using proxy = await listening(tunnelling(createTlsServer({ key: pem('key.pem'), cert: pem('cert.pem') }), asked))
  expect(await answerThrough({ HTTPS_PROXY: `https://localhost:${proxy.port}` }, 'localhost', target.port)).toBe('answered')
  expect(asked).toHaveLength(1)
})

test.skipIf(noOpenssl)('a proxy that refuses, or is not there, is named in the error', async () => {
  await using proxy = await listening(tunnelling(createServer(), [], '407 Proxy Authentication Required'))
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
  await expect(answerThrough(env, 'sts.amazonaws.com', 443)).rejects.toThrow(
    `The proxy 127.0.0.1:${proxy.port} answered 407 to CONNECT sts.amazonaws.com`,
  )
  await expect(answerThrough({ HTTPS_PROXY: 'http://127.0.0.1:1' }, 'sts.amazonaws.com', 443)).rejects.toThrow(
    'The proxy 127.0.0.1:1 could not be used',
  )
})

test.skipIf(noOpenssl)('a proxy that never answers is left when its request is given up', async () => {
  let closed = false
  const silent = createServer().on('connect', (_, socket: Socket) => {
    socket.on('error', () => (closed = true)).on('end', () => (closed = true))
    socket.resume()
    arrived()
  })
  let arrived: () => void = () => undefined
  const isThere = new Promise<void>((resolve) => (arrived = resolve))
  await using proxy = await listening(silent)
  const agent = proxyAgent({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }, { maxSockets: 1 })
  const request = get({ host: 'sts.amazonaws.com', agent })
  request.on('error', () => undefined)
  await isThere
  request.destroy()
  while (!closed) await new Promise((resolve) => setTimeout(resolve, 5))
  agent.destroy()
})
