/** A thousand objects at most, and where the next ones begin. */
export interface ListedPage {
  readonly objects: readonly {
    readonly key: string
    readonly sizeBytes: number
    readonly etag: string
    readonly modifiedAtMs: number
  }[]
  /** Keys up to and with the delimiter. */
  readonly folders: readonly string[]
  readonly next: string | undefined
}

/**
 * Reads the XML of ListObjectsV2, asked for with `encoding-type=url`; `undefined` when it is not as expected. The SDK reads
 * any XML and takes thirty times as long, which with sixty thousand objects is seconds.
 */
export function readPage(xml: string): ListedPage | undefined {
  const whole = /^\s*(?:<\?xml[^>]*\?>)?\s*<ListBucketResult[^>]*>(.*)<\/ListBucketResult>\s*$/s.exec(xml)?.[1]
  if (whole === undefined) return undefined
  const objects: ListedPage['objects'][number][] = []
  for (const inside of elements(whole, 'Contents')) {
    const [key, size, etag, modified] = ['Key', 'Size', 'ETag', 'LastModified'].map((name) => textIn(inside, name))
    const [sizeBytes, modifiedAtMs] = [Number(size), Date.parse(modified ?? '')]
    if (key === undefined || size === undefined || etag === undefined || Number.isNaN(sizeBytes + modifiedAtMs)) return undefined
    objects.push({ key: decodedKey(key), sizeBytes, etag, modifiedAtMs })
  }
  const folders = [...elements(whole, 'CommonPrefixes')].map((inside) => decodedKey(textIn(inside, 'Prefix') ?? ''))
  // What follows the first object may be the name of an owner: facts about the page stand before and after the objects.
  const about = whole.replaceAll(/<(Contents|CommonPrefixes)>.*?<\/\1>/gs, '')
  if (textIn(about, 'EncodingType') !== 'url') return undefined
  const next = textIn(about, 'NextContinuationToken')
  if (textIn(about, 'IsTruncated') !== 'true') return { objects, folders, next: undefined }
  return next === undefined ? undefined : { objects, folders, next }
}

/** A key as it is, of one that was sent with `encoding-type=url`. What cannot be encoded is taken as it stands: some servers only say that they encode. */
export function decodedKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function* elements(xml: string, name: string): Generator<string> {
  const [open, close] = [`<${name}>`, `</${name}>`]
  for (let from = xml.indexOf(open); from >= 0;) {
    const end = xml.indexOf(close, from)
    if (end < 0) return
    yield xml.slice(from + open.length, end)
    from = xml.indexOf(open, end)
  }
}

function textIn(xml: string, name: string): string | undefined {
  const open = `<${name}>`
  const from = xml.indexOf(open)
  const end = from < 0 ? -1 : xml.indexOf('</', from)
  return end < 0 ? undefined : unescaped(xml.slice(from + open.length, end))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescaped = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
        if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
        return entities[name ?? ''] ?? whole
      })
    : text
