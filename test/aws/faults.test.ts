import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AwsNotice } from '@simple-sagemaker/core/aws'
import { jobName } from '../../packages/core/src/names/job-name.ts'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import type { JobRef, JobState } from '../../packages/core/src/platform/jobs.ts'
import type { ReadOptions } from '../../packages/core/src/platform/objects.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { trainingJob, refOf } from '../../packages/core/src/testing/job-requests.ts'
import { noMoto } from '../support/aws/moto.ts'
import type { Exchange, Outcome } from '../support/aws/proxy.ts'
import { awsOn, fastClock, useStandIn } from '../support/aws/aws-platform.ts'

const standIn = useStandIn()
const mebibyte = 1024 * 1024
const gather = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const read = async (platform: Platform, uri: string, options: ReadOptions = {}): Promise<Buffer> =>
  Buffer.concat(await gather(platform.objects.read(objectUri(uri), options)))
const xml = (status: number, code: string, headers: Record<string, string> = {}): Outcome => ({
  kind: 'answer',
  status,
  headers,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
})
const json = (status: number, type: string, message: string): Outcome => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ __type: type, message }),
  headers: { 'content-type': 'application/x-amz-json-1.1' },
})
const is =
  (operation: string) =>
  (exchange: Exchange): boolean =>
    exchange.operation === operation
const part =
  (number: number) =>
  ({ method, path }: Exchange): boolean =>
    method === 'PUT' && path.includes(`partNumber=${number}&`)
const openUploads = async (bucket: string): Promise<boolean> =>
  (await fetch(`${standIn().moto.url}/${bucket}?uploads`).then((answer) => answer.text())).includes('<UploadId>')

/** Attempts without the minutes of pauses that eight of them take. */
const fast = { clock: fastClock(20), maxAttempts: 4 }

async function startedJob(platform: Platform): Promise<JobRef> {
  const request = trainingJob(objectUri('s3://amzn-s3-demo-bucket/x/'), { shell: 'true' })
  await platform.jobs.start(request)
  return refOf(request)
}

const until = (phase: string) => ({ phases: [{ phase: 'Starting', ms: 20 }, { phase: 'Training' }, { phase }] })

test.skipIf(noMoto)(
  'a burst of throttling while a job is watched slows the watch down and ends right',
  async () => {
    const notices: AwsNotice[] = []
    await using platform = awsOn(standIn().url, { ...fast, maxAttempts: 2, onNotice: (notice) => notices.push(notice) })
    standIn().script = () => until('Completed')
    const job = await startedJob(platform)
    standIn().proxy.fault(is('DescribeTrainingJob'), json(400, 'ThrottlingException', 'Rate exceeded'), 5)
    setTimeout(() => void standIn().next(job.name), 1_500)
    expect((await gather(platform.jobs.watch(job))).at(-1)).toMatchObject({ status: 'completed', phase: 'Completed' })
    expect(notices.some(({ type }) => type === 'slowed-down')).toBe(true)
  },
  60_000,
)

test.skipIf(noMoto)(
  'resets and 5xx in the middle of a multipart upload end in the whole object',
  async () => {
    await using platform = awsOn(standIn().url, fast)
    const bucket = await platform.objects.bucket(undefined)
    const content = randomBytes(30 * mebibyte)
    standIn().proxy.fault(part(2), { kind: 'reset' }, 1)
    standIn().proxy.fault(part(3), xml(503, 'SlowDown'), 2)
    standIn().proxy.fault(part(4), { kind: 'lose answer' }, 1)
    standIn().proxy.fault(({ method, path }) => method === 'POST' && path.includes('uploadId='), xml(500, 'InternalError'), 1)
    await platform.objects.write(objectUri(`s3://${bucket}/big`), { kind: 'bytes', bytes: content })
    expect((await read(platform, `s3://${bucket}/big`)).equals(content)).toBe(true)
    expect(await openUploads(bucket)).toBe(false)
  },
  60_000,
)

test.skipIf(noMoto)('an upload whose completion was done and not heard of is found to be whole', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/big`)
  standIn().proxy.fault(({ method, path }) => method === 'POST' && path.includes('uploadId='), { kind: 'lose answer' }, 1)
  const stored = await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.alloc(9 * mebibyte) })
  expect(stored).toMatchObject({ uri, sizeBytes: 9 * mebibyte })
  expect((await platform.objects.find(uri))?.etag).toBe(stored.etag)
})

test.skipIf(noMoto)(
  'a multipart upload that cannot be finished is aborted, and no other part is sent in vain',
  async () => {
    await using platform = awsOn(standIn().url, { ...fast, maxAttempts: 2 })
    const bucket = await platform.objects.bucket(undefined)
    standIn().proxy.fault(part(2), xml(500, 'InternalError'))
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 100; sent += 1) yield Buffer.alloc(4 * mebibyte, sent)
    }
    await expect(
      platform.objects.write(objectUri(`s3://${bucket}/big`), { kind: 'stream', chunks: endless() }),
    ).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
    expect(await openUploads(bucket)).toBe(false)
    expect(await platform.objects.find(objectUri(`s3://${bucket}/big`))).toBeUndefined()
    expect(standIn().proxy.seen.filter(({ path }) => path.includes('partNumber=')).length).toBeLessThan(20)
  },
  60_000,
)

test.skipIf(noMoto)('a download that breaks off again and again goes on where it broke, and the whole is checked', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const content = randomBytes(12 * mebibyte)
  const uri = `s3://${bucket}/big`
  await platform.objects.write(objectUri(uri), { kind: 'bytes', bytes: content })
  standIn().proxy.seen.length = 0
  standIn().proxy.fault(
    ({ method, path }) => method === 'GET' && path.includes('/big'),
    { kind: 'truncate', bytes: 3 * mebibyte },
    2,
  )
  expect((await read(platform, uri)).equals(content)).toBe(true)
  expect(standIn().proxy.seen.filter(({ headers }) => headers.range !== undefined).length).toBe(2)
})

test.skipIf(noMoto)('a large download comes in parts by several connections, each taken up where it broke', async () => {
  await using platform = awsOn(standIn().url, fast)
  const uri = objectUri(`s3://${await platform.objects.bucket(undefined)}/large`)
  const bytes = randomBytes(40 * mebibyte + 3)
  await platform.objects.write(uri, { kind: 'bytes', bytes })
  standIn().proxy.seen.length = 0
  // Of each kind of answer: the one that told of the whole, two later parts, and what was taken up again.
  standIn().proxy.fault(({ method }) => method === 'GET', { kind: 'truncate', bytes: 1_000_000 }, 4)
  expect((await read(platform, uri, { connections: 4 })).equals(bytes)).toBe(true)
  const ranges = standIn().proxy.seen.flatMap(({ headers }) => headers.range ?? [])
  expect(ranges.length).toBe(5 + 4)
  expect(ranges.some((range) => range === 'bytes=1000000-8388607')).toBe(true)
  expect(ranges.at(-1)).toMatch(/-41943042$/)
})

test.skipIf(noMoto)('a large download that nobody reads on leaves no connection busy', async () => {
  await using platform = awsOn(standIn().url)
  const uri = objectUri(`s3://${await platform.objects.bucket(undefined)}/large`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: randomBytes(40 * mebibyte) })
  for await (const chunk of platform.objects.read(uri, { connections: 4 })) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  const stop = new AbortController()
  const reason = new Error('enough')
  let [bytes, chunksAfterwards] = [0, 0]
  const reading = (async () => {
    for await (const chunk of platform.objects.read(uri, { connections: 4, signal: stop.signal })) {
      if (stop.signal.aborted) chunksAfterwards += 1
      bytes += chunk.length
      if (bytes > 9_000_000) stop.abort(reason)
    }
  })()
  await expect(reading).rejects.toBe(reason)
  expect(chunksAfterwards).toBe(0)
})

test.skipIf(noMoto)('bytes that were changed on their way or in the store are refused', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const uri = `s3://${bucket}/small`
  await platform.objects.write(objectUri(uri), { kind: 'bytes', bytes: Buffer.from('right bytes') })
  standIn().proxy.rules.unshift(({ method, path }) =>
    method === 'GET' && path.includes('/small')
      ? { kind: 'rewrite', with: (answer) => ({ ...answer, body: Buffer.from('wrong bytes') }) }
      : undefined,
  )
  await expect(read(platform, uri)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' })
})

test.skipIf(noMoto)('an object that is replaced while it is read is not mixed with its successor', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/big`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.alloc(4 * mebibyte, 'a') })
  standIn().proxy.fault(({ method, path }) => method === 'GET' && path.includes('/big'), { kind: 'truncate', bytes: mebibyte }, 1)
  const reading = (async () => {
    for await (const _chunk of platform.objects.read(uri))
      await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.alloc(4 * mebibyte, 'b') })
  })()
  await expect(reading).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
})

test.skipIf(noMoto)(
  'a watch outlives expired credentials and goes on with fresh ones',
  async () => {
    const notices: AwsNotice[] = []
    let asked = 0
    const credentials = async () => ({ accessKeyId: `AKIA${(asked += 1)}`, secretAccessKey: 'test' })
    await using platform = awsOn(standIn().url, { ...fast, credentials, onNotice: (notice) => notices.push(notice) })
    standIn().script = () => until('Completed')
    const job = await startedJob(platform)
    const before = asked
    standIn().proxy.fault(
      is('DescribeTrainingJob'),
      json(400, 'ExpiredTokenException', 'The security token included in the request is expired'),
      3,
    )
    const states: JobState[] = []
    for await (const state of platform.jobs.watch(job)) {
      states.push(state)
      await standIn().next(job.name)
    }
    expect(states.at(-1)?.status).toBe('completed')
    expect(notices.filter(({ type }) => type === 'credentials-expired').length).toBeGreaterThan(0)
    expect(asked).toBeGreaterThan(before)
  },
  60_000,
)

test.skipIf(noMoto)('expired credentials are a clear error for a single act', async () => {
  await using platform = awsOn(standIn().url, fast)
  standIn().proxy.fault(
    is('CreateTrainingJob'),
    json(400, 'ExpiredTokenException', 'The security token included in the request is expired'),
  )
  await expect(startedJob(platform)).rejects.toMatchObject({ code: 'PLATFORM_CREDENTIALS', facts: { expired: true } })
})

test.skipIf(noMoto)('a clock that is an hour off is corrected by the answer, and an unbelievable one is named', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const uri = objectUri(`s3://${bucket}/x`)
  const hourAhead = { date: new Date(Date.now() + 3_600_000).toUTCString() }
  standIn().proxy.fault(({ method }) => method === 'PUT', xml(403, 'RequestTimeTooSkewed', hourAhead), 1)
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('x') })
  standIn().proxy.fault(({ method }) => method === 'PUT', xml(403, 'RequestTimeTooSkewed', hourAhead))
  await expect(platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('x') })).rejects.toMatchObject({
    code: 'PLATFORM_CREDENTIALS',
    facts: { clockSkew: true },
  })
})

test.skipIf(noMoto)(
  'a slow endpoint is asked again, and one that never answers ends in a clear error',
  async () => {
    await using platform = awsOn(standIn().url, { ...fast, maxAttempts: 2, timeouts: { idleMs: 300 } })
    const bucket = await platform.objects.bucket(undefined)
    const uri = objectUri(`s3://${bucket}/x`)
    standIn().proxy.fault(({ method }) => method === 'HEAD', { kind: 'delay', ms: 2_000 }, 1)
    expect(await platform.objects.find(uri)).toBeUndefined()
    standIn().proxy.fault(({ method }) => method === 'HEAD', { kind: 'delay', ms: 2_000 })
    await expect(platform.objects.find(uri)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
    standIn().proxy.fault(is('DescribeTrainingJob'), { kind: 'delay', ms: 2_000 })
    await expect(platform.jobs.describe({ kind: 'training', name: jobName('x') })).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    })
  },
  60_000,
)

test.skipIf(noMoto)('an endpoint nobody listens at is unreachable', async () => {
  await using platform = awsOn('http://127.0.0.1:9', { ...fast, maxAttempts: 2 })
  await expect(platform.objects.bucket(undefined)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
})

test.skipIf(noMoto)('a create whose answer was lost makes one job and no second bill', async () => {
  await using platform = awsOn(standIn().url, fast)
  standIn().script = () => until('Completed')
  standIn().proxy.fault(is('CreateTrainingJob'), { kind: 'lose answer' }, 1)
  const job = await startedJob(platform)
  expect(standIn().proxy.seen.filter(is('CreateTrainingJob'))).toHaveLength(2)
  expect((await platform.jobs.describe(job))?.status).toBe('in-progress')
  await platform.jobs.stop(job)
})

test.skipIf(noMoto)(
  'a job stopped from outside ends the watch as stopped, a deleted one as lost',
  async () => {
    await using platform = awsOn(standIn().url, fast)
    standIn().script = () => until('Completed')
    await using other = awsOn(standIn().url)
    const [stopped, deleted] = [await startedJob(platform), await startedJob(platform)]
    const watching = gather(platform.jobs.watch(stopped))
    const losing = Promise.allSettled([gather(platform.jobs.watch(deleted))])
    // Both are watched: a second look means that the first one was answered.
    const looksAt = ({ name }: JobRef): number =>
      standIn().proxy.seen.filter((each) => is('DescribeTrainingJob')(each) && each.body.includes(name)).length
    await expect.poll(() => Math.min(looksAt(stopped), looksAt(deleted))).toBeGreaterThan(1)
    await other.jobs.stop(stopped)
    standIn().forget(deleted.name)
    expect((await watching).at(-1)).toMatchObject({ status: 'stopped', phase: 'Stopped' })
    expect(await losing).toMatchObject([{ reason: { code: 'JOB_LOST', facts: { name: deleted.name } } }])
    await platform.jobs.stop(stopped)
  },
  60_000,
)

test.skipIf(noMoto)('a 403 on one object of many names the object and the permission', async () => {
  await using platform = awsOn(standIn().url, fast)
  const bucket = await platform.objects.bucket(undefined)
  const uris = ['a', 'b', 'c'].map((key) => objectUri(`s3://${bucket}/${key}`))
  const refused =
    '<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>'
  standIn().proxy.fault(
    ({ method, path }) => method === 'POST' && path.includes('delete'),
    { kind: 'answer', status: 200, body: refused },
    1,
  )
  await expect(platform.objects.remove(uris)).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    facts: { resource: `arn:aws:s3:::${bucket}/b`, keys: ['b'] },
  })
  standIn().proxy.fault(({ method, path }) => method === 'PUT' && path.includes('/b'), xml(403, 'AccessDenied'))
  await expect(
    platform.objects.write(uris[1] ?? objectUri('s3://none/x'), { kind: 'bytes', bytes: Buffer.of(1) }),
  ).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    facts: { statement: { Action: ['s3:PutObject'], Resource: [`arn:aws:s3:::${bucket}/b`] } },
  })
})

test.skipIf(noMoto)('quota and capacity are told apart from a bad request', async () => {
  await using platform = awsOn(standIn().url, fast)
  const limit =
    "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances."
  standIn().proxy.fault(is('CreateTrainingJob'), json(400, 'ResourceLimitExceeded', limit), 1)
  await expect(startedJob(platform)).rejects.toMatchObject({
    code: 'PLATFORM_QUOTA',
    facts: { quota: 'ml.p3.2xlarge for training job usage', limit: 0 },
  })
  standIn().proxy.fault(is('CreateTrainingJob'), json(400, 'ValidationException', '1 validation error detected'), 1)
  await expect(startedJob(platform)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
})

test.skipIf(noMoto)(
  'a role just made is waited for, and one that was there before is not',
  async () => {
    await using platform = awsOn(standIn().url, fast)
    const unknown = json(
      400,
      'ValidationException',
      "Could not assume role arn:aws:iam::1:role/x. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
    )
    const need = {
      project: 'ex',
      bucket: 'amzn-s3-demo-bucket',
      writablePrefixes: ['ex/'],
      readableAddresses: [],
      imageUri: 'x',
      kmsKeys: [],
      vpc: false,
    }
    const role = await platform.roles.ensure(need)
    standIn().proxy.fault(is('CreateTrainingJob'), unknown, 1)
    const request = trainingJob(objectUri('s3://amzn-s3-demo-bucket/x/'), { shell: 'true' })
    request.input.RoleArn = role
    await platform.jobs.start(request)
    await using later = awsOn(standIn().url, fast)
    expect(await later.roles.ensure(need)).toBe(role)
    standIn().proxy.fault(is('CreateTrainingJob'), unknown, 1)
    await expect(later.jobs.start({ ...request, input: { ...request.input, TrainingJobName: 'another' } })).rejects.toMatchObject(
      { code: 'PLATFORM_REFUSED' },
    )
  },
  60_000,
)
