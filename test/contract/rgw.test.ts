import { DeletePublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3'
import { aws } from '@simple-sagemaker/core/aws'
import type { Platform } from '@simple-sagemaker/core/platform'
import { afterAll, beforeAll, describe } from 'vitest'
import { noRgw, rgwEnvironment, rgwKeys, rgwRegion, startRgw, startSts } from '../../bench/rgw.mjs'
import { testPlatform } from './contract.ts'

// A second judge of the objects of AWS: a real S3 server that is nobody's mock and checks every signature. It takes a
// quarter of a minute to start: SSM_RGW=1 npx vitest run --project unit test/contract/rgw.test.ts
const skipped = process.env['SSM_RGW'] === '1' ? await noRgw() : 'Ceph RGW is not asked for: set SSM_RGW=1'

const name = 'AWS_REQUEST_CHECKSUM_CALCULATION'
const before = process.env[name]
let rgw: Awaited<ReturnType<typeof startRgw>> | undefined
let sts: Awaited<ReturnType<typeof startSts>> | undefined

beforeAll(async () => {
  if (skipped !== undefined) return
  rgw = await startRgw()
  sts = await startSts()
  process.env[name] = rgwEnvironment('')[name]
}, 90_000)
afterAll(async () => {
  if (before === undefined) Reflect.deleteProperty(process.env, name)
  else process.env[name] = before
  await rgw?.[Symbol.asyncDispose]()
  await sts?.[Symbol.asyncDispose]()
}, 30_000)

// RGW 16 takes a policy that denies everybody what is not encrypted for a public one, and then refuses the owner, too. S3 does not.
async function open(): Promise<Platform> {
  const platform = aws({ region: rgwRegion, credentials: rgwKeys, endpoints: { s3: rgw?.url ?? '', sts: sts?.url ?? '' } })
  const client = new S3Client({ region: rgwRegion, credentials: rgwKeys, endpoint: rgw?.url ?? '', forcePathStyle: true })
  const bucket: Platform['objects']['bucket'] = async (wanted, more) => {
    const made = await platform.objects.bucket(wanted, more)
    await client.send(new DeletePublicAccessBlockCommand({ Bucket: made }))
    return made
  }
  return { ...platform, objects: { ...platform.objects, bucket } }
}

const options = {
  open,
  topics: ['objects' as const],
  skip: {
    'what a write gives back is what a look gives': 'S3 does not say on a write at what second it dates the object',
    'of writers who each want to replace the same version, one wins':
      'RGW 16 compares the etag of a conditional write with its quotes, so it never matches',
  },
}

describe.skipIf(skipped)(`on Ceph RGW${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  testPlatform('AWS', options)
})
