import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSsmError, project, type Project } from '@simple-sagemaker/core'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { localMachines } from '../support/aws/machines.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, testKeys, testRegion, useStandIn } from '../support/aws/aws-platform.ts'
import { runTypeScript } from '../support/run-typescript.ts'
import { ownCache } from '../flows/flow.ts'

// What a user says, from the sentence to the result, through the AWS platform: requests, objects, roles and logs go to the
// stand-in, whose machines are processes of this computer.
ownCache()
const standIn = useStandIn()
// What is skipped cleans nothing up.
const folder = noMoto === undefined ? mkdtempSync(join(tmpdir(), 'ssm-aws-flows-')) : ''
let many = 0

beforeEach(async () => {
  if (noMoto !== undefined) return
  await standIn().machines?.[Symbol.asyncDispose]()
  standIn().machines = localMachines(standIn(), join(folder, `root-${(many += 1)}`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const timeout = 120_000
const created = (): number =>
  standIn().proxy.seen.filter(({ operation }) => /^Create(Training|Processing)Job$/.test(operation ?? '')).length
const file = (path: string, text: string): string => {
  const whole = join(folder, path)
  mkdirSync(join(whole, '..'), { recursive: true })
  writeFileSync(whole, text, { mode: 0o755 })
  return whole
}

async function onAws(work: (ex: Project) => Promise<void>, leaseSilenceMs?: number): Promise<void> {
  await using platform = awsOn(standIn().url, { clock: fastClock(10), maxAttempts: 3 })
  const abilities = leaseSilenceMs === undefined ? {} : { abilities: { ...platform.abilities, leaseSilenceMs } }
  await using ex = project('ex', { platform: { ...platform, ...abilities } })
  await work(ex)
}

test.skipIf(noMoto)(
  'a task runs once, is skipped while nothing changed, started when something did, and always by force',
  { timeout },
  async () => {
    const data = file('in/x.txt', 'data')
    await onAws(async (ex) => {
      const task = ex
        .task('t')
        .shell('cat "$SM_CHANNEL_DATA/x.txt" > "$SM_MODEL_DIR/copy"; echo said')
        .input.local(join(data, '..'))
      const first = await task.run()
      expect(first.decision.kind).toBe('start')
      expect((await task.run()).decision.kind).toBe('skip')
      expect(created()).toBe(1)
      file('in/x.txt', 'DATA')
      expect((await task.run()).decision.kind).toBe('start')
      expect((await task.run({ force: true })).decision.kind).toBe('start')
      expect(created()).toBe(3)
      const result = await task.run()
      const lines: string[] = []
      for await (const { text } of result.logs()) lines.push(text)
      expect(lines).toContain('said')
      await result.download(join(folder, 'out'))
      expect(readFileSync(join(folder, 'out/model/copy'), 'utf8')).toBe('DATA')
    })
    const s3 = standIn().proxy.seen.filter(
      ({ operation, method, path }) => operation === undefined && !(method === 'PUT' && /^\/[^/]+\/?$/.test(path)),
    )
    expect(s3.length).toBeGreaterThan(30)
    expect(s3.filter(({ headers }) => headers['x-amz-expected-bucket-owner'] !== standIn().account)).toEqual([])
  },
)

test.skipIf(noMoto)('two clients that start the same task at once end with one job', { timeout }, async () => {
  const line = 'sleep 1; echo done > "$SM_MODEL_DIR/x"'
  const results = await Promise.all(
    [1, 2].map(async () => {
      await using platform = awsOn(standIn().url, { clock: fastClock(10) })
      await using ex = project('ex', { platform })
      return await ex.task('t').shell(line).run()
    }),
  )
  expect(results[0]?.job).toBe(results[1]?.job)
  expect(results.map(({ decision }) => decision.kind).sort()).toEqual(['join', 'start'])
  expect(created()).toBe(1)
})

test.skipIf(noMoto)('a graph runs what is read first, a processing task among it', { timeout }, async () => {
  await onAws(async (ex) => {
    const prep = ex.processing('prep').shell('echo words > "$SSM_OUTPUT/words"')
    const train = ex
      .task('train')
      .shell('cat "$SM_CHANNEL_WORDS/words" > "$SM_MODEL_DIR/learned"')
      .input.from(prep.output('output'), { channel: 'words' })
    const result = await train.run()
    await result.download(join(folder, 'graph'))
    expect(readFileSync(join(folder, 'graph/model/learned'), 'utf8')).toBe('words\n')
    expect(created()).toBe(2)
    expect((await train.run()).decision.kind).toBe('skip')
  })
})

test.skipIf(noMoto)('a program that fails is told with its exit code and its last words', { timeout }, async () => {
  await onAws(async (ex) => {
    const failed: unknown = await ex
      .task('t')
      .shell('echo no luck >&2; exit 3')
      .run()
      .catch((cause: unknown) => cause)
    expect(isSsmError(failed, 'JOB_FAILED')).toBe(true)
    expect(String(failed)).toMatch(/exit code 3[\s\S]*no luck/)
  })
})

test.skipIf(noMoto)(
  'a client that cannot reach SageMaker after the upload leaves nothing that is billed, and the next one goes on',
  { timeout },
  async () => {
    const task = (ex: Project) => ex.task('t').shell('echo done > "$SM_MODEL_DIR/x"')
    standIn().proxy.fault(({ operation }) => operation === 'CreateTrainingJob', { kind: 'reset' }, 3)
    await onAws(async (ex) => {
      await expect(task(ex).run()).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
    })
    standIn().proxy.seen.length = 0
    await onAws(async (ex) => {
      const result = await task(ex).run()
      expect(result.decision.kind).toBe('start')
      expect(created()).toBe(1)
    })
  },
)

test.skipIf(noMoto)(
  'a client that is killed between upload and create leaves nothing that is billed, and the next one takes over',
  { timeout },
  async () => {
    const line = 'echo done > "$SM_MODEL_DIR/x"'
    const env = {
      AWS_ENDPOINT_URL: standIn().url,
      AWS_REGION: testRegion,
      AWS_ACCESS_KEY_ID: testKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
    }
    const client = runTypeScript('../aws/programs/killed-client.ts', [line], env)
    expect(await once(client, 'exit')).toEqual([null, 'SIGKILL'])
    expect(standIn().proxy.seen.some(({ method, path }) => method === 'PUT' && path.includes('sourcedir.tar.gz'))).toBe(true)
    expect(created()).toBe(0)
    // Its lease is still there: after a silence, here a shorter one, it is taken over.
    await onAws(async (ex) => {
      const task = ex.task('t').shell(line)
      expect((await task.run()).decision.kind).toBe('start')
      expect((await task.run()).decision.kind).toBe('skip')
      expect(created()).toBe(1)
    }, 3_000)
  },
)
