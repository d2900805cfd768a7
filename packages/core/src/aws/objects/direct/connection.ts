import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure, type ConnectionOptions } from 'node:tls'
import { readHead, type Head } from './head.ts'

/** Where a connection leads. */
export interface Peer {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
}

/** Bytes of a body, which are only these while the call lasts; with a promise the next ones wait for it. */
export type TakeBytes = (bytes: Uint8Array) => Promise<void> | undefined

/** What is expected of an answer, and who takes its bytes. */
export interface Exchange {
  readonly request: string
  /** How many bytes the body has, if the head is as it should be; `undefined` when it is not. */
  readonly bodyBytes: (head: Head) => number | undefined
  readonly take: TakeBytes
}

const bufferBytes = 256 * 1024
const silentMs = 60_000

/**
 * A connection for bodies of many megabytes. All of them are read into one buffer and handed on from there: Node's own client makes a
 * new one for every 64 KB and passes it through a parser and a stream, which together takes longer than copying the bytes.
 * It knows of HTTP only what S3 answers to a GET with a range; for anything else it breaks, and the SDK asks again.
 */
export class Connection implements Disposable {
  readonly #socket: Socket
  #exchange: (Exchange & { readonly resolve: () => void; readonly reject: (cause: unknown) => void }) | undefined
  #head: Buffer = Buffer.alloc(0)
  #leftBytes: number | undefined
  #broken: unknown

  constructor(peer: Peer, signal: AbortSignal) {
    const buffer = Buffer.allocUnsafeSlow(bufferBytes)
    const onread: OnReadOpts = { buffer, callback: (count) => this.#read(buffer.subarray(0, count)) }
    const { hostname: host } = peer
    // Its types leave out `onread`, which it hands on to the socket.
    const secure: ConnectionOptions & { readonly onread: OnReadOpts } = { host, port: peer.port ?? 443, servername: host, onread }
    this.#socket = peer.protocol === 'https:' ? connectSecure(secure) : connectPlain({ host, port: peer.port ?? 80, onread })
    this.#socket.setNoDelay(true).setTimeout(silentMs, () => this.#fail(new Error('The server sent nothing for a minute')))
    this.#socket.once('error', (cause) => this.#fail(cause))
    this.#socket.once('close', () => this.#fail(new Error('The connection was closed')))
    const abort = (): void => this.#fail(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#socket.once('close', () => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  }

  /** Asks, and hands the body on. One at a time. Rejects when the connection breaks or the answer is another one than expected. */
  ask(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) return reject(this.#broken)
      this.#exchange = { ...exchange, resolve, reject }
      this.#head = Buffer.alloc(0)
      this.#leftBytes = undefined
      this.#socket.write(exchange.request)
    })
  }

  [Symbol.dispose](): void {
    this.#fail(new Error('The connection is no longer needed'))
  }

  #fail(cause: unknown): void {
    this.#broken ??= cause
    this.#socket.destroy()
    const waiting = this.#exchange
    this.#exchange = undefined
    waiting?.reject(this.#broken)
  }

  /** Whether to go on reading. */
  #read(bytes: Buffer): boolean {
    try {
      return this.#taken(bytes)
    } catch (cause) {
      this.#fail(cause)
      return false
    }
  }

  #taken(bytes: Buffer): boolean {
    const exchange = this.#exchange
    if (exchange === undefined) throw new Error('The server sent a response that belongs to no request')
    let body = bytes
    if (this.#leftBytes === undefined) {
      this.#head = Buffer.concat([this.#head, bytes])
      const read = readHead(this.#head)
      if (read === undefined) return true
      this.#leftBytes = exchange.bodyBytes(read.head)
      if (this.#leftBytes === undefined) throw new Error('The answer is not the one that was expected')
      // A copy: it may be taken later, when the buffer holds other bytes.
      body = this.#head.subarray(read.bytes)
    }
    if (body.length > this.#leftBytes) throw new Error('The response is longer than its Content-Length')
    this.#leftBytes -= body.length
    const later = body.length === 0 ? undefined : exchange.take(body)
    const goOn = (): void => {
      if (this.#leftBytes !== 0 || this.#exchange !== exchange) return
      this.#exchange = undefined
      exchange.resolve()
    }
    if (later === undefined) {
      goOn()
      return true
    }
    const resume = (): void => {
      goOn()
      this.#socket.resume()
    }
    later.then(resume, (cause: unknown) => this.#fail(cause))
    return false
  }
}
