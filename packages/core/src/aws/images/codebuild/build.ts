import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { OnStep } from '../../../containers/build.ts'
import { packContext } from '../../../containers/source.ts'
import { digestFile } from '../../../files/digest/digest.ts'
import { temporaryDirectory } from '../../../files/temporary.ts'
import { projectRoot } from '../../../names/layout.ts'
import { addressOf, joinUri } from '../../../names/object-uri.ts'
import { projectName } from '../../../names/task-name.ts'
import type { Objects } from '../../../platform/objects.ts'
import type { Clock } from '../../../time/clock.ts'
import { abortable, type Clients } from '../../clients.ts'
import type { Notify } from '../../notices.ts'
import { partitionOf } from '../../partition.ts'
import { withErrorTranslation } from '../../translate.ts'
import { objectsArn } from '../../roles/rights.ts'
import type { ImagePlan } from '../build/image-plan.ts'
import { registryOf, repositoryArn } from '../build/repository.ts'
import { buildNow, followBuild } from './follow.ts'
import { ensureProject } from './project.ts'
import { builderName, ensureBuilderRole } from './role.ts'

/** What builds in the account need. */
export interface AccountBuilds {
  readonly clients: Clients
  readonly objects: Objects
  readonly clock: Clock
  readonly notify: Notify
  readonly permissionsBoundary?: string | undefined
}

/** The folder of a project that contexts are sent to; no task can have its name. */
export const contextFolder = '.images'

/** Builds an image with CodeBuild and pushes it from there: the same content gives the same tag. An abort leaves the build going. */
export async function buildInAccount(
  plan: ImagePlan,
  options: AccountBuilds,
  { onStep, signal }: { readonly onStep: OnStep; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { need, repository } = plan
  const name = builderName(need.project)
  const bucket = await options.objects.bucket(need.bucket, abortableOption(signal))
  const folder = joinUri(projectRoot({ bucket, prefix: need.prefix, project: projectName(need.project) }), contextFolder)
  const place = { partition: partitionOf(repository.region).name, region: repository.region, account: repository.account }
  const contexts = [objectsArn(place, bucket, `${addressOf(folder).key}/`)]
  const rights = { project: need.project, repositories: [repositoryArn(repository)], contexts }
  const role = await ensureBuilderRole(rights, place, options, signal)
  await ensureProject(name, role, options, signal)
  const running = await runningBuild(name, plan, options.clients, signal)
  if (running !== undefined) return followBuild(running, { ...options, onStep, signal })
  const context = await sendContext(plan, joinUri(folder, `${plan.tag}.tar.gz`), options, signal)
  const id = await startBuild(name, plan, context, options, signal)
  await followBuild(id, { ...options, onStep, signal })
  // Only a build that succeeded: another one may still read what it needs.
  await options.objects.remove([context.uri], abortableOption(signal)).catch(() => undefined)
}

interface SentContext {
  readonly uri: ReturnType<typeof joinUri>
  readonly sha256: string
}

async function sendContext(
  { source, dockerfile }: ImagePlan,
  uri: SentContext['uri'],
  { objects }: AccountBuilds,
  signal: AbortSignal | undefined,
): Promise<SentContext> {
  await using scratch = await temporaryDirectory('ssm-image-')
  const path = join(scratch.path, 'context.tar.gz')
  const { sizeBytes } = await packContext(source, dockerfile, path, { signal })
  const { sha256 } = await digestFile(path, abortableOption(signal))
  await objects.write(uri, { kind: 'file', path, sizeBytes }, abortableOption(signal))
  return { uri, sha256 }
}

/** A build of the same image that is under way, started by this or another client. */
async function runningBuild(
  name: string,
  { target }: ImagePlan,
  clients: Clients,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { client, sdk } = await clients.open('codebuild')
  const builds = await withErrorTranslation({ action: 'codebuild:ListBuildsForProject', resource: name }, signal, async () => {
    const { ids = [] } = await client.send(
      new sdk.ListBuildsForProjectCommand({ projectName: name, sortOrder: 'DESCENDING' }),
      abortable(signal),
    )
    if (ids.length === 0) return []
    return (await client.send(new sdk.BatchGetBuildsCommand({ ids: ids.slice(0, 20) }), abortable(signal))).builds ?? []
  })
  return builds.find(
    ({ buildComplete, environment }) =>
      buildComplete !== true &&
      environment?.environmentVariables?.some((each) => each.name === 'SSM_IMAGE' && each.value === target) === true,
  )?.id
}

/** Starts a build, or finds the one that another client started a moment earlier: both ask with the same token. */
async function startBuild(
  name: string,
  { target, repository, base, tag }: ImagePlan,
  context: SentContext,
  { clients }: AccountBuilds,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { client, sdk } = await clients.open('codebuild')
  const { bucket, key } = addressOf(context.uri)
  const variables = {
    SSM_IMAGE: target,
    SSM_ACCOUNT: repository.account,
    SSM_CONTEXT_BUCKET: bucket,
    SSM_CONTEXT_KEY: key,
    SSM_CONTEXT_SHA256: context.sha256,
    SSM_REGISTRIES: [registryOf(repository), ...(base === undefined ? [] : [base.registry])].join(' '),
  }
  const environmentVariablesOverride = Object.entries(variables).map(([variable, value]) => ({
    name: variable,
    value,
    type: 'PLAINTEXT' as const,
  }))
  let before = ''
  for (;;) {
    const idempotencyToken = createHash('sha256').update(`${tag} ${before}`).digest('hex')
    const input = { projectName: name, environmentVariablesOverride, idempotencyToken }
    const build = await withErrorTranslation({ action: 'codebuild:StartBuild', resource: name }, signal, async () => {
      return (await client.send(new sdk.StartBuildCommand(input), abortable(signal))).build
    })
    const id = build?.id ?? ''
    // The token of a build that has ended gives that build again for five minutes; a new try needs one of its own.
    if ((await buildNow(clients, id, signal))?.buildComplete !== true || id === before) return id
    before = id
  }
}

const abortableOption = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal }
