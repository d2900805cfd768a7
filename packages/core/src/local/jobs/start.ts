import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fsCodeOf, storageError } from '../../files/fs-errors.ts'
import { builtProgram } from '../../files/own-package.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobRequest } from '../../platform/jobs.ts'
import { supervisorEnvironment } from '../process/inherited.ts'
import { planOf, type JobPlan } from '../request/job-plan.ts'
import { nodeProgram } from '../process/node-program.ts'
import { identityOf, ownIdentity, placeOf } from '../process/identity.ts'
import { beginHeartbeat, endHeartbeat } from './heartbeat.ts'
import { jobPlace, pipePath, placeIn, readState, writeRecord, writeState, type JobPlace, type JobSettings } from './records.ts'
import { makeFolders } from '../objects/folders.ts'
import { withLock } from '../objects/lock.ts'
import { temporaryFile } from '../objects/temporary-file.ts'

/** As many machines as one job can have on this computer. */
export const maxMachines = 64

// While Node starts, the pipes are made that it will need. Forked twice, their maker is no child of the supervisor.
const starter = 'p=$1 r=$2 j=$3; shift 3; ( mkfifo -m 600 -- "$@" & ) >/dev/null 2>&1; exec "$0" "$p" "$r" "$j"'

/** Records a job and starts its supervisor, which outlives this process. */
export async function startJob(root: string, settings: JobSettings, request: JobRequest): Promise<void> {
  const plan = planOf(request, maxMachines)
  const program = builtProgram('supervisor')
  if (!existsSync(program)) {
    throw new PlatformError('PLATFORM_UNSUPPORTED', 'The program that keeps local jobs was not built', {
      hint: 'In a clone of the repository, run: node scripts/setup.mjs',
      facts: { program },
    })
  }
  const node = nodeProgram(process)
  const place = jobPlace(root, plan.name)
  record(root, place, settings, request, plan)
  await launch({ node, program }, root, place, plan)
}

// The whole folder appears in one act, so there is never a job without its request.
function record(root: string, place: JobPlace, settings: JobSettings, request: JobRequest, plan: JobPlan): void {
  const createdAtMs = Date.now()
  let draft: string | undefined
  try {
    draft = temporaryFile(root)
    mkdirSync(draft, { mode: 0o700 })
    mkdirSync(placeIn(draft).machines, { mode: 0o700 })
    writeRecord(placeIn(draft), { request, createdAtMs, settings })
    writeState(placeIn(draft), {
      kind: plan.kind,
      name: plan.name,
      status: 'in-progress',
      phase: 'Starting',
      phases: [{ name: 'Starting', startedAtMs: createdAtMs }],
      machines: plan.hosts.length,
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

function recordError(root: string, plan: JobPlan, cause: unknown): unknown {
  const code = fsCodeOf(cause)
  if (code === 'ENOTEMPTY' || code === 'EEXIST') {
    return new PlatformError('PLATFORM_REFUSED', `There is already a job named ${plan.name}`, {
      cause,
      facts: { job: plan.name },
    })
  }
  const hint = code === 'ENOSPC' ? {} : { hint: 'Set SSM_LOCAL_DIR to a folder that can be written.' }
  return storageError({ act: 'record a job in', path: root, missing: 'STORAGE_DENIED', ...hint }, cause)
}

interface Supervisor {
  readonly node: string
  readonly program: string
}

async function launch({ node, program }: Supervisor, root: string, place: JobPlace, plan: JobPlan): Promise<void> {
  const log = openSync(place.supervisorLog, 'a', 0o600)
  try {
    const pipes = plan.hosts.map((host) => pipePath(place, host))
    const child = spawn('/bin/sh', ['-c', starter, node, program, root, plan.name, ...pipes], {
      cwd: root,
      env: supervisorEnvironment(process.env),
      detached: true,
      stdio: ['ignore', log, log],
    })
    const failed = new Promise<Error>((resolve) => child.once('error', resolve))
    child.unref()
    if (child.pid === undefined) throw await failed
    await handOver(place, child.pid)
  } catch (cause) {
    rmSync(place.folder, { recursive: true, force: true })
    endHeartbeat(place.heartbeat)
    throw new PlatformError('PLATFORM_CAPACITY', 'This computer could not start another process for the job', {
      cause,
      facts: { job: plan.name },
    })
  } finally {
    closeSync(log)
  }
}

/** From now on the job lives and dies with its supervisor, which may be faster and have said so itself. */
async function handOver(place: JobPlace, pid: number): Promise<void> {
  const owner = identityOf(pid)
  await withLock(place.lock, () => {
    const state = readState(place)
    if (state === undefined || state.ownerIs === 'supervisor' || isTerminal(state.status)) return
    writeState(place, { ...state, owner: owner ?? `${pid}.gone@${placeOf(ownIdentity())}`, ownerIs: 'supervisor' })
  })
}
