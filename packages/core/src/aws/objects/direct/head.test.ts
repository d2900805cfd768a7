import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOfStretch, readHead } from './head.ts'

const headOf = (...lines: readonly string[]): Buffer => Buffer.from([...lines, '', ''].join('\r\n'), 'latin1')
const good = {
  'content-range': 'bytes 8-15/40',
  'content-length': '8',
  etag: '"e"',
} as const
const answer = (status: number, headers: Readonly<Record<string, string>>): Buffer =>
  headOf(`HTTP/1.1 ${status} Some words`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
const bodyOf = (bytes: Buffer): number | undefined => {
  const read = readHead(bytes)
  return read === undefined ? undefined : bodyOfStretch(read.head, 8, 16, '"e"')
}

test('a head is read wherever it is cut, and what follows it is not part of it', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,10}$/)
  const value = fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/)
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 8 }), fc.uint8Array(), fc.nat(), (headers, body, cut) => {
      const head = answer(206, headers)
      const all = Buffer.concat([head, body])
      expect(readHead(all.subarray(0, cut % head.length))).toBeUndefined()
      const read = readHead(all)
      expect(read?.bytes).toBe(head.length)
      expect(read?.head.status).toBe(206)
      for (const [key, text] of Object.entries(headers)) expect(read?.head.headers.get(key.toLowerCase())).toContain(text)
    }),
  )
})

test.each([
  ['HTTP/1.0', headOf('HTTP/1.0 206 x')],
  ['no HTTP', headOf('SSH-2.0-OpenSSH_9')],
  ['a folded line', headOf('HTTP/1.1 206 x', 'a: b', ' more')],
  ['a name with a blank', headOf('HTTP/1.1 206 x', 'content-length : 8')],
  ['a line without a name', headOf('HTTP/1.1 206 x', 'nothing')],
  ['no end', Buffer.alloc(70_000, 'a')],
])('%s is refused', (_name, bytes) => {
  expect(() => readHead(bytes)).toThrow(/answer/)
})

test('only the stretch that was asked for, of the very same object, and of a known length is taken', () => {
  expect(bodyOf(answer(206, good))).toBe(8)
  for (const changed of [
    { 'content-range': 'bytes 8-14/40' },
    { 'content-range': 'bytes 0-15/40' },
    { 'content-length': '9' },
    { etag: '"other"' },
    { 'transfer-encoding': 'chunked' },
    { 'content-encoding': 'gzip' },
    { connection: 'Close' },
  ])
    expect(bodyOf(answer(206, { ...good, ...changed }))).toBeUndefined()
  expect(bodyOf(answer(200, good))).toBeUndefined()
})
