/** The beginning of an answer, its names in lower case. */
export interface Head {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

const longestHead = 64 * 1024

/**
 * Reads the head of an HTTP/1.1 answer and tells how many bytes it takes; `undefined` while its end has not come. Throws when it is
 * none, or is longer than any server's.
 */
export function readHead(bytes: Buffer): { readonly head: Head; readonly bytes: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1 && bytes.length <= longestHead) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, Math.max(end, 0)).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1]
  if (status === undefined) throw new Error('The answer is not HTTP/1.1')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) throw new Error('The head of the answer is damaged')
    const known = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`)
  }
  return { head: { status: Number(status), headers }, bytes: end + 4 }
}

/** How long the body is that answers to this stretch of this very object; `undefined` for any other answer. */
export function bodyOfStretch({ status, headers }: Head, from: number, to: number, etag: string): number | undefined {
  const isIt =
    status === 206 &&
    headers.get('content-range')?.startsWith(`bytes ${from}-${to - 1}/`) === true &&
    headers.get('content-length') === String(to - from) &&
    headers.get('etag') === etag &&
    !headers.has('transfer-encoding') &&
    !headers.has('content-encoding') &&
    headers.get('connection')?.toLowerCase() !== 'close'
  return isIt ? to - from : undefined
}
