import type { JobName } from '../../names/job-name.ts'
import { addressOf } from '../../names/object-uri.ts'
import type { RoleNeed } from '../../platform/roles.ts'
import type { RequestFacts } from '../../request/facts.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { declaredFields } from '../resolve/declared/declaration.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { version } from './version.ts'

/** The facts of a request, from what was found and made. */
export function requestFacts(
  task: ResolvedTask,
  job: JobName,
  made: Pick<RequestFacts, 'imageUri' | 'roleArn' | 'hasState' | 'stateFrom' | 'code' | 'region' | 'declared'>,
): RequestFacts {
  const { layout, fingerprint } = task
  return { job, layout, fingerprint, version, inputs: task.inputs.map((input) => input.resolved), ...made }
}

/** Where the job runs, for the requests that say it, and what its task declares. */
export async function placeAndTypes(
  spec: TaskSpec,
  { platform }: TaskContext,
): Promise<Pick<RequestFacts, 'region' | 'declared'>> {
  const declared = await declaredFields(spec)
  return {
    ...(spec.launch === 'toolkit' ? { region: await platform.region() } : {}),
    ...(declared === undefined ? {} : { declared }),
  }
}

/** What the job's role must be able to do. */
export function roleNeed({ spec, bucket, layout, inputs }: ResolvedTask, imageUri: string): RoleNeed {
  const ownFolder = { key: addressOf(layout.root).key.replace(/[^/]+\/$/, '') } // the project's: its tasks share one role
  const elsewhere = inputs
    .map((input) => addressOf(input.resolved.uri))
    .filter(({ bucket: other, key }) => other !== bucket || !key.startsWith(ownFolder.key))
  return {
    project: spec.project,
    ...(spec.role === undefined ? {} : { own: spec.role }),
    bucket,
    writablePrefixes: [ownFolder.key],
    readableAddresses: elsewhere,
    imageUri,
    kmsKeys: [spec.outputKmsKey, spec.volumeKmsKey].filter((key) => key !== undefined),
    vpc: spec.subnets.length > 0,
    ...(spec.mlflow?.isManaged === true ? { mlflowServers: [spec.mlflow.server] } : {}),
  }
}
