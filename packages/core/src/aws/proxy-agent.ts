import type { Agent } from 'node:http'
import { Agent as DirectAgent, type AgentOptions } from 'node:https'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { proxyFor } from './proxy.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An agent whose connections go through the environment's proxy (`CONNECT`); TLS is with the service itself, end to end. */
export function proxyAgent(env: Environment, options: AgentOptions): Agent {
  return new EnvironmentAgent(env, { keepAlive: true, ...options })
}

const lookEveryMs = 500
const mostLooks = 60

type Connect = HttpsProxyAgent<string>['connect']

class EnvironmentAgent extends HttpsProxyAgent<string> {
  readonly #env: Environment
  readonly #direct: DirectAgent
  readonly #settings: AgentOptions

  constructor(env: Environment, settings: AgentOptions) {
    // Which proxy it is depends on the host, and is decided for each connection.
    super('http://proxy.invalid', settings)
    this.#env = env
    this.#settings = settings
    this.#direct = new DirectAgent(settings)
  }

  override async connect(...[request, target]: Parameters<Connect>): ReturnType<Connect> {
    const host = target.host ?? ''
    const proxy = proxyFor(host, this.#env)
    if (proxy === undefined) return this.#direct as unknown as Awaited<ReturnType<Connect>> // an agent is taken in place of a connection
    const over = new AbortController()
    const tunnel = new HttpsProxyAgent(proxy.href, { ...this.#settings, signal: over.signal })
    let status: number | undefined
    tunnel.once('proxyConnect', (answer: { readonly statusCode: number }) => (status = answer.statusCode))
    // A proxy that never answers holds nothing open. A request without a connection tells nobody that it was given up.
    let looks = 0
    const watch = setInterval(() => {
      if (request.destroyed || (looks += 1) === mostLooks) over.abort(new Error('It does not answer.'))
    }, lookEveryMs)
    try {
      const socket = await tunnel.connect(request, target)
      if (status === 200) return socket
      socket.destroy()
    } catch (cause) {
      throw failed(`The proxy ${proxy.host} could not be used: ${messageOf(cause)}`, cause)
    } finally {
      clearInterval(watch)
    }
    throw failed(`The proxy ${proxy.host} answered ${status} to CONNECT ${host}`)
  }

  override destroy(): void {
    this.#direct.destroy()
    super.destroy()
  }
}

const messageOf = (cause: unknown): string => String((Object(cause) as { readonly message?: unknown }).message ?? cause)

const failed = (message: string, cause?: unknown): Error => Object.assign(new Error(message, { cause }), { code: 'ECONNREFUSED' })
