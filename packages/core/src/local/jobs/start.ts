import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fsCodeOf, storageError } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobRequest, type JobState } from '../../platform/jobs.ts'
import { secretsIn } from '../../secrets/redact.ts'
import { needSupervisorProgram, spawnSupervisor, startGate } from '../process/spawn-supervisor.ts'
import { planOf, type JobPlan } from '../request/job-plan.ts'
import { assertMountable, chosenIsolation } from '../isolation/choose.ts'
import { identityOf, ownIdentity, processPlace } from '../process/identity.ts'
import { beginHeartbeat, endHeartbeat } from './heartbeat.ts'
import {
  jobPlace,
  pipesOf,
  placeIn,
  readState,
  reserveRoom,
  writeRecord,
  writeState,
  type JobPlace,
  type LocalJobRecord,
  type JobSettings,
} from './records.ts'
import { makeFolders } from '../objects/folders.ts'
import { withLock } from '../objects/lock.ts'
import { temporaryFile } from '../objects/temporary-file.ts'
import { storeHint } from '../store-folder.ts'

/** As many machines as one job can have on this computer. */
const maxMachines = 64

interface Launch {
  readonly root: string
  readonly place: JobPlace
  readonly plan: JobPlan
  readonly leave: () => void
}

/** Records a job and starts its supervisor, which outlives this process. */
export async function startJob(root: string, settings: JobSettings, request: JobRequest): Promise<void> {
  const plan = planOf(request, maxMachines, settings)
  needSupervisorProgram()
  const place = jobPlace(root, plan.name)
  if (settings.container !== undefined) assertMountable(root)
  const isolation = settings.container === undefined ? await chosenIsolation(root, settings.isolation ?? 'auto') : 'container'
  const { leave } = await startGate.enter()
  try {
    record(root, place, plan, { request, createdAtMs: Date.now(), settings, isolation })
  } catch (cause) {
    leave()
    throw cause
  }
  await launch({ root, place, plan, leave })
}

// The whole folder appears in one act, so there is never a job without its request.
function record(root: string, place: JobPlace, plan: JobPlan, job: LocalJobRecord): void {
  const { createdAtMs } = job
  let draft: string | undefined
  try {
    draft = temporaryFile(root)
    mkdirSync(draft, { mode: 0o700 })
    mkdirSync(placeIn(draft).machines, { mode: 0o700 })
    for (const pipe of pipesOf(placeIn(draft), plan.hosts)) mkdirSync(dirname(pipe), { recursive: true })
    mkdirSync(placeIn(draft).logs, { mode: 0o700 })
    writeRecord(placeIn(draft), job)
    reserveRoom(placeIn(draft))
    writeState(placeIn(draft), {
      kind: plan.kind,
      name: plan.name,
      status: 'in-progress',
      phase: 'Starting',
      phases: [{ name: 'Starting', startedAtMs: createdAtMs }],
      machines: plan.hosts.length,
      ...typeOf(job.request),
      createdAtMs,
      interruptions: 0,
      finalMetrics: [],
      owner: ownIdentity(),
      ownerIs: 'starter',
      processes: [],
      metricCounts: {},
    })
    makeFolders(dirname(place.folder))
    beginHeartbeat(place.heartbeat)
    renameSync(draft, place.folder)
  } catch (cause) {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true })
    throw recordError(root, plan, cause)
  }
}

function typeOf({ kind, input }: JobRequest): Pick<JobState, 'instanceType'> {
  const machines = kind === 'training' ? input.ResourceConfig : input.ProcessingResources?.ClusterConfig
  // This computer is any type of machine: of several the first one.
  const instanceType = machines?.InstanceType ?? machines?.InstancePreferences?.[0]?.InstanceType
  return instanceType === undefined ? {} : { instanceType }
}

function recordError(root: string, plan: JobPlan, cause: unknown): unknown {
  const code = fsCodeOf(cause)
  if (code === 'ENOTEMPTY' || code === 'EEXIST') {
    return new PlatformError('PLATFORM_REFUSED', `There is already a job named ${plan.name}`, {
      cause,
      facts: { job: plan.name },
    })
  }
  const hint = code === 'ENOSPC' ? {} : { hint: storeHint }
  return storageError({ act: 'record a job in', path: root, missing: 'STORAGE_DENIED', ...hint }, cause)
}

async function launch({ root, place, plan, leave }: Launch): Promise<void> {
  try {
    const child = await spawnSupervisor(root, place, {
      environment: plan.environment,
      secrets: secretsIn(Object.values(plan.environment)),
      leave,
      pipes: pipesOf(place, plan.hosts),
    })
    await handOver(place, child)
  } catch (cause) {
    rmSync(place.folder, { recursive: true, force: true })
    endHeartbeat(place.heartbeat)
    throw launchError(root, plan, cause)
  }
}

function launchError(root: string, plan: JobPlan, cause: unknown): unknown {
  const code = fsCodeOf(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return recordError(root, plan, cause)
  return new PlatformError('PLATFORM_CAPACITY', 'This computer could not start another process for the job', {
    cause,
    facts: { job: plan.name },
  })
}

/** From now on the job lives and dies with its supervisor, which may be faster and have said so itself. */
export async function handOver(place: JobPlace, pid: number): Promise<void> {
  const owner = identityOf(pid)
  await withLock(place.lock, () => {
    const state = readState(place)
    if (state === undefined || state.ownerIs === 'supervisor' || isTerminal(state.status)) return
    writeState(place, { ...state, owner: owner ?? `${pid}.gone@${processPlace(ownIdentity())}`, ownerIs: 'supervisor' })
  })
}
