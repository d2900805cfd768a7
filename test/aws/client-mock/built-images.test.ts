import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr'
import type { AwsOptions } from '@simple-sagemaker/core/aws'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../../packages/core/src/files/temporary.ts'
import type { ImageNeed, ImageProgress } from '../../../packages/core/src/platform/images.ts'
import { testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'
import { notingEngine, type NotingEngine } from '../../support/containers.ts'

const ownHost = `${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com`
const awsRegistry = `763104351884.dkr.ecr.${testRegion}.amazonaws.com`
const pushedDigest = `sha256:${'b'.repeat(64)}`
const need = (source: string, more: object = {}): ImageNeed => ({
  image: { kind: 'dockerfile', source, base: { kind: 'framework', framework: 'pytorch' }, ...more },
  kind: 'training',
  instanceType: 'ml.m5.large',
  project: 'My_Project',
  prefix: '',
})

/** A registry that has AWS's images, and ours from the moment at which the engine pushed it. */
async function withRegistry(
  options: AwsOptions & { readonly fails?: string; readonly token?: string; readonly proxy?: string },
  work: (mocked: ReturnType<typeof mockedAws>, engine: NotingEngine) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryDirectory()
  const { fails: _, token: __, proxy: ___, ...ofPlatform } = options
  const engine = await notingEngine(folder.path, options)
  await using mocked = mockedAws({ containerEngine: engine.path, imageBuilder: 'engine', ...ofPlatform })
  const tags = new Map<string, string>()
  mocked.ecr
    .on(BatchGetImageCommand)
    .callsFake(
      async ({ registryId, imageIds }: { registryId: string; imageIds: { imageTag?: string; imageDigest?: string }[] }) => {
        const [{ imageTag = '', imageDigest } = {}] = imageIds
        if (registryId !== mockedAccount) return { images: [{ imageId: { imageDigest: `sha256:${'a'.repeat(64)}` } }] }
        const pushed = (await engine.calls()).find(({ words }) => words[0] === 'push' && words[1]?.endsWith(`:${imageTag}`))
        if (pushed !== undefined) tags.set(imageTag, pushedDigest)
        const digest = imageDigest ?? tags.get(imageTag)
        if (digest === undefined) throw vendor('RepositoryNotFoundException', 'no', { httpStatusCode: 400 })
        return { images: [{ imageId: { imageDigest: digest, imageTag }, imageManifest: '{}', imageManifestMediaType: 'a/b' }] }
      },
    )
  mocked.ecr.on(PutImageCommand).callsFake(({ imageTag, imageDigest }: { imageTag: string; imageDigest: string }) => {
    tags.set(imageTag, imageDigest)
    return {}
  })
  mocked.ecr.on(DescribeRepositoriesCommand).rejects(vendor('RepositoryNotFoundException', 'no', { httpStatusCode: 400 }))
  mocked.ecr.on(CreateRepositoryCommand).callsFake(({ repositoryName }: { repositoryName: string }) => ({
    repository: { repositoryUri: `${ownHost}/${repositoryName}` },
  }))
  mocked.ecr.on(GetAuthorizationTokenCommand).resolves({
    authorizationData: [
      {
        authorizationToken: Buffer.from(`AWS:${options.token ?? 'pass:word'}`).toString('base64'),
        proxyEndpoint: options.proxy ?? `https://${ownHost}`,
      },
    ],
  })
  await work(mocked, engine)
}

const inputs = (
  client: { calls(): readonly { readonly args: readonly { readonly input: object }[] }[] },
  name: string,
): readonly object[] =>
  client.calls().flatMap(({ args: [command] }) => (command?.constructor.name === `${name}Command` ? [command.input] : []))

test('an image is built on the base by its digest, pushed once, and used by its own digest; then it is neither built nor pushed', async () => {
  await withRegistry({}, async ({ platform, ecr }, engine) => {
    const seen: ImageProgress[] = []
    const resolve = (): Promise<string> =>
      platform.images.resolve(need('RUN pip install x', { localRepository: 'mine' }), {
        onProgress: (progress) => seen.push(progress),
      })
    const uri = await resolve()
    expect(uri).toBe(`${ownHost}/simple-sagemaker/my-project@${pushedDigest}`)
    const calls = await engine.calls()
    expect(calls.map(({ words }) => words[0])).toEqual(['login', 'login', 'info', 'build', 'push'])
    const [own, aws, , build, push] = calls
    expect(own).toEqual({ words: ['login', '--username', 'AWS', '--password-stdin', ownHost], input: 'pass:word' })
    expect(aws?.words.at(-1)).toBe(awsRegistry)
    const tagged = push?.words[1] ?? ''
    expect(tagged).toMatch(new RegExp(`^${ownHost}/simple-sagemaker/my-project:ssm-[0-9a-f]{40}$`))
    // Its mark stands between these.
    expect([...(build?.words.slice(0, 3) ?? []), ...(build?.words.slice(5, 11) ?? [])]).toEqual([
      'build',
      '--format',
      'docker',
      '--platform',
      'linux/amd64',
      '--tag',
      tagged,
      '--tag',
      tagged.replace(/.*:/, 'mine:'),
    ])
    expect(inputs(ecr, 'CreateRepository')).toMatchObject([
      { imageTagMutability: 'MUTABLE', imageScanningConfiguration: { scanOnPush: true } },
    ])
    expect(seen.map(({ step, done, of }) => [step, done, of]).at(1)).toEqual(['build', 0, 2])
    expect(seen.at(-1)).toMatchObject({ step: 'ready', by: 'podman', image: uri })

    expect(await resolve()).toBe(uri)
    expect(await platform.images.resolve(need('RUN pip install x'), { dryRun: true })).toBe(uri)
    expect(await engine.calls()).toHaveLength(5)
  })
})

test('a plan names the tag that would be built, and changes nothing', async () => {
  await withRegistry({}, async ({ platform, ecr }, engine) => {
    const planned = await platform.images.resolve(need('FROM python:3.12'), { dryRun: true })
    expect(planned).toMatch(new RegExp(`^${ownHost}/simple-sagemaker/my-project:ssm-`))
    expect(new Set(sentTo(ecr))).toEqual(new Set(['BatchGetImage']))
    expect(await engine.calls()).toEqual([])
  })
})

test("a Dockerfile on another image needs no login to AWS's registry, and a tag of the user's own stands for what was built", async () => {
  await withRegistry({}, async ({ platform, ecr }, engine) => {
    const uri = await platform.images.resolve(need('FROM python:3.12', { repository: 'team/mine', tag: 'v1' }))
    expect(uri).toBe(`${ownHost}/team/mine@${pushedDigest}`)
    expect((await engine.calls()).map(({ words }) => words[0])).toEqual(['login', 'info', 'build', 'push'])
    expect(inputs(ecr, 'PutImage')).toMatchObject([{ imageTag: 'v1', imageDigest: pushedDigest, imageManifest: '{}' }])
  })
})

test('two tasks that need the same image at once build it once', async () => {
  await withRegistry({}, async ({ platform }, engine) => {
    const uris = await Promise.all([need('FROM a'), need('FROM a'), need('FROM a')].map((each) => platform.images.resolve(each)))
    expect(new Set(uris).size).toBe(1)
    expect((await engine.calls()).filter(({ words }) => words[0] === 'build')).toHaveLength(1)
  })
})

test("the token goes to the account's own registry, and is refused to any other host", async () => {
  await withRegistry({ proxy: 'https://docker.example.com' }, async ({ platform }, engine) => {
    await expect(platform.images.resolve(need('FROM a'))).rejects.toMatchObject({
      code: 'PLATFORM_REFUSED',
      facts: { host: ownHost, registry: 'docker.example.com' },
    })
    expect(await engine.calls()).toEqual([])
  })
  await withRegistry({}, async ({ platform, ecr }, engine) => {
    ecr
      .on(DescribeRepositoriesCommand)
      .resolves({ repositories: [{ repositoryUri: 'evil.example.com/simple-sagemaker/my-project' }] })
    await expect(platform.images.resolve(need('FROM a'))).rejects.toMatchObject({ facts: { host: 'evil.example.com' } })
    expect(sentTo(ecr)).not.toContain('GetAuthorizationToken')
    expect(await engine.calls()).toEqual([])
  })
})

test('a build that fails tells its last lines, and never the token', async () => {
  await withRegistry({ fails: 'build' }, async ({ platform }) => {
    const failure = (await platform.images.resolve(need('FROM a')).catch((cause: unknown) => cause)) as Error
    expect(failure).toMatchObject({ code: 'IMAGE_FAILED', facts: { exitCode: 1, engine: 'podman' } })
    expect(failure.message).toContain('E: no such package')
  })
  await withRegistry({ fails: 'login', token: 'very-secret-token' }, async ({ platform }) => {
    const failure = await platform.images.resolve(need('FROM a')).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'IMAGE_FAILED', facts: { host: ownHost } })
    expect(JSON.stringify([failure, String(failure), (failure as Error).cause])).not.toContain('very-secret-token')
  })
})

test('what is not allowed is told with the statement that would allow it', async () => {
  await withRegistry({}, async ({ platform, ecr }) => {
    ecr
      .on(CreateRepositoryCommand)
      .rejects(
        vendor(
          'AccessDeniedException',
          'User: arn:aws:iam::1:user/me is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:x',
          { httpStatusCode: 400 },
        ),
      )
    const failure = await platform.images.resolve(need('FROM a')).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'PLATFORM_DENIED', facts: { action: 'ecr:CreateRepository' } })
    expect((failure as { hint: string }).hint).toContain('"Action":["ecr:CreateRepository"]')
  })
})

test('an engine that was named and does not answer is an error that says what to do', async () => {
  await withRegistry({ containerEngine: '/nowhere/podman' }, async ({ platform }) => {
    await expect(platform.images.resolve(need('FROM a'))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      facts: { engine: '/nowhere/podman' },
    })
  })
})

test('an abort ends the build, and the reason is the signal’s own', async () => {
  await withRegistry({}, async ({ platform }) => {
    const reason = new Error('enough')
    const stop = new AbortController()
    const built = platform.images.resolve(need('FROM a'), { signal: stop.signal, onProgress: () => stop.abort(reason) })
    await expect(built).rejects.toBe(reason)
  })
})
