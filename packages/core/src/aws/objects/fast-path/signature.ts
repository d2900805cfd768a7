import { createHash, createHmac } from 'node:crypto'

/** What is signed of a request. */
export interface Signable {
  readonly method: string
  /** As it goes over the wire, escaped. */
  readonly path: string
  /** Escaped and sorted, without the question mark. */
  readonly query: string
  /** Exactly the headers to sign, by their lower-case names; `host`, `x-amz-date` and `x-amz-content-sha256` are among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** Who signs, and for which place. */
export interface SigningKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

/** The `authorization` header of AWS's Signature Version 4. */
export function authorization(request: Signable, key: SigningKey): string {
  const { headers } = request
  const at = headers['x-amz-date'] ?? ''
  const scope = `${at.slice(0, 8)}/${key.region}/${key.service}/aws4_request`
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`).join('')
  const signed = names.join(';')
  const canonical = [request.method, request.path, request.query, lines, signed, headers['x-amz-content-sha256']].join('\n')
  const text = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256Of(canonical)}`
  const signature = createHmac('sha256', derived(key, at.slice(0, 8)))
    .update(text)
    .digest('hex')
  return `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

/** A moment as the signature writes it: `20240131T235959Z`. */
export const signingDate = (atMs: number): string => new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')

/** A text as AWS escapes it in a path, its slashes left as they are. */
export const escapedPath = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Sha-256 in lower-case hexadecimal. */
export const sha256Of = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

const hmac = (key: string | Uint8Array, text: string): Uint8Array => createHmac('sha256', key).update(text).digest()

// The same key signs all requests of a day: only the last one is kept, as long as credentials do not change.
let last: { readonly of: string; readonly key: Uint8Array } | undefined

function derived({ secretAccessKey, region, service }: SigningKey, day: string): Uint8Array {
  const of = [secretAccessKey, day, region, service].join('\n')
  if (last?.of !== of) {
    last = { of, key: hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service), 'aws4_request') }
  }
  return last.key
}
