import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodedKey, readPage } from './listed-page.ts'

const encoded = (key: string): string =>
  encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+').replaceAll("'", '&#39;')
const object = (key: string, size: number): string =>
  `<Contents><Key>${encoded(key)}</Key><LastModified>2024-02-29T12:00:00.000Z</LastModified><ETag>&quot;abc-2&quot;</ETag>` +
  `<Size>${size}</Size><Owner><ID>id</ID><DisplayName>IsTruncated &lt;x&gt;</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>`
const page = (inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>` +
  `<Prefix></Prefix><EncodingType>url</EncodingType>${inside}</ListBucketResult>`

test('every key, its size, etag and date are read', () => {
  const keys = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat()))
  fc.assert(
    fc.property(keys, (found) => {
      const xml = page(`<IsTruncated>false</IsTruncated>${found.map(([key, size]) => object(key, size)).join('\n')}`)
      expect(readPage(xml)).toEqual({
        objects: found.map(([key, sizeBytes]) => ({
          key,
          sizeBytes,
          etag: '"abc-2"',
          modifiedAtMs: Date.UTC(2024, 1, 29, 12),
        })),
        folders: [],
        next: undefined,
      })
    }),
  )
})

test('folders and where the next page begins are read, wherever they stand', () => {
  const folders = '<CommonPrefixes><Prefix>a+b/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>'
  const about = '<NextContinuationToken>t&amp;1==</NextContinuationToken><IsTruncated>true</IsTruncated>'
  for (const inside of [about + folders + object('k', 1), folders + object('k', 1) + about]) {
    expect(readPage(page(inside))).toMatchObject({ objects: [{ key: 'k' }], folders: ['a b/', 'c/'], next: 't&1==' })
  }
})

test.each([
  ['an error', '<Error><Code>NoSuchBucket</Code></Error>'],
  ['half a page', page(object('k', 1)).slice(0, -30)],
  ['a page without its end', page('<IsTruncated>true</IsTruncated>')],
  ['an object without a size', page(object('k', 1).replace(/<Size>.*<\/Size>/, ''))],
  ['keys that are not encoded', page('').replace('url', '')],
  ['nothing', ''],
])('%s is left to whoever reads any XML', (_, xml) => {
  expect(readPage(xml)).toBeUndefined()
})

test('a key that a server did not encode, though it said so, is taken as it stands', () => {
  expect(['%zz', '%', 'a%20b', '%e0%a4'].map(decodedKey)).toEqual(['%zz', '%', 'a b', '%e0%a4'])
})
