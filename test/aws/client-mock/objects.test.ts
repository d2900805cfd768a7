import { readdirSync, readFileSync } from 'node:fs'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { AwsNotice } from '@simple-sagemaker/core/aws'
import { expect, test } from 'vitest'
import { objectUri } from '../../../packages/core/src/names/object-uri.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'
import { fastClock } from '../../support/aws/aws-platform.ts'

const bucket = 'amzn-s3-demo-bucket'
const at = (key: string) => objectUri(`s3://${bucket}/${key}`)
const bytes = (size: number) => ({ kind: 'bytes', bytes: Buffer.alloc(size, 'a') }) as const
const mebibyte = 1024 * 1024
/** Three parts. */
const big = bytes(17 * mebibyte)

type MockedAws = ReturnType<typeof mockedAws>
/** What S3 commands have in common. */
interface Owned {
  readonly ExpectedBucketOwner?: string
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

/** A bucket of ours in which uploads in parts succeed. */
function ready({ s3 }: MockedAws): void {
  s3.on(GetBucketLocationCommand).resolves({})
  s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u-1' })
  s3.on(UploadPartCommand).callsFake(({ PartNumber }: { PartNumber: number }) => ({ ETag: `"part-${PartNumber}"` }))
  s3.on(CompleteMultipartUploadCommand).resolves({ ETag: '"whole"' })
  s3.on(AbortMultipartUploadCommand).resolves({})
}

/** What protects a bucket can be set. */
function protectable({ s3 }: MockedAws): void {
  s3.on(PutPublicAccessBlockCommand).resolves({})
  s3.on(PutBucketEncryptionCommand).resolves({})
  s3.on(PutBucketPolicyCommand).resolves({})
}

const need = { project: 'ex', bucket, writablePrefixes: ['ex/'], readableAddresses: [], imageUri: 'x', kmsKeys: [], vpc: false }

/** An answer's body, which breaks off after these bytes when it is said to be longer. */
const body = (text: string) => [Buffer.from(text)] as never // anything that can be read piece by piece

/** Every command that the S3 sources send. */
function commandsInSources(): readonly string[] {
  const folder = new URL('../../../packages/core/src/aws/objects/', import.meta.url)
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const found = sources.flatMap((name) => [
    ...readFileSync(new URL(name, folder), 'utf8').matchAll(/new sdk\.(\w+)Command|\.sdk\.(\w+)Command/g),
  ])
  return [...new Set(found.map(([, plain, inside]) => plain ?? inside ?? ''))].sort()
}

test('every command of every method says whose bucket it expects, but the one that makes a bucket', async () => {
  await using mocked = mockedAws({ clock: fastClock(100) })
  const { platform, s3 } = mocked
  ready(mocked)
  s3.on(GetBucketLocationCommand)
    .rejectsOnce(vendor('NoSuchBucket', '', { httpStatusCode: 404 }))
    .resolves({})
  s3.on(CreateBucketCommand).resolves({})
  protectable(mocked)
  s3.on(ListObjectsV2Command)
    .resolvesOnce({ Contents: [{ Key: 'p/a', Size: 1, ETag: '"a"' }], IsTruncated: true, NextContinuationToken: 't' })
    .resolves({ Contents: [{ Key: 'p/b', Size: 1, ETag: '"b"' }], CommonPrefixes: [{ Prefix: 'p/' }] })
  s3.on(HeadObjectCommand).resolves({ ContentLength: 5, ETag: '"e"' })
  s3.on(GetObjectCommand)
    .resolvesOnce({ Body: body('hel'), ContentLength: 5, ETag: '"e"' })
    .resolves({ Body: body('lo'), ContentLength: 2, ContentRange: 'bytes 3-4/5', ETag: '"e"' })
  s3.on(PutObjectCommand).resolves({ ETag: '"e"' })
  s3.on(DeleteObjectsCommand).resolves({})

  await platform.objects.bucket(bucket)
  expect((await collect(platform.objects.list(at('p/')))).map(({ uri }) => uri)).toEqual([at('p/a'), at('p/b')])
  expect(await collect(platform.objects.folders(at('')))).toEqual(['p'])
  await platform.objects.find(at('k'))
  expect(Buffer.concat(await collect(platform.objects.read(at('k')))).toString()).toBe('hello')
  await platform.objects.write(at('k'), bytes(5))
  await platform.objects.write(at('k'), bytes(5), { onlyIf: 'absent', kmsKey: 'alias/k' })
  await platform.objects.write(at('k'), big)
  s3.on(UploadPartCommand).rejects(vendor('InternalError'))
  await expect(platform.objects.write(at('k'), big)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
  await platform.objects.remove([at('k'), at('l')])
  await platform.roles.ensure(need).catch(() => undefined) // which asks for the bucket's key

  const without = s3.calls().filter(({ args }) => (args[0].input as Owned).ExpectedBucketOwner !== mockedAccount)
  expect(without.map(({ args }) => args[0].constructor)).toEqual([CreateBucketCommand])
  // None that the sources send was left out here.
  expect([...new Set(sentTo(s3))].sort()).toEqual(commandsInSources())
})

test('a server that answers a range with the whole is refused, before wrong bytes are given', async () => {
  await using mocked = mockedAws({ clock: fastClock(100) })
  ready(mocked)
  mocked.s3
    .on(GetObjectCommand)
    .resolvesOnce({ Body: body('hel'), ContentLength: 5, ETag: '"e"' })
    .resolves({ Body: body('hello'), ContentLength: 5, ETag: '"e"' })
  await expect(collect(mocked.platform.objects.read(at('k')))).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    facts: { range: 'bytes=3-4' },
  })
})

test('a bucket of another account is read as a known one, and never written', async () => {
  await using mocked = mockedAws({ bucketOwners: { [bucket]: '999988887777' } })
  const { platform, s3 } = mocked
  s3.on(HeadObjectCommand).resolves({ ContentLength: 5, ETag: '"e"' })
  await platform.objects.find(at('k'))
  expect(s3.commandCalls(HeadObjectCommand, { ExpectedBucketOwner: '999988887777' })).toHaveLength(1)
  for (const size of [1, big.bytes.length])
    await expect(platform.objects.write(at('k'), bytes(size))).rejects.toMatchObject({
      code: 'BUCKET_FOREIGN',
      facts: { bucket, owner: '999988887777' },
    })
  await expect(platform.objects.remove([at('k')])).rejects.toMatchObject({ code: 'BUCKET_FOREIGN' })
  expect(sentTo(s3)).toEqual(['HeadObject'])
})

test.each([
  ['looked at and refused', vendor('AccessDenied', '', { httpStatusCode: 403 }), undefined, ['GetBucketLocation']],
  [
    'made and already taken',
    vendor('NoSuchBucket', '', { httpStatusCode: 404 }),
    vendor('BucketAlreadyExists', '', { httpStatusCode: 409 }),
    ['GetBucketLocation', 'CreateBucket'],
  ],
])("a stranger's bucket, %s, is told before anything is uploaded", async (_, seen, made, sent) => {
  await using mocked = mockedAws()
  const { platform, s3 } = mocked
  s3.on(GetBucketLocationCommand).rejects(seen)
  s3.on(CreateBucketCommand).rejects(made ?? vendor('none'))
  await expect(platform.objects.bucket(bucket)).rejects.toMatchObject({
    code: 'BUCKET_FOREIGN',
    message: expect.stringContaining(bucket) as string,
    hint: expect.stringMatching(/bucket of your own/) as string,
  })
  expect(sentTo(s3)).toEqual(sent)
})

test('a bucket that is made blocks public access, encrypts and wants TLS; what cannot be set is told and ends nothing', async () => {
  const notices: AwsNotice[] = []
  await using mocked = mockedAws({ onNotice: (notice) => notices.push(notice) })
  const { platform, s3 } = mocked
  s3.on(GetBucketLocationCommand).rejects(vendor('NoSuchBucket', '', { httpStatusCode: 404 }))
  s3.on(CreateBucketCommand).resolves({})
  protectable(mocked)
  s3.on(PutBucketEncryptionCommand).rejects(vendor('AccessDenied', 'not allowed', { httpStatusCode: 403 }))
  await platform.objects.bucket(bucket)
  const [access] = s3.commandCalls(PutPublicAccessBlockCommand)
  expect(Object.values(access?.args[0].input.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true])
  const [policy] = s3.commandCalls(PutBucketPolicyCommand)
  expect(JSON.parse(policy?.args[0].input.Policy ?? '')).toMatchObject({
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  })
  expect(notices).toEqual([
    { type: 'bucket-created', bucket, withoutProtection: [{ what: 'encryption', message: 'not allowed' }] },
  ])
})

test('two clients that make one bucket at once are no error', async () => {
  await using mocked = mockedAws({ clock: fastClock(1_000) })
  const { platform, s3 } = mocked
  s3.on(GetBucketLocationCommand).rejects(vendor('NoSuchBucket', '', { httpStatusCode: 404 }))
  s3.on(CreateBucketCommand)
    .rejectsOnce(vendor('OperationAborted', 'A conflicting operation is in progress'))
    .rejects(vendor('BucketAlreadyOwnedByYou'))
  expect(await platform.objects.bucket(undefined)).toBe(`sagemaker-us-east-1-${mockedAccount}`)
  expect(s3.commandCalls(CreateBucketCommand)).toHaveLength(2)
})

test('an upload in parts is completed with its parts in order and a checksum of the whole', async () => {
  await using mocked = mockedAws()
  const { platform, s3 } = mocked
  ready(mocked)
  expect(await platform.objects.write(at('big'), big)).toMatchObject({ etag: '"whole"', sizeBytes: big.bytes.length })
  expect(s3.commandCalls(CompleteMultipartUploadCommand)[0]?.args[0].input).toMatchObject({
    UploadId: 'u-1',
    ChecksumType: 'FULL_OBJECT',
    ChecksumCRC32: expect.stringMatching(/^[\w+/]{6}==$/) as string,
    MultipartUpload: { Parts: [1, 2, 3].map((PartNumber) => ({ PartNumber, ETag: `"part-${PartNumber}"` })) },
  })
  expect(s3.commandCalls(AbortMultipartUploadCommand)).toHaveLength(0)
})

test.each([
  ['a part', UploadPartCommand],
  ['its completion', CompleteMultipartUploadCommand],
])('an upload of which %s fails is aborted, even if that fails too, and the first failure is told', async (_, failing) => {
  for (const abortFails of [false, true]) {
    await using mocked = mockedAws()
    const { platform, s3 } = mocked
    ready(mocked)
    s3.on(failing as typeof UploadPartCommand).rejects(vendor('AccessDenied', 'Access Denied', { httpStatusCode: 403 }))
    if (abortFails) s3.on(AbortMultipartUploadCommand).rejects(vendor('InternalError'))
    await expect(platform.objects.write(at('big'), big)).rejects.toMatchObject({
      code: 'PLATFORM_DENIED',
      facts: { statement: { Action: ['s3:PutObject'], Resource: [`arn:aws:s3:::${bucket}/big`] } },
    })
    const aborts = s3.commandCalls(AbortMultipartUploadCommand, { Bucket: bucket, Key: 'big', UploadId: 'u-1' })
    expect(aborts).toHaveLength(1)
    expect(sentTo(s3).at(-1)).toBe('AbortMultipartUpload')
  }
})

test('an upload that the signal ends is aborted with a signal of its own, and rejects with the reason', async () => {
  await using mocked = mockedAws()
  const { platform, s3 } = mocked
  ready(mocked)
  const stop = new AbortController()
  const reason = new Error('enough')
  s3.on(UploadPartCommand, { PartNumber: 2 }).callsFake(() => {
    stop.abort(reason)
    throw vendor('AbortError', 'Request aborted')
  })
  await expect(platform.objects.write(at('big'), big, { signal: stop.signal })).rejects.toBe(reason)
  const [abort] = s3.commandCalls(AbortMultipartUploadCommand)
  expect(abort?.args[0].input).toMatchObject({ UploadId: 'u-1' })
  expect(abort?.args as readonly unknown[] | undefined).toMatchObject([{}, { abortSignal: { aborted: false } }])
  expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(0)
})

test.each([
  ['absent', vendor('PreconditionFailed', '', { httpStatusCode: 412 }), { IfNoneMatch: '*' }],
  ['absent', vendor('ConditionalRequestConflict', '', { httpStatusCode: 409 }), { IfNoneMatch: '*' }],
  [{ etag: '"old"' }, vendor('PreconditionFailed', '', { httpStatusCode: 412 }), { IfMatch: '"old"' }],
  [{ etag: '"old"' }, vendor('NoSuchKey', '', { httpStatusCode: 404 }), { IfMatch: '"old"' }],
] as const)('a write only if %j that S3 answers with %s lost against someone else', async (onlyIf, said, condition) => {
  for (const [content, failing] of [[bytes(5), PutObjectCommand] as const, [big, CompleteMultipartUploadCommand] as const]) {
    await using mocked = mockedAws()
    const { platform, s3 } = mocked
    ready(mocked)
    s3.on(failing as typeof PutObjectCommand).rejects(said)
    await expect(platform.objects.write(at('k'), content, { onlyIf })).rejects.toMatchObject({
      code: 'OBJECT_CHANGED',
      facts: { resource: `arn:aws:s3:::${bucket}/k` },
      hint: expect.stringContaining('join') as string,
    })
    expect(s3.commandCalls(failing as typeof PutObjectCommand, condition)).toHaveLength(1)
    expect(s3.commandCalls(AbortMultipartUploadCommand)).toHaveLength(content === big ? 1 : 0)
  }
})

test.each([
  ['its own object in the way has arrived', true, { uri: at('k'), etag: '"e"' }],
  ["someone else's object in the way has lost", false, { code: 'OBJECT_CHANGED' }],
])('a write only if absent whose first answer was lost, and that finds %s', async (_, own, ending) => {
  await using mocked = mockedAws()
  const { platform, s3 } = mocked
  ready(mocked)
  s3.on(PutObjectCommand).rejects(vendor('PreconditionFailed', '', { httpStatusCode: 412, attempts: 2 }))
  s3.on(HeadObjectCommand).callsFake(() => ({
    ContentLength: 5,
    ETag: '"e"',
    Metadata: own ? s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Metadata : { 'ssm-write': 'another' },
  }))
  const ended = await platform.objects.write(at('k'), bytes(5), { onlyIf: 'absent' }).catch((error: unknown) => error)
  expect(ended).toMatchObject(ending)
})

test('a listing whose continuation token comes back ends with an error, not in a circle', async () => {
  await using mocked = mockedAws()
  mocked.s3
    .on(ListObjectsV2Command)
    .resolves({ Contents: [{ Key: 'p/a', Size: 1, ETag: '"a"' }], IsTruncated: true, NextContinuationToken: 'again' })
  await expect(collect(mocked.platform.objects.list(at('p/')))).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    message: expect.stringContaining('same continuation token') as string,
    facts: { pages: 1 },
  })
})
