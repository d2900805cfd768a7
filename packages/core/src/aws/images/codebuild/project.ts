import type { CreateProjectInput } from '@aws-sdk/client-codebuild'
import type { Clock } from '../../../time/clock.ts'
import { growingPauses } from '../../../time/backoff.ts'
import { abortable, type Clients } from '../../clients.ts'
import { errorKindOf, vendorError } from '../../error-kind.ts'
import { withErrorTranslation } from '../../translate.ts'
import { builderImage, buildspec } from './buildspec.ts'

const longestBuildMinutes = 180
/** How long CodeBuild may not know a new role, made by this client or another one. */
const settlesWithinMs = 90_000

/** A CodeBuild project with this name and role, and our build in it. */
export const builderProject = (name: string, roleArn: string): CreateProjectInput => ({
  name,
  description: 'Builds the images of a Simple SageMaker project',
  source: { type: 'NO_SOURCE', buildspec },
  artifacts: { type: 'NO_ARTIFACTS' },
  environment: {
    type: 'LINUX_CONTAINER',
    image: builderImage,
    computeType: 'BUILD_GENERAL1_MEDIUM',
    // Docker runs inside the build.
    privilegedMode: true,
  },
  serviceRole: roleArn,
  timeoutInMinutes: longestBuildMinutes,
  tags: [{ key: 'CreatedBy', value: 'simple-sagemaker' }],
})

/** Sees to it that the project is there as it should be. */
export async function ensureProject(
  name: string,
  roleArn: string,
  { clients, clock }: { readonly clients: Clients; readonly clock: Clock },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { client, sdk } = await clients.open('codebuild')
  const found = await withErrorTranslation({ action: 'codebuild:BatchGetProjects', resource: name }, signal, async () => {
    const response = await client.send(new sdk.BatchGetProjectsCommand({ names: [name] }), abortable(signal))
    return response.projects?.[0]
  })
  const wanted = builderProject(name, roleArn)
  if (found?.source?.buildspec === buildspec && found.serviceRole === roleArn) return
  const action = found === undefined ? 'codebuild:CreateProject' : 'codebuild:UpdateProject'
  const command = found === undefined ? new sdk.CreateProjectCommand(wanted) : new sdk.UpdateProjectCommand(wanted)
  await withErrorTranslation({ action, resource: name }, signal, async () => {
    const untilMs = clock.now() + settlesWithinMs
    for (const pauseMs of growingPauses(2_000, 10_000)) {
      try {
        await client.send(command as InstanceType<typeof sdk.CreateProjectCommand>, abortable(signal))
        return
      } catch (cause) {
        if (errorKindOf(cause) === 'exists') return
        const isUnknownRole = /AssumeRole|service role/i.test(vendorError(cause).message)
        if (!isUnknownRole || clock.now() > untilMs) throw cause
      }
      await clock.sleep(pauseMs, signal)
    }
  })
}
