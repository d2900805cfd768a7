import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BatchGetImageCommand, DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import { aws } from '@simple-sagemaker/core/aws'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pullImage } from '../../packages/core/src/containers/build.ts'
import { withLogins } from '../../packages/core/src/containers/logins.ts'
import type { ImageNeed } from '../../packages/core/src/platform/images.ts'
import { Secret } from '../../packages/core/src/secrets/secret.ts'
import { sandbox } from '../system/sandbox.ts'
import { testKeys, testRegion } from '../support/aws/aws-platform.ts'
import { mockedAccount, mockedAws } from '../support/aws/mocked.ts'
import { freePort } from '../support/aws/moto.ts'
import { makePodman, noPodman, type Podman } from '../support/podman.ts'
import { lacking } from '../support/prerequisites.ts'

const timeout = 120_000
const missing = noPodman ?? lacking('docker-registry', 'openssl', 'perl')
const folder = mkdtempSync(join(tmpdir(), 'ssm-registry-'))
const password = 'pass:word'
const before = new Map<string, string | undefined>()
let [podman, host, stop]: [Podman | undefined, string, () => void] = [undefined, '', () => undefined]

beforeAll(async () => {
  if (missing !== undefined) return
  podman = makePodman(join(folder, 'podman'))
  host = `localhost:${await freePort()}`
  stop = startRegistry(host)
  const variables = { ...podman.environment, SSL_CERT_FILE: join(folder, 'cert.pem') }
  for (const [name, value] of Object.entries(variables)) {
    before.set(name, process.env[name])
    process.env[name] = value
  }
}, timeout)

afterAll(() => {
  stop()
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  rmSync(folder, { recursive: true, force: true })
}, timeout)

/** A registry that asks for a password, and speaks TLS alone. */
function startRegistry(address: string): () => void {
  const at = (name: string): string => join(folder, name)
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', at('key.pem'), '-out', at('cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
    stdio: 'ignore',
  })
  // Registries read bcrypt alone, which the C library knows and Perl asks it for.
  const hash = execFileSync('perl', ['-e', 'print crypt($ARGV[0], q($2b$05$) . q(abcdefghijklmnopqrstuu))', password], {
    encoding: 'utf8',
  })
  writeFileSync(at('users'), `AWS:${hash}\n`)
  mkdirSync(at('blobs'))
  writeFileSync(
    at('registry.yml'),
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${at('blobs')} } }\n` +
      `http: { addr: '${address}', tls: { certificate: ${at('cert.pem')}, key: ${at('key.pem')} } }\n` +
      `auth: { htpasswd: { realm: tests, path: ${at('users')} } }\n`,
  )
  const child = spawn('docker-registry', ['serve', at('registry.yml')], { stdio: 'ignore' })
  return () => void child.kill('SIGKILL')
}

/** What the registry answers to whoever knows the password. */
function answerOf(path: string): Promise<{ readonly status: number; readonly digest: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: 'application/vnd.docker.distribution.manifest.v2+json' }
    // Its certificate is made for this test alone.
    const options = { headers, auth: `AWS:${password}`, rejectUnauthorized: false }
    get(`https:${'//'}${host}${path}`, options, (response) => {
      response.resume()
      const digest = response.headers['docker-content-digest']
      resolve({ status: response.statusCode ?? 0, digest: typeof digest === 'string' ? digest : undefined })
    }).on('error', reject)
  })
}

test.skipIf(missing !== undefined)(
  'an image is pushed to a registry with a password and TLS, used by its digest, and found there the next time',
  { timeout },
  async () => {
    await expect
      .poll(
        () =>
          answerOf('/v2/')
            .then(({ status }) => status)
            .catch(() => 0),
        { timeout: 20_000 },
      )
      .toBe(200)
    const client = new ECRClient({ region: testRegion, credentials: testKeys, endpoint: `http:${'//'}127.0.0.1:9` })
    const ecr = mockClient(client)
    const uri = `${host}/mine`
    ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [{ repositoryUri: uri }] })
    ecr.on(BatchGetImageCommand).callsFake(async ({ imageIds }: { imageIds: { imageTag: string }[] }) => {
      const { digest, status } = await answerOf(`/v2/mine/manifests/${imageIds[0]?.imageTag ?? ''}`)
      return { images: status === 200 ? [{ imageId: { imageDigest: digest } }] : [] }
    })
    const token = (proxyEndpoint: string) => ({
      authorizationData: [{ authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'), proxyEndpoint }],
    })
    ecr.on(GetAuthorizationTokenCommand).resolves(token(`https:${'//'}${host}`))
    await using world = mockedAws()
    const { sts, sagemaker } = world.clients
    const clients = { ecr: () => client, sts: () => sts, sagemaker: () => sagemaker }
    await using platform = aws({ clients, containerEngine: 'podman', imageBuilder: 'engine' })
    const image = {
      kind: 'dockerfile',
      source: `FROM ${podman?.image ?? ''}\nRUN echo hi > /hi`,
      base: { kind: 'framework', framework: 'pytorch' },
      repository: 'mine',
    } as const
    const need: ImageNeed = { image, kind: 'training', instanceType: 'ml.m5.large', project: 'ex', prefix: '' }
    const steps = new Set<string>()
    const built = await platform.images.resolve(need, { onProgress: ({ step }) => steps.add(step) })
    expect(built).toMatch(new RegExp(`^${mockedAccount}\\..*/mine@sha256:[0-9a-f]{64}$`))
    expect((await answerOf(`/v2/mine/manifests/${built.replace(/.*@/, '')}`)).status).toBe(200)
    expect([...steps]).toEqual(['build', 'push', 'ready'])
    steps.clear()
    expect(await platform.images.resolve(need, { onProgress: ({ step }) => steps.add(step) })).toBe(built)
    expect([...steps]).toEqual([])

    // The token is for this registry: another one that says it is the account's does not get it.
    ecr.on(GetAuthorizationTokenCommand).resolves(token(`https:${'//'}localhost:1`))
    const other = { ...need, image: { ...image, source: `${image.source}\nRUN echo ho > /ho` } }
    await expect(platform.images.resolve(other)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED', facts: { host } })

    // In a container on this computer: whoever has no login does not get the image, and the token of ECR is for no such host.
    const pushed = `${host}/mine@${built.replace(/.*@/, '')}`
    podman?.run('rmi', '--all', '--force')
    await using place = sandbox()
    const asked: string[] = []
    const publishedImages = async () => ({
      uriOf: async () => '',
      loginFor: async (uri: string) => void asked.push(uri),
    })
    const run = { image: pushed, container: true } as const
    const ex = place.project('ex', { containerEngine: 'podman', publishedImages })
    await expect(ex.task('t').shell('cat /hi').with(run).run()).rejects.toMatchObject({ code: 'IMAGE_FAILED' })
    expect(asked).toEqual([])
    const engine = { kind: 'podman', program: 'podman', version: '' } as const
    const logins = [{ host, user: 'AWS', password: new Secret(password) }]
    await withLogins(engine, logins, undefined, (env) => pullImage(engine, pushed, { env }))
    const lines: string[] = []
    for await (const { text } of (await ex.task('t').shell('cat /hi').with(run).run()).logs()) lines.push(text)
    expect(lines).toContain('hi')
    client.destroy()
  },
)
