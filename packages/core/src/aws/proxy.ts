import { request } from 'node:http'
import { Agent } from 'node:https'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Duplex } from 'node:stream'

type Environment = Readonly<Record<string, string | undefined>>

/** The proxy for a host, from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` as every AWS tool reads them; `undefined` for a direct way. */
export function proxyFor(host: string, env: Environment): URL | undefined {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined
  const text = read('HTTPS_PROXY') ?? read('ALL_PROXY')
  if (text === undefined || isExcluded(host, read('NO_PROXY') ?? '')) return undefined
  const url = new URL(text.includes('://') ? text : `http://${text}`)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** Whether any request could go through a proxy: only then is an agent of our own needed. */
export function hasProxy(env: Environment): boolean {
  return ['HTTPS_PROXY', 'ALL_PROXY'].some((name) => Boolean(env[name] ?? env[name.toLowerCase()]))
}

/** An agent whose connections tunnel through the environment's proxy (`CONNECT`); TLS is with the service itself, end to end. */
export function proxyAgent(env: Environment, options: { readonly maxSockets: number }): Agent {
  const agent = new Agent({ keepAlive: true, ...options })
  const direct = agent.createConnection.bind(agent)
  agent.createConnection = (input, done) => {
    const host = input.host ?? 'localhost'
    const proxy = proxyFor(host, env)
    if (proxy === undefined) return direct(input, done)
    const finish = (error: Error | null, socket?: Duplex): void =>
      (done as ((error: Error | null, socket?: Duplex) => void) | undefined)?.(error, socket)
    const ask = request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: `${host}:${input.port ?? 443}`,
      agent: false,
      timeout: 30_000,
      headers: { host: `${host}:${input.port ?? 443}`, ...authorization(proxy) },
    })
    ask.once('connect', (answer, socket) => {
      if (answer.statusCode === 200)
        return finish(null, connectTls({ socket, ...(isIP(host) === 0 ? { servername: host } : {}) }))
      socket.destroy()
      finish(
        Object.assign(new Error(`The proxy ${proxy.host} answered ${answer.statusCode} to CONNECT ${host}`), {
          code: 'ECONNREFUSED',
        }),
      )
    })
    ask.once('timeout', () =>
      ask.destroy(Object.assign(new Error(`The proxy ${proxy.host} does not answer`), { code: 'ETIMEDOUT' })),
    )
    ask.once('error', (error) => finish(error))
    ask.end()
    return undefined
  }
  return agent
}

function authorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function isExcluded(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const name = entry.replace(/^\*?\./, '').replace(/:\d+$/, '')
      return entry === '*' || host === name || host.endsWith(`.${name}`)
    })
}
