import type { SsmError } from '../../errors/ssm-error.ts'
import { PlatformError } from '../../platform/errors.ts'
import { isTerminal, type JobRef, type JobRequest, type Jobs, type JobState, type StartOptions } from '../../platform/jobs.ts'
import { changesOf } from './changes.ts'
import { currentState, isLeft } from './liveness.ts'
import { isStoredAgain, jobPlace, readRecord, readState, type JobPlace, type JobSettings } from './records.ts'
import { directoryObjects, type DirectoryObjects } from '../objects/objects.ts'
import type { PythonSettings } from '../python/find-python.ts'

/** What the programs of jobs are run with. */
export interface ProgramSettings {
  readonly python: PythonSettings
  readonly containerEngine: string | undefined
}

/** Jobs kept by a supervisor process each. `closed` ends every watching. */
export function localJobs(root: string, settings: JobSettings, programs: ProgramSettings, closed: AbortSignal): Jobs {
  const objects = directoryObjects(root)
  const describe = async (job: JobRef): Promise<JobState | undefined> => {
    const place = jobPlace(root, job.name)
    if (await isLeft(place, closed)) await (await acts()).settleSeen(root, place)
    return currentState(place, job.kind, closed)
  }
  const settleNowAndThen = nowAndThen(async () => (await acts()).settleAbandoned(root))
  return {
    async start(request, options) {
      options?.signal?.throwIfAborted()
      await settleNowAndThen()
      const { startJob } = await acts()
      await startJob(root, await settingsOf(settings, programs, request, options), request)
    },
    findPython: async (need) => (await acts()).findPython(programs.python, need),
    removePackages: async (options) => (await acts()).removePackages(root, options?.signal),
    describe: async (job, options) => {
      options?.signal?.throwIfAborted()
      const state = await describe(job)
      return options?.verify === true && state?.status === 'completed' ? verified(root, state, objects) : state
    },
    ...forReports(root),
    watch: (job, options) => watch(root, job, describe, eitherSignal(options?.signal, closed)),
    async forget(job, options) {
      options?.signal?.throwIfAborted()
      await (await acts()).forget(root, jobPlace(root, job.name))
    },
    storeResults: async (job, options) => {
      if ((await describe(job)) !== undefined)
        return (await acts()).resumeStoring(root, jobPlace(root, job.name), options?.signal)
      throw lost(job)
    },
    stop: (job, options) => stop(root, job, describe, options?.signal),
  }
}

async function stop(
  root: string,
  job: JobRef,
  describe: (job: JobRef) => Promise<JobState | undefined>,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  if ((await describe(job)) === undefined) throw lost(job)
  const [place, { settleJob, stopJob }] = [jobPlace(root, job.name), await acts()]
  await settleJob(root, place)
  const now = await describe(job)
  // The program of one that is stored again has ended, and its supervisor has nothing else to do.
  if (now === undefined || isTerminal(now.status) || isStoredAgain(readState(place))) return
  await stopJob(place, () => describe(job), signal)
}

const acts = () => import('../acts.ts')

/** What a report shows beside the state of a job. */
const forReports = (root: string): Pick<Jobs, 'request' | 'usage'> => ({
  async request(job, options) {
    options?.signal?.throwIfAborted()
    return requestOf(jobPlace(root, job.name), job)
  },
  usage: async (job, options) => (await acts()).readUsage(jobPlace(root, job.name).usage, options?.signal),
})

/** A record that is damaged, or that of a job of the other kind, tells of no request. */
function requestOf(place: JobPlace, { kind }: JobRef): JobRequest | undefined {
  try {
    const { request } = readRecord(place)
    return request.kind === kind ? request : undefined
  } catch {
    return undefined
  }
}

/** A completed job is a failed one when what it stored is not there any more as it was. */
async function verified(root: string, state: JobState, objects: DirectoryObjects): Promise<JobState> {
  const { problemOfResults } = await acts()
  return withProblem(state, await problemOfResults(jobPlace(root, state.name), objects))
}

const withProblem = (state: JobState, problem: string | undefined): JobState =>
  problem === undefined ? state : { ...state, status: 'failed', phase: 'Failed', failureReason: `ClientError: ${problem}` }

async function settingsOf(
  settings: JobSettings,
  { containerEngine }: ProgramSettings,
  request: JobRequest,
  { python, installsRequirements = false, container, signal }: StartOptions = {},
): Promise<JobSettings> {
  return {
    ...settings,
    ...(python === undefined ? {} : { python }),
    ...(installsRequirements ? { installsRequirements } : {}),
    ...(container === true ? { container: await (await acts()).containerSettings(request, containerEngine, signal) } : {}),
  }
}

function eitherSignal(signal: AbortSignal | undefined, closed: AbortSignal): AbortSignal {
  return signal === undefined ? closed : AbortSignal.any([signal, closed])
}

async function* watch(
  root: string,
  job: JobRef,
  describe: (job: JobRef) => Promise<JobState | undefined>,
  signal: AbortSignal,
): AsyncGenerator<JobState> {
  signal.throwIfAborted()
  const place = jobPlace(root, job.name)
  using changes = changesOf(place.state)
  let pauseMs = changes.isWatching ? watchedPauseMs : firstPauseMs
  for (let last = ''; ;) {
    const state = await describe(job)
    if (state === undefined) throw lost(job)
    const text = JSON.stringify(state)
    if (text !== last) yield state
    last = text
    if (isTerminal(state.status)) return
    // Whoever waits for a job goes on with what its supervisor left undone.
    if (state.phase === 'Uploading') await (await acts()).resumeStoring(root, place, signal)
    await changes.next(pauseMs, signal)
    if (!changes.isWatching) pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)
  }
}

const settleApartMs = 10_000

function nowAndThen(work: () => Promise<void>): () => Promise<void> {
  let lastMs = -Infinity
  return async () => {
    if (performance.now() - lastMs < settleApartMs) return
    lastMs = performance.now()
    await work()
  }
}

// Longer than this nobody looks whether the supervisor is still alive; where the system tells of changes, nothing else is to be seen.
const longestPauseMs = 250
const watchedPauseMs = 3_000
const firstPauseMs = 15

function lost(job: JobRef): SsmError {
  return new PlatformError('JOB_LOST', `There is no ${job.kind} job ${job.name} on the local platform`, {
    hint: 'Check the name, and that SSM_LOCAL_DIR is the folder it was started with.',
    facts: { job: job.name },
  })
}
