import { expect, test } from 'vitest'
import { project } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { failureOf, ownCache, timeout } from './flow.ts'

ownCache()

/** A store of its own with a bucket of three objects whose keys begin the same. */
async function withNeighbours(work: (platform: ReturnType<typeof local>) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'ssm-s3-inputs-'))
  try {
    await using platform = local({ root })
    await platform.objects.bucket('my-bucket')
    for (const key of ['x.csv', 'x.csv.gz', 'x.csv/y'])
      await platform.objects.write(objectUri(`s3://my-bucket/${key}`), { kind: 'bytes', bytes: Buffer.from(key) })
    await work(platform)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const listed = 'cd "$SM_CHANNEL_IN" && find . -type f | sort'

test(
  'an input that names one object brings that object alone, to training and processing, on the machine that shards, too',
  { timeout },
  async () => {
    await withNeighbours(async (platform) => {
      const ex = project('ex', { platform })
      const lines = async (run: { logs(): AsyncIterable<{ readonly machine: string; readonly text: string }> }) => {
        const found: string[] = []
        for await (const { machine, text } of run.logs()) if (text.startsWith('./')) found.push(`${machine} ${text}`)
        return found.sort()
      }
      const train = ex.task('t').shell(listed).input.s3('s3://my-bucket/x.csv', { channel: 'in' })
      expect(await lines(await train.run())).toEqual(['algo-1 ./x.csv'])
      const plan = await train.plan()
      expect(JSON.stringify(plan.request)).toContain('"S3DataType":"ManifestFile"')
      // What lies beside it changes: that is not this task's affair.
      await platform.objects.write(objectUri('s3://my-bucket/x.csv.gz'), { kind: 'bytes', bytes: Buffer.from('other') })
      expect((await train.run()).decision.kind).toBe('skip')
      const sharded = train
        .instanceCount(2)
        .input.s3('s3://my-bucket/x.csv.gz', { channel: 'gz', distribution: 'ShardedByS3Key' })
      expect(await lines(await sharded.run())).toEqual(['algo-1 ./x.csv', 'algo-2 ./x.csv'])
      const prep = ex
        .processing('p')
        .shell('cd /opt/ml/processing/input/in 2>/dev/null || cd "$SM_CHANNEL_IN"; find . -type f | sort')
      expect(await lines(await prep.input.s3('s3://my-bucket/x.csv', { channel: 'in' }).run())).toEqual(['algo-1 ./x.csv'])
    })
  },
)

test('an object without neighbours needs no manifest, and FastFile cannot take one that has some', { timeout }, async () => {
  await withNeighbours(async (platform) => {
    const task = project('ex', { platform }).task('t').shell(listed)
    const alone = await task.input.s3('s3://my-bucket/x.csv/y', { channel: 'in' }).plan()
    expect(JSON.stringify(alone.request)).toContain('"S3DataType":"S3Prefix","S3Uri":"s3://my-bucket/x.csv/y"')
    const error = await failureOf(task.input.s3('s3://my-bucket/x.csv', { channel: 'in', mode: 'FastFile' }).plan())
    expect(error).toMatchObject({ code: 'INPUT_MISSING', hint: expect.stringContaining('mode File') as string })
  })
})

test('a whole bucket is an input', { timeout }, async () => {
  await withNeighbours(async (platform) => {
    const task = project('ex', { platform, bucket: 'other-bucket' }).task('t').shell(`${listed} > "$SM_MODEL_DIR/list"`)
    const plan = await task.input.s3('s3://my-bucket', { channel: 'in' }).plan()
    expect(JSON.stringify(plan.request)).toContain('"S3Uri":"s3://my-bucket/"')
  })
})
