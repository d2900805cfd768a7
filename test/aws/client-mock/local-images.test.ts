import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { publishedImages } from '@simple-sagemaker/core/aws'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryDirectory } from '../../../packages/core/src/files/temporary.ts'
import { localImages } from '../../../packages/core/src/local/images.ts'
import type { ImageNeed } from '../../../packages/core/src/platform/images.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAccount } from '../../support/aws/mocked.ts'
import { notingEngine } from '../../support/containers.ts'

const host = `${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com`
const need = (uri: string): ImageNeed => ({
  image: { kind: 'uri', uri },
  kind: 'training',
  instanceType: 'local',
  project: 'ex',
  prefix: '',
  container: true,
})

const ecr = mockClient(ECRClient)
const sts = mockClient(STSClient)
const tokenFor = (registry: string): void => {
  const authorizationToken = Buffer.from('AWS:canary-token').toString('base64')
  ecr
    .on(GetAuthorizationTokenCommand)
    .resolves({ authorizationData: [{ authorizationToken, proxyEndpoint: `https:${'//'}${registry}` }] })
}
beforeEach(() => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: mockedAccount, Arn: `arn:aws:iam::${mockedAccount}:user/x`, UserId: 'x' })
  tokenFor(host)
})
afterEach(() => {
  vi.unstubAllEnvs()
  ecr.reset()
  sts.reset()
})
afterAll(() => {
  ecr.restore()
  sts.restore()
})

/** What an engine, which has no image, is asked for; and the error, if there is one. */
async function fetching(uri: string) {
  await using folder = await temporaryDirectory()
  // `image inspect` fails: the image is not here.
  const engine = await notingEngine(folder.path, { fails: 'image' })
  const images = localImages({
    containerEngine: engine.path,
    publishedImages: async () => publishedImages({ region: testRegion, credentials: testKeys }),
  })
  const failure = await images.resolve(need(uri)).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  return { calls: await engine.calls(), failure }
}

test("a container's image in the account's own registry is fetched with a login whose token goes through standard input", async () => {
  const { calls, failure } = await fetching(`${host}/mine:1`)
  expect(failure).toBeUndefined()
  expect(calls.map(({ words }) => words.join(' ')).slice(1)).toEqual([
    `login --username AWS --password-stdin ${host}`,
    `pull --platform linux/amd64 ${host}/mine:1`,
  ])
  expect(calls[1]?.input).toBe('canary-token')
  expect(JSON.stringify(calls.map(({ words }) => words))).not.toContain('canary')
})

test("an image that AWS publishes is fetched with the account's token, which is good for its registry", async () => {
  const vendor = `763104351884.dkr.ecr.${testRegion}.amazonaws.com`
  const { calls } = await fetching(`${vendor}/pytorch-training:2.8.0-cpu-py312`)
  expect(calls.find(({ words }) => words[0] === 'login')?.words.at(-1)).toBe(vendor)
})

test.each([
  'localhost:5000/mine:1',
  'docker.io/library/python:3.12',
  `999988887777.dkr.ecr.${testRegion}.amazonaws.com/mine:1`,
  `${mockedAccount}.dkr.ecr.eu-west-1.amazonaws.com/mine:1`,
  `${host}.example.com/mine:1`,
  `${mockedAccount}.dkr.ecr.example.com/mine:1`,
])('the token is sent to no other registry: %s', async (uri) => {
  const { calls, failure } = await fetching(uri)
  expect(failure).toBeUndefined()
  expect(calls.map(({ words }) => words[0])).toEqual(['image', 'pull'])
  expect(ecr.commandCalls(GetAuthorizationTokenCommand)).toEqual([])
})

test('without access to AWS the error says which image needs it, and what else there is', async () => {
  await using folder = await temporaryDirectory()
  const engine = await notingEngine(folder.path, { fails: 'image' })
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null')
  const images = localImages({ containerEngine: engine.path, publishedImages: async () => publishedImages() })
  const base = { kind: 'framework', framework: 'pytorch' } as const
  const image = { kind: 'dockerfile', source: 'FROM __BASE_IMAGE__', base } as const
  await expect(images.resolve({ ...need(''), image })).rejects.toMatchObject({
    code: 'PLATFORM_CREDENTIALS',
    message: expect.stringContaining('The image pytorch is one of AWS: ') as string,
    hint: expect.stringContaining('FROM in the Dockerfile') as string,
  })
})

test('a token for another registry than that of the account is not used', async () => {
  tokenFor('registry.example.com')
  const { calls, failure } = await fetching(`${host}/mine:1`)
  expect(failure).toMatchObject({ code: 'PLATFORM_REFUSED', facts: { host, registry: 'registry.example.com' } })
  expect(calls.map(({ words }) => words[0])).toEqual(['image'])
})

test('a name is enough where programs run without a container, each kind of image with its own', async () => {
  const images = localImages({})
  const nameOf = (image: object): Promise<string> =>
    images.resolve({ ...need(''), image: image as ImageNeed['image'], container: false })
  const named = [
    [{ kind: 'framework', framework: 'pytorch' }, 'pytorch:latest-local'],
    [{ kind: 'framework', framework: 'pytorch', version: '2.8' }, 'pytorch:2.8-local'],
    [{ kind: 'algorithm', algorithm: 'xgboost' }, 'xgboost:latest-local'],
    [{ kind: 'algorithm', algorithm: 'xgboost', version: '1.7-1' }, 'xgboost:1.7-1-local'],
    [{ kind: 'uri', uri: 'example.com/mine:1' }, 'example.com/mine:1'],
    [{ kind: 'dockerfile', source: '.' }, 'dockerfile:latest-local'],
    [{ kind: 'dockerfile', source: '.', repository: 'team/mine', tag: 'v1' }, 'team/mine:v1-local'],
  ] as const
  for (const [image, name] of named) expect(await nameOf(image)).toBe(name)
})

test('an image of AWS cannot be named without access to AWS, and one of our own is fetched without a login', async () => {
  await using folder = await temporaryDirectory()
  const engine = await notingEngine(folder.path, { fails: 'image' })
  const images = localImages({ containerEngine: engine.path })
  const image = { kind: 'framework', framework: 'pytorch' } as const
  await expect(images.resolve({ ...need(''), image })).rejects.toMatchObject({
    code: 'PLATFORM_UNSUPPORTED',
    message: 'The image of pytorch:latest-local cannot be found without access to AWS.',
  })
  expect(await images.resolve(need(`${host}/mine:1`))).toBe(`${host}/mine:1`)
  expect((await engine.calls()).map(({ words }) => words[0])).toEqual(['image', 'pull'])
})

test('an image is named from the catalogue: a URI as it is, a framework, and the base of a Dockerfile', async () => {
  const { uriOf } = publishedImages({ region: testRegion, credentials: testKeys })
  const base = { kind: 'framework', framework: 'pytorch', version: '2.8' } as const
  const ask = (image: object): Promise<string> =>
    uriOf({ ...need(''), instanceType: 'ml.m5.large', image: image as ImageNeed['image'] })
  expect(await ask({ kind: 'uri', uri: 'example.com/mine:1' })).toBe('example.com/mine:1')
  const uri = await ask(base)
  expect(uri).toMatch(/\/pytorch-training:2\.8/)
  expect(await ask({ kind: 'dockerfile', source: '.', base })).toBe(uri)
})

test.each([
  ['with a base that AWS publishes', 'FROM __BASE_IMAGE__', true],
  ['on another image', 'FROM python:3.12', false],
])('a Dockerfile %s is built under a name by its content, and under the tag that was given', async (_, source, hasBase) => {
  await using folder = await temporaryDirectory()
  const engine = await notingEngine(folder.path, { fails: 'image' })
  const images = localImages({
    containerEngine: engine.path,
    publishedImages: async () => publishedImages({ region: testRegion, credentials: testKeys }),
  })
  const base = { kind: 'uri', uri: `${host}/base:1` } as never
  const steps: string[] = []
  const wanted = {
    ...need(''),
    project: 'My Project',
    image: { kind: 'dockerfile', source, base, tag: 'v1' } as ImageNeed['image'],
  }
  const planned = await images.resolve(wanted, { dryRun: true })
  expect(await engine.calls()).toEqual([])
  const { signal } = new AbortController()
  const name = await images.resolve(wanted, { signal, onProgress: ({ step }) => steps.push(step) })
  expect(name).toBe(planned)
  expect(name).toMatch(/^localhost\/simple-sagemaker\/my-project:ssm-[0-9a-f]{40}$/)
  const calls = await engine.calls()
  expect(calls.map(({ words }) => words[0])).toEqual(['image', ...(hasBase ? ['login'] : []), 'info', 'build'])
  expect(calls.at(-1)?.words.join(' ')).toContain('--tag localhost/simple-sagemaker/my-project:v1')
  expect([steps[0], steps.at(-1)]).toEqual(['build', 'ready'])
})
