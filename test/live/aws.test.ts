import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aws } from '@simple-sagemaker/core/aws'
import { jobName } from '../../packages/core/src/names/job-name.ts'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import type { JobRef, JobRequest } from '../../packages/core/src/platform/jobs.ts'
import type { JobKind } from '../../packages/core/src/spec/job-kind.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'

/**
 * Small real jobs on a real account: submitted, looked at, stopped at once or left to end by themselves within minutes.
 * Runs only with SSM_LIVE=1 and the usual AWS credentials:
 *
 *   SSM_LIVE=1 [SSM_LIVE_BUCKET=…] [SSM_LIVE_ROLE=…] [SSM_LIVE_MAX_USD=0.50] npx vitest run --config test/live/vitest.config.ts
 */
const live = process.env['SSM_LIVE'] === '1'
const capUsd = Number(process.env['SSM_LIVE_MAX_USD'] ?? '0.50')
const machine = 'ml.m5.large'
/** A little above the dearest region's price of that machine. */
const usdPerHour = 0.2
const mostMinutes = 10

const tag = `live-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`
const started: JobRef[] = []
let spentUsd = 0
let platform: Platform
let folder = ''
let role = ''
let image = ''

/** Refuses to start a job that could go over the cap: every job is bounded by its own time limit. */
function spend(minutes: number): void {
  spentUsd += (usdPerHour * minutes) / 60
  if (spentUsd > capUsd)
    throw new Error(`This would cost up to $${spentUsd.toFixed(2)}, the cap is $${capUsd} (SSM_LIVE_MAX_USD)`)
}

function request(kind: JobKind, shell: string, minutes = mostMinutes): JobRequest {
  spend(minutes)
  const name = `${tag}-${randomBytes(3).toString('hex')}`
  const program = { ContainerEntrypoint: ['/bin/sh'], ContainerArguments: ['-c', shell] }
  const Tags = [{ Key: 'SimpleSagemakerLiveTest', Value: tag }]
  const StoppingCondition = { MaxRuntimeInSeconds: minutes * 60 }
  if (kind === 'training') {
    return {
      kind,
      input: {
        TrainingJobName: name,
        RoleArn: role,
        AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File', ...program },
        OutputDataConfig: { S3OutputPath: `${folder}out` },
        ResourceConfig: { InstanceType: machine, InstanceCount: 1, VolumeSizeInGB: 5 },
        StoppingCondition,
        Tags,
      },
    }
  }
  return {
    kind,
    input: {
      ProcessingJobName: name,
      RoleArn: role,
      AppSpecification: { ImageUri: image, ...program },
      ProcessingResources: { ClusterConfig: { InstanceType: machine, InstanceCount: 1, VolumeSizeInGB: 5 } },
      StoppingCondition,
      Tags,
    },
  }
}

async function start(wish: JobRequest): Promise<JobRef> {
  const name = wish.kind === 'training' ? wish.input.TrainingJobName : wish.input.ProcessingJobName
  const job: JobRef = { kind: wish.kind, name: jobName(name ?? '') }
  started.push(job)
  await platform.jobs.start(wish)
  return job
}

describe.skipIf(!live)('on a real account', { timeout: 20 * 60_000 }, () => {
  beforeAll(async () => {
    platform = aws({ onNotice: (notice) => console.info(notice) })
    const bucket = await platform.objects.bucket(process.env['SSM_LIVE_BUCKET'])
    folder = `s3://${bucket}/ssm-live/${tag}/`
    image = await platform.images.resolve({
      project: 'ssm-live',
      prefix: '',
      image: { kind: 'framework', framework: 'sklearn' },
      kind: 'training',
      instanceType: machine,
    })
    const own = process.env['SSM_LIVE_ROLE']
    role = await platform.roles.ensure({
      project: 'live-test',
      bucket,
      writablePrefixes: ['ssm-live/'],
      readableAddresses: [],
      imageUri: image,
      kmsKeys: [],
      vpc: false,
      ...(own === undefined ? {} : { own }),
    })
  }, 5 * 60_000)

  // Whatever happened: nothing goes on costing money, nothing stays in the bucket. The role stays: it costs nothing.
  afterAll(async () => {
    for (const job of started) await platform.jobs.stop(job).catch((cause: unknown) => console.error(job.name, cause))
    const left = []
    for await (const { uri } of platform.objects.list(objectUri(folder))) left.push(uri)
    await platform.objects.remove(left)
    console.info(`${started.length} jobs, at most $${spentUsd.toFixed(2)}`)
    await platform[Symbol.asyncDispose]()
  }, 5 * 60_000)

  test('objects are written, listed, read in parts and whole, and removed', async () => {
    const content = randomBytes(20 * 1024 * 1024)
    const uri = objectUri(`${folder}objects/a b+ä`)
    await platform.objects.write(uri, { kind: 'bytes', bytes: content }, { onlyIf: 'absent' })
    await expect(platform.objects.write(uri, { kind: 'bytes', bytes: content }, { onlyIf: 'absent' })).rejects.toMatchObject({
      code: 'OBJECT_CHANGED',
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of platform.objects.read(uri)) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
    await platform.objects.remove([uri])
    expect(await platform.objects.find(uri)).toBeUndefined()
  })

  test.each(['training', 'processing'] as const)('a %s job is accepted, seen and stopped', async (kind) => {
    const job = await start(request(kind, 'sleep 500'))
    expect((await platform.jobs.describe(job))?.status).toBe('in-progress')
    await platform.jobs.stop(job)
    let last
    for await (const state of platform.jobs.watch(job)) last = state
    expect(last?.status).toBe('stopped')
    await platform.jobs.stop(job)
  })

  test.each(['training', 'processing'] as const)(
    'a %s job runs, its lines arrive once, and its failure is told',
    async (kind) => {
      const job = await start(
        request(
          kind,
          'for i in 1 2 3; do echo line $i; done; mkdir -p /opt/ml/output; echo no luck > /opt/ml/output/failure; echo no luck > /opt/ml/output/message; exit 3',
        ),
      )
      const lines: string[] = []
      for await (const { text } of platform.logs.follow(job)) lines.push(text)
      expect(lines.filter((line) => line.startsWith('line '))).toEqual(['line 1', 'line 2', 'line 3'])
      expect(await platform.jobs.describe(job)).toMatchObject({
        status: 'failed',
        failureReason: expect.stringContaining('no luck') as string,
      })
    },
  )

  test('a job nobody has is not there', async () => {
    expect(await platform.jobs.describe({ kind: 'training', name: jobName(`${tag}-none`) })).toBeUndefined()
  })
})
