import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECRClient } from '@aws-sdk/client-ecr'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { aws, type AwsOptions } from '@simple-sagemaker/core/aws'
import { mockClient } from 'aws-sdk-client-mock'
import { testKeys, testRegion } from './aws-platform.ts'

/** The account that STS names. */
export const mockedAccount = '111122223333'

/**
 * The AWS platform on clients whose `send` is mocked. Whatever a test does not foresee is refused by the mock; nothing
 * goes over a wire. Disposing it restores the clients, which are this world's own.
 */
export function mockedAws(options: AwsOptions = {}) {
  const config = { region: testRegion, credentials: testKeys }
  const clients = {
    s3: new S3Client(config),
    sagemaker: new SageMakerClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    logs: new CloudWatchLogsClient(config),
    cloudwatch: new CloudWatchClient(config),
    ecr: new ECRClient(config),
    codebuild: new CodeBuildClient(config),
  }
  const mocks = {
    s3: strict(mockClient(clients.s3)),
    sagemaker: strict(mockClient(clients.sagemaker)),
    iam: strict(mockClient(clients.iam)),
    sts: strict(mockClient(clients.sts)),
    logs: strict(mockClient(clients.logs)),
    cloudwatch: strict(mockClient(clients.cloudwatch)),
    ecr: strict(mockClient(clients.ecr)),
    codebuild: strict(mockClient(clients.codebuild)),
  }
  mocks.sts.on(GetCallerIdentityCommand).resolves({ Account: mockedAccount, Arn: `arn:aws:iam::${mockedAccount}:user/me` })
  seeFinishedInputs(clients.s3)
  const platform = aws({
    clients: {
      s3: () => clients.s3,
      sagemaker: () => clients.sagemaker,
      iam: () => clients.iam,
      sts: () => clients.sts,
      logs: () => clients.logs,
      cloudwatch: () => clients.cloudwatch,
      ecr: () => clients.ecr,
      codebuild: () => clients.codebuild,
    },
    ...options,
  })
  return {
    platform,
    clients,
    ...mocks,
    async [Symbol.asyncDispose](): Promise<void> {
      await platform[Symbol.asyncDispose]()
      for (const mock of Object.values(mocks)) mock.restore()
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

/** An error as the SDK throws it. */
export const vendor = (name: string, message = '', $metadata: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata })

/** What a mock remembers of its calls. */
interface Remembering {
  calls(): readonly { readonly args: readonly object[] }[]
}

/** The names of the commands that were sent, in their order: `PutObject`. */
export function sentTo(mock: Remembering): readonly string[] {
  return mock.calls().map(({ args }) => args[0]?.constructor.name.replace(/Command$/, '') ?? '')
}

/** Only what is used of a mock: the type of the whole is another one for each client. */
interface Refusable {
  onAnyCommand(): { rejects(error: Error): unknown }
}

function strict<Mock extends Refusable>(mock: Mock): Mock {
  mock.onAnyCommand().rejects(vendor('UnforeseenCommand', 'The test foresees no such command', { httpStatusCode: 400 }))
  return mock
}

/** A command as the client handles it. */
interface Sendable {
  readonly input: object
  resolveMiddleware(stack: S3Client['middlewareStack'], config: object, options: unknown): Handler
}
type Handler = (args: { readonly input: object }) => Promise<{ readonly output: object }>

/**
 * A mocked `send` sees what the library gave it, not what the client's middleware makes of it on its way, such as the
 * expected owner of a bucket. Here the mock stands behind the first steps: its calls are what would be sent.
 */
function seeFinishedInputs(client: S3Client): void {
  const mocked = client.send.bind(client) as unknown as (command: Sendable, options: unknown) => Promise<object>
  const send = async (command: Sendable, options: unknown = {}): Promise<object> => {
    const last: Handler = async ({ input }) => {
      const finished = Object.assign(Object.create(Object.getPrototypeOf(command) as object), command, { input }) as Sendable
      return { output: { $metadata: {}, ...(await mocked(finished, options)) } }
    }
    const stack = client.middlewareStack.clone()
    stack.add(() => last as never, { step: 'initialize', priority: 'low', name: 'mockedSend' }) // nothing comes after it
    return (await command.resolveMiddleware(stack, client.config, options)(command)).output
  }
  client.send = send as never // without its overloads for callbacks
}
