import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterEach, expect, test, vi } from 'vitest'
import { openClients } from './clients.ts'

afterEach(() => void vi.unstubAllEnvs())

/** Sets variables of this process for one test; `undefined` takes one away. */
function stub(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }

test('one client per service, made once, with eight attempts that adapt and a limit on silence', async () => {
  await using clients = openClients({ region: 'eu-west-1', credentials })
  const { client } = await clients.open('s3')
  expect((await clients.open('s3')).client).toBe(client)
  expect(await client.config.maxAttempts()).toBe(8)
  expect(await client.config.region()).toBe('eu-west-1')
  expect(client.config.retryMode).toBe('adaptive')
  expect(await clients.region()).toBe('eu-west-1')
})

test('the region comes from the options, then AWS_REGION, then AWS_DEFAULT_REGION', async () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }
  expect(await openClients({ credentials, region: 'eu-west-3' }, {}, env).region()).toBe('eu-west-3')
  expect(await openClients({ credentials }, {}, env).region()).toBe('eu-west-1')
  expect(await openClients({ credentials }, {}, { AWS_DEFAULT_REGION: 'eu-west-2' }).region()).toBe('eu-west-2')
})

test('an address of the stand-in is honoured from the options and the environment', async () => {
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2' }
  const clients = openClients({ credentials, region: 'x', endpoints: { iam: 'http://127.0.0.1:3' } }, {}, env)
  const port = async (service: 's3' | 'sagemaker' | 'iam') =>
    (await (await clients.open(service)).client.config.endpoint?.())?.port
  expect([await port('sagemaker'), await port('s3'), await port('iam')]).toEqual([1, 2, 3])
  expect((await clients.open('s3')).client.config.forcePathStyle).toBe(true)
  expect((await openClients({ credentials, region: 'x' }, {}, {}).open('s3')).client.config.forcePathStyle).toBe(false)
})

test('fresh credentials are read by fresh clients, and clients that were handed in are left alone', async () => {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const own = new S3Client({ region: 'x', credentials })
  const clients = openClients({ region: 'x', credentials, clients: { s3: () => own } })
  const before = (await clients.open('sagemaker')).client
  clients.renew()
  expect((await clients.open('sagemaker')).client).not.toBe(before)
  expect((await clients.open('s3')).client).toBe(own)
})

test('importing the AWS platform and making one loads no AWS module', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const contents = `
    import { aws } from './index.ts'
    import module from 'node:module'
    const count = () => Object.keys(module._cache).filter((name) => /@aws-sdk|@smithy/.test(name)).length
    const platform = aws({ region: 'us-east-1' })
    const before = count()
    await platform.region()
    console.log(before, count() > 0)`
  // The sources of this moment, with the SDK left outside: what is loaded here is what would be.
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
  })
  const program = outputFiles[0]?.text ?? ''
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-'], {
      input: program,
      encoding: 'utf8',
      cwd: folder,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).trim(),
  ).toBe('0 true')
})

const noFiles = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }

test('a profile that does not exist is named, instead of a region that is missing', async () => {
  stub({ ...noFiles, AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined })
  await using clients = openClients({ profile: 'nobody' }, {}, {})
  await expect(clients.region()).rejects.toMatchObject({ code: 'PLATFORM_CREDENTIALS', facts: { profile: 'nobody' } })
})

test('a profile that does not exist is named when a region is set and no credentials are found', async () => {
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_SESSION_TOKEN: undefined }
  stub({ ...noFiles, ...none, AWS_EC2_METADATA_DISABLED: 'true' })
  for (const [options, variables] of [
    [{ profile: 'nobody' }, {}],
    [{}, { AWS_PROFILE: 'nobody' }],
  ] as const) {
    stub(variables)
    await using clients = openClients({ region: 'eu-west-1', ...options }, {}, variables)
    await expect(clients.account()).rejects.toMatchObject({
      code: 'PLATFORM_CREDENTIALS',
      message: expect.stringContaining('"nobody"') as string,
      facts: { profile: 'nobody' },
    })
  }
})
