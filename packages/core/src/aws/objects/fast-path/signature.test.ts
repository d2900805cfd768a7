import { expect, test } from 'vitest'
import { authorization, escapedPath, sha256Of, signingDate } from './signature.ts'

// The examples of AWS's own documentation ("Authenticating Requests: Using the Authorization Header").
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 's3',
}
const common = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': '20130524T000000Z' }

test('a read of a part of an object is signed as AWS documents it', () => {
  const headers = { ...common, range: 'bytes=0-9', 'x-amz-content-sha256': sha256Of('') }
  expect(authorization({ method: 'GET', path: '/test.txt', query: '', headers }, key)).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

test('a write is signed as AWS documents it', () => {
  const headers = {
    ...common,
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-content-sha256': sha256Of('Welcome to Amazon S3.'),
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  }
  const response = authorization({ method: 'PUT', path: escapedPath('/test$file.text'), query: '', headers }, key)
  expect(response).toMatch(/Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/)
})

test('a listing is signed as AWS documents it', () => {
  const headers = { ...common, 'x-amz-content-sha256': sha256Of('') }
  const response = authorization({ method: 'GET', path: '/', query: 'max-keys=2&prefix=J', headers }, key)
  expect(response).toMatch(/Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/)
})

test('keys are escaped byte by byte, slashes stay', () => {
  expect(escapedPath("a b/c+d!'()*~-_.é")).toBe('a%20b/c%2Bd%21%27%28%29%2A~-_.%C3%A9')
})

test('dates are written in one piece, in UTC', () => {
  expect(signingDate(Date.UTC(2024, 0, 31, 23, 59, 59, 999))).toBe('20240131T235959Z')
})
