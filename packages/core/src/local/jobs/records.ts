import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { JobName } from '../../names/job-name.ts'
import type { JobRequest, JobState } from '../../platform/jobs.ts'
import type { ProcessIdentity } from '../process/identity.ts'

/** Where the records of one job lie: `<root>/jobs/<job>/`. */
export interface JobPlace {
  readonly folder: string
  readonly request: string
  readonly state: string
  /** There as soon as someone asked the job to stop. */
  readonly stop: string
  /** One folder per machine, which stands for its `/`. Gone after the job's end. */
  readonly machines: string
  /** Touched again and again by the supervisor; gone after the job's end. Outside the folder: it must wake nobody. */
  readonly heartbeat: string
  /** Held by whoever takes the job over. */
  readonly lock: string
  readonly logs: string
  /** Every value of every metric, one JSON object per line. */
  readonly metrics: string
  /** What the supervisor itself printed: empty unless it broke. */
  readonly supervisorLog: string
}

/** Where a machine's output comes through while it runs. */
export function pipePath(place: JobPlace, host: string): string {
  return join(place.machines, `${host}.pipe`)
}

export function jobPlace(root: string, job: JobName): JobPlace {
  return placeIn(join(root, 'jobs', job))
}

/** Where the heartbeats of the jobs lie that have not ended. */
export function heartbeats(root: string): string {
  return join(root, 'alive')
}

export function placeIn(folder: string): JobPlace {
  return {
    folder,
    request: join(folder, 'request.json'),
    state: join(folder, 'state.json'),
    stop: join(folder, 'stop'),
    machines: join(folder, 'machines'),
    heartbeat: join(heartbeats(dirname(dirname(folder))), basename(folder)),
    lock: join(folder, 'lock'),
    logs: join(folder, 'logs'),
    metrics: join(folder, 'metrics.ndjson'),
    supervisorLog: join(folder, 'supervisor.log'),
  }
}

/** How spot capacity is taken away, for trying out: that many seconds after the program started, that many times. */
export interface SpotInterruption {
  readonly afterSeconds: number
  readonly times: number
}

export interface JobSettings {
  /** How long a program may go on after SIGTERM before it is killed. */
  readonly stopGraceSeconds: number
  /** How long the pauses are between two looks at what a machine wrote into its checkpoints. */
  readonly syncSeconds: number
  readonly spotInterruption?: SpotInterruption
}

/** `request.json`: what the supervisor carries out. */
export interface JobRecord {
  readonly request: JobRequest
  readonly createdAtMs: number
  readonly settings: JobSettings
}

/** `state.json`: what is known of the job, and whose duty it is. */
export interface StoredState extends JobState {
  /** The process that will end this job. When it is gone before the job's end, the job has failed. */
  readonly owner: ProcessIdentity
  /** `starter`: the client, before its supervisor runs. */
  readonly ownerIs: 'starter' | 'supervisor'
  /** The machines' processes, each the leader of a group of its own. */
  readonly processes: readonly ProcessIdentity[]
  /** How many values of each metric there were. */
  readonly metricCounts: Readonly<Record<string, number>>
}

/** The stored state; `undefined` when there is no such job. */
export function readState(place: JobPlace): StoredState | undefined {
  const text = readIfThere(place.state)
  // Written by rename, so it is whole: this is our own file, read back.
  return text === undefined ? undefined : (JSON.parse(text) as StoredState)
}

/** Replaces the state as a whole. */
export function writeState(place: JobPlace, state: StoredState): void {
  const next = `${place.state}.${process.pid}`
  try {
    writeFileSync(next, JSON.stringify(state, undefined, 1))
    renameSync(next, place.state)
  } catch (cause) {
    rmSync(next, { force: true })
    throw cause
  }
}

export function readRecord(place: JobPlace): JobRecord {
  return JSON.parse(readFileSync(place.request, 'utf8')) as JobRecord
}

/** Only its owner may read it: the request may hold secrets. */
export function writeRecord(place: JobPlace, record: JobRecord): void {
  writeFileSync(place.request, JSON.stringify(record, undefined, 1), { mode: 0o600 })
}

/** After a job's end: nobody needs the values of its environment any more, and they may be secrets. */
export function forgetEnvironment(place: JobPlace): void {
  try {
    const record = readRecord(place)
    const { request } = record
    const Environment = Object.fromEntries(Object.keys(request.input.Environment ?? {}).map((name) => [name, '<removed>']))
    if (request.kind === 'training')
      writeRecord(place, { ...record, request: { kind: 'training', input: { ...request.input, Environment } } })
    else writeRecord(place, { ...record, request: { kind: 'processing', input: { ...request.input, Environment } } })
  } catch {
    // A full disk: the record stays readable by its owner only.
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return undefined
    throw cause
  }
}
