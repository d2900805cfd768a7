import { existsSync, rmSync } from 'node:fs'
import { isTerminal, type JobRequest, type ProgramStart } from '../../platform/jobs.ts'
import { metricFinder } from '../../platform/metrics/metric-finder.ts'
import { rememberSecret } from '../../secrets/redact.ts'
import { systemClock } from '../../time/clock.ts'
import { beat, beatEveryMs, endHeartbeat } from '../jobs/heartbeat.ts'
import { readRecord, readState, writeState, type JobPlace, type JobSettings, type StoredState } from '../jobs/records.ts'
import { isolationNamed } from '../isolation/isolations.ts'
import { reasonOf } from '../machine/job-problem.ts'
import { removeTrees } from '../machine/remove-trees.ts'
import { killStrays } from '../machine/strays.ts'
import { withLock } from '../objects/lock.ts'
import { directoryObjects } from '../objects/objects.ts'
import { ownBoot, ownIdentity } from '../process/identity.ts'
import { planOf } from '../request/job-plan.ts'
import { prepare, runMachines, attemptTrees, type Job, type MachineEnd, type Prepared } from './attempt.ts'
import type { Ending } from '../jobs/ending.ts'
import { endingOf, haltedEnding } from './ending.ts'
import { folderSync } from './folder-sync.ts'
import { newHalt, type Halt } from './halt.ts'
import { openJournal } from './journal.ts'
import { packagesFor } from './packages.ts'
import { storeResults } from './store-results.ts'

type Environment = Readonly<Record<string, string>>

/** What a supervisor gets of its client, beside the job's record. */
export interface Handover {
  /** What every program gets of the client's environment. */
  readonly inherited: Environment
  /** The environment that the request asks for, which no record holds. */
  readonly environment: Environment
  /** Masked in the log and in the reason of a failure. */
  readonly secrets: readonly string[]
  /** Called when the job is this process's duty. */
  readonly handedOver: () => void
}

/** Carries out one job from its record to its end. Resolves when `state.json` holds the end. */
export async function supervise(
  root: string,
  place: JobPlace,
  { inherited, environment, secrets, handedOver }: Handover,
): Promise<void> {
  const halt = newHalt()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => halt.request('stop'))
  process.on('SIGHUP', () => undefined)
  for (const secret of secrets) rememberSecret(secret)
  const first = await takeOver(place)
  if (first === undefined) return
  handedOver()
  if (existsSync(place.stop)) halt.request('stop')
  const { settings, request: recorded, isolation: named } = readRecord(place)
  const request = withEnvironment(recorded, environment)
  const plan = planOf(request, Number.MAX_SAFE_INTEGER, settings)
  const objects = directoryObjects(root)
  const metrics = Object.keys(plan.metrics).length === 0 ? Promise.resolve(undefined) : metricFinder(plan.metrics)
  const journal = openJournal(place, first)
  const isolation = isolationNamed(named, settings, plan)
  const job: Job = { root, place, settings, request, plan, objects, journal, halt, metrics, inherited, secrets, isolation }
  const heart = keepBeating(place, halt)
  const ending = first.ending === undefined ? await carryOut(job) : await storeAgain(job, first.ending)
  if (ending.unstored !== true) removeTrees(place.machines)
  clearInterval(heart)
  // Before the end: whoever sees that finds nothing of the job left.
  endHeartbeat(place.heartbeat)
  await untilWritten(() => {
    rmSync(place.reserve, { force: true })
    job.journal.end(ending)
  })
}

function withEnvironment(request: JobRequest, environment: Environment): JobRequest {
  const Environment = { ...environment }
  return request.kind === 'training'
    ? { kind: 'training', input: { ...request.input, Environment } }
    : { kind: 'processing', input: { ...request.input, Environment } }
}

/** Tells other computers that the job is looked after, and hears those that cannot send a signal. */
function keepBeating(place: JobPlace, halt: Halt): NodeJS.Timeout {
  return setInterval(() => {
    beat(place.heartbeat)
    if (existsSync(place.stop)) halt.request('stop')
  }, beatEveryMs)
}

/** Makes the job this process's duty; `undefined` when it was given up meanwhile. */
async function takeOver(place: JobPlace): Promise<StoredState | undefined> {
  return withLock(place.lock, () => {
    const state = readState(place)
    if (state === undefined || isTerminal(state.status)) return undefined
    const mine: StoredState = { ...state, owner: ownIdentity(), ownerIs: 'supervisor', boot: ownBoot() }
    writeState(place, mine)
    return mine
  })
}

async function carryOut(job: Job): Promise<Ending> {
  const limit = job.halt.after(job.plan.maxRunSeconds * 1000, 'timeout')
  try {
    for (let interruptions = 0; ; interruptions += 1) {
      const ending = await attempt(job, interruptions)
      if (ending !== 'interrupted') return ending
    }
  } catch (cause) {
    return haltedEnding(job.halt) ?? { status: 'failed', phase: 'Failed', reason: reasonOf(cause) }
  } finally {
    limit.cancel()
  }
}

async function attempt(job: Job, interruptions: number): Promise<Ending | 'interrupted'> {
  const { halt, journal, plan, place } = job
  journal.phase('Downloading')
  const laidOut = await prepare(job)
  const packages = await packagesFor(job)
  const prepared = packages === undefined ? laidOut : { ...laidOut, packages }
  journal.phase(plan.kind === 'training' ? 'Training' : 'Processing')
  const afterSeconds = plan.kind === 'training' ? momentOf(job.settings, interruptions) : undefined
  const interruption = afterSeconds === undefined ? undefined : halt.after(afterSeconds * 1000, 'interruption')
  const startedAtMs = Date.now()
  let taken: Pick<ProgramStart, 'takenAtMs'> = {}
  const tell = (): void => {
    if (halt.reason() === 'interruption') {
      prepared.watch?.taken()
      taken = { takenAtMs: Date.now() }
    }
    tellHalt(job)
  }
  halt.signal.addEventListener('abort', tell)
  if (halt.signal.aborted) tell()
  const ends = await runMachines(job, prepared).finally(() => {
    interruption?.cancel()
    halt.signal.removeEventListener('abort', tell)
  })
  if (prepared.watch !== undefined)
    journal.programEnded({ startedAtMs, endedAtMs: Date.now(), ...taken, ...killed(taken, ends), ...prepared.watch.seen() })
  if (halt.reason() === 'interruption') {
    for (const sync of prepared.syncs) await sync.push()
    removeTrees(place.machines)
    journal.interrupted()
    journal.phase('Restarting')
    if (halt.again()) return 'interrupted'
  }
  const ending = endingOf(ends, halt)
  journal.phase('Uploading', { ending })
  return storeResults(job, prepared, ending)
}

// Whatever ends at SIGTERM has another code; the grace is told by no clock here, for a busy computer may be late with anything.
const killedCode = 137

const killed = ({ takenAtMs }: Pick<ProgramStart, 'takenAtMs'>, ends: readonly MachineEnd[]): Pick<ProgramStart, 'wasKilled'> =>
  takenAtMs === undefined ? {} : { wasKilled: ends.some(({ code }) => code === killedCode) }

/** How long the program runs before its machines are taken away, this time; `undefined` when they are not. */
function momentOf({ spotInterruption }: JobSettings, interruptions: number): number | undefined {
  if (spotInterruption === undefined || interruptions >= spotInterruption.times) return undefined
  const { afterSeconds } = spotInterruption
  return typeof afterSeconds === 'number' ? afterSeconds : afterSeconds[interruptions]
}

function tellHalt({ halt, journal }: Job): void {
  if (halt.reason() === 'interruption') journal.phase('Interrupted')
  else journal.phase('Stopping', { status: 'stopping' })
}

/** Stores what the machines left of a job whose supervisor ended before it could. */
async function storeAgain(job: Job, ending: Ending): Promise<Ending> {
  const { plan, objects, halt, isolation } = job
  const trees = attemptTrees(job)
  for (const { root } of trees) killStrays(root)
  // Their programs have ended, as the codes that they left say: what is left of a container changes nothing any more.
  await isolation.killLeft(trees).catch(() => undefined)
  await isolation.release(trees)
  const shared = (path: string, uri: Parameters<typeof folderSync>[2], deletes: boolean): Prepared['syncs'][number] =>
    folderSync(trees, path, uri, objects, { deletes })
  const syncs = [
    ...(plan.checkpoint === undefined ? [] : [shared(plan.checkpoint.path, plan.checkpoint.uri, true)]),
    ...plan.outputs.filter((output) => output.continuous).map((output) => shared(output.path, output.uri, false)),
  ]
  for (const sync of syncs) await sync.resume(halt.signal)
  return storeResults(job, { trees, syncs }, ending)
}

/** The end must be told, also when the disk was full a moment ago. */
async function untilWritten(write: () => void): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      write()
      return
    } catch (cause) {
      if (attempts === 20) throw cause
      await systemClock.sleep(250)
    }
  }
}
