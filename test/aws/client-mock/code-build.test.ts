import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CreateProjectCommand,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  UpdateProjectCommand,
  type Build,
  type CreateProjectInput,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild'
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { BatchGetImageCommand, CreateRepositoryCommand, DescribeRepositoriesCommand, PutImageCommand } from '@aws-sdk/client-ecr'
import { CreateRoleCommand, GetRoleCommand, GetRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import { builderPolicy } from '../../../packages/core/src/aws/images/codebuild/role.ts'
import { trustPolicy } from '../../../packages/core/src/aws/roles/role.ts'
import { awsImages } from '../../../packages/core/src/aws/images/images.ts'
import { openClients } from '../../../packages/core/src/aws/clients.ts'
import type { AwsNotice } from '../../../packages/core/src/aws/notices.ts'
import type { Clock } from '../../../packages/core/src/time/clock.ts'
import type { ImageNeed, ImageProgress } from '../../../packages/core/src/platform/images.ts'
import { policies } from '@simple-sagemaker/core/aws'
import { testRegion } from '../../support/aws/aws-platform.ts'
import { isAllowed, withoutOneAction, type IamRequest } from '../../support/aws/iam-simulator.ts'
import { judge } from '../../support/aws/judge.ts'
import { mockedAccount, mockedAws, sentTo, vendor } from '../../support/aws/mocked.ts'
import { noMoto } from '../../support/aws/moto.ts'
import { memoryObjects } from '../../support/memory-objects.ts'

const digest = `sha256:${'b'.repeat(64)}`
const need: ImageNeed = {
  image: { kind: 'dockerfile', source: 'RUN pip install x', base: { kind: 'framework', framework: 'pytorch' } },
  kind: 'training',
  instanceType: 'ml.m5.large',
  project: 'ex',
  prefix: 'team',
}
const place = { partition: 'aws', region: testRegion, account: mockedAccount }
const role = `arn:aws:iam::${mockedAccount}:role/SimpleSageMakerImages-ex`
const missing = (name: string): Error => vendor(name, 'no', { httpStatusCode: 400 })

/** Time that passes while nobody waits. */
function hurriedClock(): Clock {
  let nowMs = 0
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      nowMs += ms
    },
  }
}

/** An account whose CodeBuild ends each build as told; `image` is in the registry once a build succeeded. */
function account(ends: readonly ('SUCCEEDED' | 'FAILED')[]) {
  const mocked = mockedAws()
  const objects = memoryObjects()
  const notices: AwsNotice[] = []
  const clients = openClients({
    clients: {
      sts: () => mocked.clients.sts,
      ecr: () => mocked.clients.ecr,
      iam: () => mocked.clients.iam,
      logs: () => mocked.clients.logs,
      codebuild: () => mocked.clients.codebuild,
      sagemaker: () => mocked.clients.sagemaker,
    },
  })
  const builds = new Map<string, { readonly build: Build; readonly token: string; looks: number }>()
  const contexts: string[] = []
  let isThere = false
  let project: CreateProjectInput | undefined
  const { ecr, iam, codebuild, logs } = mocked
  ecr.on(BatchGetImageCommand).callsFake(({ registryId }: { registryId: string }) => {
    if (registryId !== mockedAccount) throw vendor('AccessDeniedException', 'not authorized', { httpStatusCode: 400 })
    if (!isThere) throw missing('RepositoryNotFoundException')
    return { images: [{ imageId: { imageDigest: digest } }] }
  })
  ecr.on(DescribeRepositoriesCommand).rejects(missing('RepositoryNotFoundException'))
  ecr
    .on(CreateRepositoryCommand)
    .resolves({ repository: { repositoryUri: `${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com/simple-sagemaker/ex` } })
  iam.on(GetRoleCommand).rejects(missing('NoSuchEntityException'))
  iam.on(GetRolePolicyCommand).rejects(missing('NoSuchEntityException'))
  iam.on(CreateRoleCommand).resolves({ Role: { Arn: role, RoleName: 'x', Path: '/', RoleId: 'A', CreateDate: new Date(0) } })
  iam.on(PutRolePolicyCommand).resolves({})
  codebuild.on(BatchGetProjectsCommand).callsFake(() => ({ projects: project === undefined ? [] : [project] }))
  codebuild
    .on(CreateProjectCommand)
    .rejectsOnce(
      vendor('InvalidInputException', `CodeBuild is not authorized to perform: sts:AssumeRole on service role ${role}`, {
        httpStatusCode: 400,
      }),
    )
    .callsFake((given: CreateProjectInput) => {
      project = given
      return {}
    })
  codebuild.on(UpdateProjectCommand).callsFake((given: CreateProjectInput) => {
    project = given
    return {}
  })
  codebuild.on(ListBuildsForProjectCommand).callsFake(() => ({ ids: [...builds.keys()] }))
  codebuild.on(StartBuildCommand).callsFake((given: StartBuildInput) => {
    contexts.push(...objects.bytes.keys())
    const known = [...builds.values()].find(({ token }) => token === given.idempotencyToken)
    if (known !== undefined) return { build: known.build }
    const build: Build = {
      id: `b:${builds.size + 1}`,
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'i',
        computeType: 'BUILD_GENERAL1_MEDIUM',
        environmentVariables: given.environmentVariablesOverride,
      },
    }
    builds.set(build.id ?? '', { build, token: given.idempotencyToken ?? '', looks: 0 })
    return { build }
  })
  codebuild.on(BatchGetBuildsCommand).callsFake(({ ids }: { ids: string[] }) => ({
    builds: ids.map((id) => {
      const entry = builds.get(id)
      if (entry === undefined) return { id }
      entry.looks += 1
      const isOver = entry.looks > 4
      const buildStatus = isOver ? ends[Number(id.slice(2)) - 1] : 'IN_PROGRESS'
      if (buildStatus === 'SUCCEEDED') isThere = true
      return { ...entry.build, buildComplete: isOver, buildStatus, logs: { groupName: '/aws/codebuild/x', streamName: id } }
    }),
  }))
  logs
    .on(GetLogEventsCommand)
    .callsFake(({ nextToken }: { nextToken?: string }) =>
      nextToken === undefined
        ? { events: [{ message: '#7 [1/2] FROM x\n' }, { message: 'E: no such package\n' }], nextForwardToken: 'f/1' }
        : { events: [], nextForwardToken: 'f/1' },
    )
  const images = awsImages({
    clients,
    objects,
    clock: hurriedClock(),
    notify: (notice) => notices.push(notice),
    imageBuilder: 'codebuild',
  })
  return { ...mocked, images, objects, notices, builds, contexts, project: () => project }
}

const inputsOf = (mock: { calls(): readonly { readonly args: readonly { readonly input: object }[] }[] }) =>
  mock.calls().map(({ args: [command] }) => ({
    operation: command?.constructor.name.replace(/Command$/, '') ?? '',
    input: command?.input ?? {},
  }))

test('an image is built in the account: its context is sent, the log followed, and the image used by its digest', async () => {
  const mocked = account(['SUCCEEDED'])
  const seen: ImageProgress[] = []
  const uri = await mocked.images.resolve(need, { onProgress: (progress) => seen.push(progress) })
  expect(uri).toBe(`${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com/simple-sagemaker/ex@${digest}`)
  expect(mocked.contexts).toEqual([expect.stringMatching(/^s3:\/\/bucket\/team\/ex\/\.images\/ssm-[0-9a-f]{40}\.tar\.gz$/)])
  expect([...mocked.objects.bytes.keys()]).toEqual([])
  expect(seen).toContainEqual(
    expect.objectContaining({ by: 'CodeBuild', step: 'build', line: '#7 [1/2] FROM x', done: 0, of: 2 }),
  )
  const [start] = inputsOf(mocked.codebuild).filter(({ operation }) => operation === 'StartBuild')
  const variables = Object.fromEntries(
    (start?.input as StartBuildInput | undefined)?.environmentVariablesOverride?.map(({ name, value }) => [name, value]) ?? [],
  )
  expect(variables).toMatchObject({
    SSM_IMAGE: expect.stringContaining('/simple-sagemaker/ex:ssm-') as string,
    SSM_CONTEXT_BUCKET: 'bucket',
    SSM_CONTEXT_SHA256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    SSM_REGISTRIES: `${mockedAccount}.dkr.ecr.${testRegion}.amazonaws.com 763104351884.dkr.ecr.${testRegion}.amazonaws.com`,
  })
  expect(mocked.notices.map(({ type }) => type)).toEqual(['repository-created', 'role-changed'])
  const before = sentTo(mocked.codebuild).length
  expect(await mocked.images.resolve(need)).toBe(uri)
  expect(sentTo(mocked.codebuild)).toHaveLength(before)
})

test('the role can be taken by CodeBuild alone and does what a build does and no more, and "ssm policies" prints it', async () => {
  const mocked = account(['SUCCEEDED'])
  await mocked.images.resolve(need)
  const made = inputsOf(mocked.iam)
  const create = made.find(({ operation }) => operation === 'CreateRole')?.input as { AssumeRolePolicyDocument: string }
  expect(JSON.parse(create.AssumeRolePolicyDocument)).toEqual(trustPolicy('codebuild', place))
  const put = made.find(({ operation }) => operation === 'PutRolePolicy')?.input as {
    PolicyDocument: string
    RoleName: string
    PolicyName: string
  }
  const printed = policies({ project: 'ex', region: testRegion, account: mockedAccount, bucket: 'bucket', prefix: 'team' }).images
    .builder
  expect(JSON.parse(put.PolicyDocument)).toEqual(printed.policy)
  expect([put.RoleName, put.PolicyName, trustPolicy('codebuild', place)]).toEqual([
    printed.roleName,
    printed.policyName,
    printed.trust,
  ])
  const may = (action: string, resource: string): boolean =>
    isAllowed([printed.policy], { action, resource, context: { 'aws:ResourceAccount': mockedAccount } })
  const repository = (name: string): string => `arn:aws:ecr:${testRegion}:${mockedAccount}:repository/${name}`
  expect(may('ecr:PutImage', repository('simple-sagemaker/ex'))).toBe(true)
  expect(may('ecr:PutImage', repository('simple-sagemaker/ex2'))).toBe(false)
  expect(may('s3:GetObject', 'arn:aws:s3:::bucket/team/ex/.images/a.tar.gz')).toBe(true)
  expect(may('s3:GetObject', 'arn:aws:s3:::bucket/team/ex/train/model.tar.gz')).toBe(false)
  expect(may('s3:PutObject', 'arn:aws:s3:::bucket/team/ex/.images/a.tar.gz')).toBe(false)
  expect(may('ecr:BatchGetImage', `arn:aws:ecr:${testRegion}:763104351884:repository/pytorch-training`)).toBe(true)
})

test('a build that failed tells the last lines of its log, keeps its context, and another try is another build', async () => {
  const mocked = account(['FAILED', 'SUCCEEDED'])
  const failure = await mocked.images.resolve(need).catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ code: 'IMAGE_FAILED', facts: { build: 'b:1', status: 'FAILED' } })
  expect((failure as Error).message).toContain('E: no such package')
  expect(await mocked.images.resolve(need)).toContain(digest)
  expect([...mocked.builds.keys()]).toEqual(['b:1', 'b:2'])
})

test('a second client joins the build that is under way', async () => {
  const mocked = account(['SUCCEEDED'])
  const stop = new AbortController()
  const reason = new Error('left')
  const left = mocked.images.resolve(need, {
    signal: stop.signal,
    onProgress: ({ line }) => line.startsWith('#7') && stop.abort(reason),
  })
  await expect(left).rejects.toBe(reason)
  expect(mocked.builds.size).toBe(1)
  expect(await mocked.images.resolve(need)).toContain(digest)
  expect(mocked.builds.size).toBe(1)
})

test('a role that is there with all it needs is only read, and repositories are added to what it may push to', async () => {
  const other = `arn:aws:ecr:${testRegion}:${mockedAccount}:repository/other`
  const contexts = ['arn:aws:s3:::bucket/team/ex/.images/*']
  const held = builderPolicy({ project: 'ex', repositories: [other], contexts }, place)
  const withRole = (): ReturnType<typeof account> => {
    const mocked = account(['SUCCEEDED'])
    const AssumeRolePolicyDocument = encodeURIComponent(JSON.stringify(trustPolicy('codebuild', place)))
    const found = { Arn: role, RoleName: 'x', Path: '/', RoleId: 'A', CreateDate: new Date(0), AssumeRolePolicyDocument }
    mocked.iam.on(GetRoleCommand).resolves({ Role: found })
    const PolicyDocument = encodeURIComponent(JSON.stringify(held))
    mocked.iam.on(GetRolePolicyCommand).resolves({ RoleName: 'x', PolicyName: 'y', PolicyDocument })
    return mocked
  }
  const mocked = withRole()
  await mocked.images.resolve({ ...need, image: { ...need.image, repository: 'other' } as ImageNeed['image'] })
  expect(sentTo(mocked.iam)).not.toContain('PutRolePolicy')
  const again = withRole()
  await again.images.resolve(need)
  const put = inputsOf(again.iam).find(({ operation }) => operation === 'PutRolePolicy')?.input as { PolicyDocument: string }
  expect(put.PolicyDocument).toContain(other)
  expect(put.PolicyDocument).toContain('repository/simple-sagemaker/ex')
})

/** What IAM is asked before these calls are made. */
function iamRequestsOf(mocked: ReturnType<typeof account>): readonly IamRequest[] {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${testRegion}:${mockedAccount}:${rest}`
  const text = (input: object, name: string): string => String((input as Readonly<Record<string, unknown>>)[name])
  const project = arn('codebuild', 'project/SimpleSageMakerImages-ex')
  return [
    ...inputsOf(mocked.codebuild).flatMap(({ operation, input }) => [
      { action: `codebuild:${operation}`, resource: project },
      ...(operation === 'CreateProject' || operation === 'UpdateProject'
        ? [
            {
              action: 'iam:PassRole',
              resource: text(input, 'serviceRole'),
              context: { 'iam:PassedToService': 'codebuild.amazonaws.com' },
            },
          ]
        : []),
    ]),
    ...inputsOf(mocked.ecr).flatMap(({ operation, input }) => {
      const { registryId = mockedAccount } = input as { readonly registryId?: string }
      const names = 'repositoryNames' in input ? (input.repositoryNames as readonly string[]) : [text(input, 'repositoryName')]
      const requests = names.map((name) => ({
        action: `ecr:${operation}`,
        resource: `arn:aws:ecr:${testRegion}:${registryId}:repository/${name}`,
      }))
      return 'tags' in input ? [...requests, ...requests.map((each) => ({ ...each, action: 'ecr:TagResource' }))] : requests
    }),
    ...inputsOf(mocked.iam).flatMap(({ operation, input }) => {
      const resource = `arn:aws:iam::${mockedAccount}:role/${text(input, 'RoleName')}`
      return [{ action: `iam:${operation}`, resource }, ...('Tags' in input ? [{ action: 'iam:TagRole', resource }] : [])]
    }),
    ...inputsOf(mocked.logs).map(({ operation, input }) => ({
      action: `logs:${operation}`,
      // As CodeBuild names the group of a project.
      resource: `${arn('logs', 'log-group:/aws/codebuild/SimpleSageMakerImages-ex')}:log-stream:${text(input, 'logStreamName')}`,
    })),
  ]
}

test('what is printed for CodeBuild is enough to build, and every action of it is needed', async () => {
  const worlds = [account(['SUCCEEDED']), account(['SUCCEEDED'])]
  const [first, tagged] = worlds
  await first?.images.resolve(need)
  // Another time the project is one of an older release, and the image of this content is to get a tag of one's own.
  tagged?.codebuild.on(BatchGetProjectsCommand).resolves({ projects: [{ source: { type: 'NO_SOURCE', buildspec: 'old' } }] })
  tagged?.ecr.on(BatchGetImageCommand, { imageIds: [{ imageTag: 'v1' }] }).resolves({ images: [] })
  tagged?.ecr.on(PutImageCommand).resolves({})
  await tagged?.images.resolve({ ...need, image: { ...need.image, tag: 'v1' } as ImageNeed['image'] })
  const asked = worlds.flatMap(iamRequestsOf)
  const { codeBuild, codeBuildSetup } = policies({
    project: 'ex',
    region: testRegion,
    account: mockedAccount,
    bucket: 'bucket',
    prefix: 'team',
  }).images
  const held = [codeBuild, codeBuildSetup]
  expect(asked.filter((request) => !isAllowed(held, request))).toEqual([])
  const idle = held.flatMap((policy) =>
    [...withoutOneAction(policy)]
      .filter(({ rest }) => asked.every((request) => isAllowed([rest, ...held.filter((other) => other !== policy)], request)))
      .map(({ line }) => line),
  )
  expect(idle).toEqual([])
})

test.skipIf(noMoto !== undefined)('every request to CodeBuild, ECR and IAM is one that the services take', async () => {
  const mocked = account(['SUCCEEDED'])
  await mocked.images.resolve({ ...need, image: { ...need.image, tag: 'v1' } as ImageNeed['image'] }).catch(() => undefined)
  const requests = [
    ...inputsOf(mocked.codebuild).map((each) => ({ ...each, service: 'codebuild' })),
    ...inputsOf(mocked.ecr).map((each) => ({ ...each, service: 'ecr' })),
    ...inputsOf(mocked.iam).map((each) => ({ ...each, service: 'iam' })),
  ]
  expect(requests.length).toBeGreaterThan(10)
  expect(await judge(requests)).toEqual([])
})
