import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { systemClock } from '../../time/clock.ts'
import { isTerminal } from '../../platform/jobs.ts'
import { planOf, type OutputPlan } from '../request/job-plan.ts'
import { ownIdentity } from '../process/identity.ts'
import { beat, beatEveryMs, endHeartbeat } from '../jobs/heartbeat.ts'
import { forgetEnvironment, readRecord, readState, writeState, type JobPlace, type StoredState } from '../jobs/records.ts'
import { withLock } from '../objects/lock.ts'
import { directoryObjects } from '../objects/objects.ts'
import { prepare, runMachines, type Job, type MachineEnd, type Prepared } from './attempt.ts'
import { noteLeftOut, uploadArchives } from './collect.ts'
import { folderSync } from './folder-sync.ts'
import { newHalt, type Halt } from './halt.ts'
import { JobProblem, reasonOf } from '../machine/job-problem.ts'
import { removeTrees } from '../machine/remove-trees.ts'
import { openJournal } from './journal.ts'

/** How a job ended. */
interface Ending {
  readonly status: 'completed' | 'failed' | 'stopped'
  readonly phase: string
  readonly reason?: string
}

/** Carries out one job from its record to its end. Resolves when `state.json` holds the end. */
export async function supervise(root: string, place: JobPlace, inherited: Readonly<Record<string, string>>): Promise<void> {
  const halt = newHalt()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => halt.request('stop'))
  process.on('SIGHUP', () => undefined)
  const first = await takeOver(place)
  if (first === undefined) return
  if (existsSync(place.stop)) halt.request('stop')
  const record = readRecord(place)
  const plan = planOf(record.request, Number.MAX_SAFE_INTEGER)
  const job: Job = { place, record, plan, objects: directoryObjects(root), journal: openJournal(place, first), halt, inherited }
  const heart = keepBeating(place, halt)
  const ending = await carryOut(job)
  removeTrees(place.machines)
  forgetEnvironment(place)
  await untilWritten(() => job.journal.end(ending.status, ending.phase, ending.reason))
  clearInterval(heart)
  endHeartbeat(place.heartbeat)
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
    const mine: StoredState = { ...state, owner: ownIdentity(), ownerIs: 'supervisor' }
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
  const prepared = await prepare(job)
  journal.phase(plan.kind === 'training' ? 'Training' : 'Processing')
  const { spotInterruption } = job.record.settings
  const interruption =
    spotInterruption !== undefined && plan.kind === 'training' && interruptions < spotInterruption.times
      ? halt.after(spotInterruption.afterSeconds * 1000, 'interruption')
      : undefined
  const tell = (): void => tellHalt(job)
  halt.signal.addEventListener('abort', tell)
  if (halt.signal.aborted) tell()
  const ends = await runMachines(job, prepared).finally(() => {
    interruption?.cancel()
    halt.signal.removeEventListener('abort', tell)
  })
  if (halt.reason() === 'interruption') {
    for (const sync of prepared.syncs) await sync.push()
    removeTrees(place.machines)
    journal.interrupted()
    journal.phase('Restarting')
    if (halt.again()) return 'interrupted'
  }
  const ending = endingOf(ends, halt)
  await uploadAll(job, prepared, ending)
  return ending
}

function tellHalt({ halt, journal }: Job): void {
  if (halt.reason() === 'interruption') journal.phase('Interrupted')
  else journal.phase('Stopping', { status: 'stopping' })
}

async function uploadAll({ journal, place, plan, objects }: Job, prepared: Prepared, ending: Ending): Promise<void> {
  journal.phase('Uploading')
  const failed = ending.status === 'failed'
  const wanted = (output: OutputPlan): boolean => !output.continuous && (output.afterFailure || !failed)
  const folders = plan.outputs
    .filter(wanted)
    .map((output) => folderSync(prepared.trees, output.path, output.uri, objects, { deletes: false }))
  try {
    const leftOut: string[] = []
    for (const folder of [...prepared.syncs, ...folders]) leftOut.push(...(await folder.push()))
    leftOut.push(...(await uploadArchives(plan, prepared.trees, objects, failed)))
    if (leftOut.length > 0) noteLeftOut(place.logs, leftOut)
  } catch (cause) {
    // What the program itself says comes before what became of its results.
    if (!failed) throw new JobProblem(`The results could not be stored: ${reasonOf(cause)}`)
  }
}

function endingOf(ends: readonly MachineEnd[], halt: Halt): Ending {
  const halted = haltedEnding(halt)
  if (halted !== undefined) return halted
  const failed = ends.find((end) => end.code !== 0)
  if (failed === undefined) return { status: 'completed', phase: 'Completed' }
  return { status: 'failed', phase: 'Failed', reason: `AlgorithmError: ${said(failed)}` }
}

// The service puts the exit code behind what the program itself said; a reason has 1,024 characters.
function said({ tree, code }: MachineEnd): string {
  const text = failureText(tree.root)
  if (text === '') return `exit code: ${code}`
  return /exit code|killed by signal/.test(text) ? text : `${text.slice(0, 950)}, exit code: ${code} on ${tree.host}`
}

function haltedEnding(halt: Halt): Ending | undefined {
  if (halt.reason() === 'timeout') return { status: 'stopped', phase: 'MaxRuntimeExceeded' }
  return halt.reason() === 'stop' ? { status: 'stopped', phase: 'Stopped' } : undefined
}

/** The beginning of what the program wrote about its failure. */
function failureText(machineRoot: string): string {
  for (const path of [paths.failure, paths.processing.message]) {
    try {
      const file = openSync(join(machineRoot, path), 'r')
      try {
        const bytes = Buffer.alloc(4096)
        const text = bytes.toString('utf8', 0, readSync(file, bytes)).slice(0, 1024).trim()
        if (text !== '') return text
      } finally {
        closeSync(file)
      }
    } catch {
      // It wrote nothing.
    }
  }
  return ''
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
