import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSsmError, project } from '@simple-sagemaker/core'
import { policies, type AwsNotice, type PolicyDocument, type PolicyOptions } from '@simple-sagemaker/core/aws'
import { afterAll, expect, test } from 'vitest'
import type { Answer } from '../support/aws/proxy.ts'
import { ownCache } from '../flows/flow.ts'
import { iamRequestsOf, type Requester } from '../support/aws/iam-requests.ts'
import { isAllowed, withoutOneAction, type IamRequest } from '../support/aws/iam-simulator.ts'
import { motoAccount, noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, testRegion, useStandIn } from '../support/aws/aws-platform.ts'

// Whoever holds only what is printed really runs everything, and every line that is printed is needed for that.
ownCache()
const standIn = useStandIn()
const folder = noMoto === undefined ? mkdtempSync(join(tmpdir(), 'ssm-policies-')) : ''
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

const timeout = 120_000
const alias = 'alias/results'
const requester: Requester = { region: testRegion, account: motoAccount, aliases: { [alias]: 'key-of-alias' } }
const bucket = 'amzn-s3-demo-bucket'
const options: PolicyOptions = {
  project: 'ex',
  region: testRegion,
  account: motoAccount,
  bucket,
  inputs: ['s3://amzn-s3-demo-source/set/'],
  kmsKeys: [alias, 'key-by-id'],
}

/** From here on AWS refuses what these policies do not allow, and everything that is asked is noted. */
function enforce(held: readonly PolicyDocument[]): { readonly asked: IamRequest[]; readonly refused: IamRequest[] } {
  const asked: IamRequest[] = []
  const refused: IamRequest[] = []
  standIn().proxy.rules.unshift((exchange) => {
    const requests = iamRequestsOf(exchange, requester)
    asked.push(...requests)
    const no = requests.find((request) => !isAllowed(held, request))
    if (no === undefined)
      return requests[0]?.action === 's3:GetObject' ? { kind: 'rewrite', with: hide(requests[0], held) } : undefined
    refused.push(no)
    const message = `User: arn:aws:iam::${motoAccount}:user/me is not authorized to perform: ${no.action} on resource: ${no.resource}`
    const isS3 = exchange.operation === undefined
    const isForm = !isS3 && exchange.headers['x-amz-target'] === undefined
    const type = 'application/x-amz-json-1.1'
    if (!isS3 && !isForm)
      return {
        kind: 'answer',
        status: 400,
        body: JSON.stringify({ __type: 'AccessDeniedException', message }),
        headers: { 'content-type': type },
      }
    const error = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`
    return { kind: 'answer', status: 403, body: isS3 ? error : `<ErrorResponse>${error}</ErrorResponse>` }
  })
  return { asked, refused }
}

/** To whoever may not list the bucket, a missing object is a forbidden one. */
const hide =
  ({ resource }: IamRequest, held: readonly PolicyDocument[]) =>
  (answer: Answer): Answer =>
    answer.status === 404 && !isAllowed(held, { action: 's3:ListBucket', resource: resource.slice(0, resource.indexOf('/')) })
      ? {
          status: 403,
          headers: {},
          body: Buffer.from('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'),
        }
      : answer

const file = (path: string, text: string | Buffer): string => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
  return join(folder, path)
}

/** Everything a client does: two kinds of jobs, inputs large, small and elsewhere, keys, logs, stop, results, clean-up. */
async function everything(onNotice: (notice: AwsNotice) => void = () => undefined): Promise<void> {
  await using platform = awsOn(standIn().url, { clock: fastClock(20), maxAttempts: 2, onNotice })
  await using ex = project('ex', { platform, bucket })
  file('in/small.txt', 'small')
  file('in/large.bin', randomBytes(9 * 1024 * 1024))
  standIn().script = (name) => ({
    phases: [{ phase: 'Starting', ms: 20 }, { phase: 'Training', ms: 20 }, { phase: 'Completed' }],
    onPhase: async (phase) => {
      if (phase !== 'Training') return
      const kind = name.startsWith('prep') ? 'processing' : 'training'
      await standIn().log(kind, `${name}/algo-1-1`, [{ text: 'hello', atMs: Date.now() }])
    },
  })
  const train = ex
    .task('train')
    .shell('true')
    .outputKmsKey(alias)
    .input.local(join(folder, 'in'))
    .input.s3('s3://amzn-s3-demo-source/set/', { channel: 'set' })
    .input.s3('s3://amzn-s3-demo-source/set/a', { channel: 'single' })
  await train.run()
  rmSync(join(folder, 'in/small.txt'))
  await ex.processing('prep').code(file('prep.py', 'print(1)')).outputKmsKey('key-by-id').input.local(join(folder, 'in')).run()
  const result = await train.run({ force: true, clean: true })
  for await (const _ of result.logs()) break
  for await (const _ of platform.logs.follow({ kind: 'training', name: result.job }, { untilNow: true })) break
  await ex.task('kept').shell('true').warm('10 minutes').run()
  for (const pool of await ex.warmPools()) await pool.end()
  await stopped(ex.task('stopped').shell('true'))
  await stopped(ex.processing('prep-stopped').shell('true'))
  await abortedUpload(platform)
}

async function stopped(task: {
  start(): Promise<{ stop(): Promise<unknown>; result(): Promise<unknown> } & AsyncDisposable>
}): Promise<void> {
  standIn().script = () => ({ phases: [{ phase: 'Starting', ms: 20 }, { phase: 'Training' }] })
  const created = (): number => standIn().proxy.seen.filter(({ operation }) => /^Create.*Job$/.test(operation ?? '')).length
  const before = created()
  await using run = await task.start()
  const end = run.result().catch(() => undefined)
  while (created() === before) await new Promise((resolve) => setTimeout(resolve, 20))
  await run.stop()
  await end
}

/** A write that breaks off leaves no parts that are paid for. */
async function abortedUpload(platform: ReturnType<typeof awsOn>): Promise<void> {
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(9 * 1024 * 1024)
    throw new Error('broken')
  }
  const uri = `s3://${bucket}/ex/broken` as Parameters<typeof platform.objects.write>[0] // an address
  await expect(platform.objects.write(uri, { kind: 'stream', chunks: chunks() })).rejects.toThrow('broken')
}

test.skipIf(noMoto)(
  'caller, setup and makeBucket are enough for the first run, and every action of them is needed',
  { timeout },
  async () => {
    await source()
    const { caller, setup, makeBucket } = policies(options)
    const all = [caller, setup, makeBucket]
    const { asked, refused } = enforce(all)
    await everything()
    expect(refused).toEqual([])
    for (const held of all)
      for (const { line, rest } of withoutOneAction(held)) {
        if (unasked.has(line)) continue
        expect
          .soft(
            asked.some((request) => !isAllowed([rest, ...all.filter((other) => other !== held)], request)),
            `${line} is needed`,
          )
          .toBe(true)
      }
  },
)

/** Asked in ways of their own, each with its test below or in another file. */
const unasked = new Set<string>([
  'CorrectTrust: iam:UpdateAssumeRolePolicy', // only for a role that trusts others
  'MakeBucket: s3:PutBucketPolicy', // never where there is no TLS, as here
])

const source = async (): Promise<void> => {
  await using platform = awsOn(standIn().url)
  await platform.objects.bucket('amzn-s3-demo-source')
  const uri = 's3://amzn-s3-demo-source/set/a' as Parameters<typeof platform.objects.write>[0] // an address
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('a') })
}

test.skipIf(noMoto)(
  'caller alone is enough once an administrator has set up, whatever the task needs of its project',
  { timeout },
  async () => {
    await source()
    const { caller, job, trust, roleName, policyName } = policies({ ...options, prefix: '' })
    await admin(roleName, trust, policyName, job)
    const { asked, refused } = enforce([caller])
    await everything()
    expect(refused).toEqual([])
    expect(asked.filter(({ action }) => /^iam:(?!Get|PassRole)/.test(action))).toEqual([])
  },
)

async function admin(name: string, trust: object, policyName: string, job: object): Promise<void> {
  const { CreateRoleCommand, IAMClient, PutRolePolicyCommand } = await import('@aws-sdk/client-iam')
  const iam = new IAMClient({
    endpoint: standIn().moto.url,
    region: testRegion,
    credentials: { accessKeyId: 'A', secretAccessKey: 'a' },
  })
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }))
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: policyName, PolicyDocument: JSON.stringify(job) }))
  iam.destroy()
  await using platform = awsOn(standIn().url)
  await platform.objects.bucket(bucket)
}

test.skipIf(noMoto)(
  'without setup a missing role is refused, with what it needs and without a statement that could be abused',
  { timeout },
  async () => {
    await using platform = awsOn(standIn().url, { maxAttempts: 1 })
    await platform.objects.bucket(bucket)
    enforce([policies(options).caller])
    const error = await project('ex', { platform, bucket })
      .task('t')
      .shell('true')
      .run()
      .catch((cause: unknown) => cause)
    expect(isSsmError(error, 'PLATFORM_DENIED') && error.facts).toMatchObject({
      action: 'iam:CreateRole',
      missing: [{ Sid: 'Objects' }, {}, {}, {}, {}, {}, {}],
    })
    const hint = isSsmError(error) ? (error.hint ?? '') : ''
    expect(hint).toMatch(/administers.*ssm policies/s)
    expect(hint).not.toContain('"Effect"')
  },
)

test('with tuning a caller may make, watch and stop tuning jobs of the account, tags them when they are made alone, and else not', () => {
  const tuning = policies({ ...options, tuning: true }).caller
  const job = (account: string): string =>
    `arn:aws:sagemaker:${testRegion}:${account}:hyper-parameter-tuning-job/train-0123456789`
  const verbs = ['CreateHyperParameterTuningJob', 'DescribeHyperParameterTuningJob', 'StopHyperParameterTuningJob']
  for (const verb of [...verbs, 'ListTrainingJobsForHyperParameterTuningJob']) {
    const action = `sagemaker:${verb}`
    expect(isAllowed([tuning], { action, resource: job(motoAccount) })).toBe(true)
    expect(isAllowed([tuning], { action, resource: job('444455556666') })).toBe(false)
    expect(isAllowed([policies(options).caller], { action, resource: job(motoAccount) })).toBe(false)
  }
  const tag = (made: string): IamRequest => ({
    action: 'sagemaker:AddTags',
    resource: job(motoAccount),
    context: { 'sagemaker:TaggingAction': made },
  })
  expect(isAllowed([tuning], tag('CreateHyperParameterTuningJob'))).toBe(true)
  expect(isAllowed([tuning], tag('AddTags'))).toBe(false)
})
