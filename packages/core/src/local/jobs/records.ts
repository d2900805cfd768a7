import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { launchPipes } from '@simple-sagemaker/worker-toolkit/contract'
import { mostTextBytes, readTextNow } from '../../files/read.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { jobName, type JobName } from '../../names/job-name.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { ContainerSettings } from '../../containers/machine.ts'
import type { PythonChoice } from '../../platform/python.ts'
import type { JobRequest, JobState } from '../../platform/jobs.ts'
import type { WantedIsolation } from '../isolation/choose.ts'
import type { IsolationName } from '../machine/isolation.ts'
import type { Ending } from './ending.ts'
import { replaceDurably } from '../objects/durable.ts'
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
  /** What the machines used, one JSON object per line. */
  readonly usage: string
  /** What the supervisor itself printed: empty unless it broke. */
  readonly supervisorLog: string
  /** What the job left in the store, written when all of it was there. */
  readonly results: string
  /** The key of the environment whose packages the job uses. */
  readonly environment: string
  /** A little room on the disk, for the end to be put on record when there is no more. */
  readonly reserve: string
}

/** Where a machine's output comes through while it runs. */
export function pipePath(place: JobPlace, host: string): string {
  return join(place.machines, `${host}.pipe`)
}

/** Every pipe that the machines of a job need: for their output, and those that the launcher would make. */
export function pipesOf(place: JobPlace, hosts: readonly string[]): readonly string[] {
  return hosts.flatMap((host) => [pipePath(place, host), ...launchPipes.map((path) => join(place.machines, host, path))])
}

export function jobPlace(root: string, job: JobName): JobPlace {
  return placeIn(join(root, 'jobs', job))
}

/** The folders that stand for the machines' `/`. */
export const treesOf = ({ machines }: JobPlace, count: number): readonly { readonly host: string; readonly root: string }[] =>
  Array.from({ length: count }, (_, index) => `algo-${index + 1}`).map((host) => ({ host, root: join(machines, host) }))

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
    usage: join(folder, 'usage.ndjson'),
    supervisorLog: join(folder, 'supervisor.log'),
    results: join(folder, 'results.json'),
    environment: join(folder, 'environment'),
    reserve: join(folder, 'reserve'),
  }
}

/** How spot capacity is taken away, for trying out: that many seconds after the program started, that many times. */
export interface SpotInterruption {
  /** How long the program runs before the machines are taken away; of a list one for each time. */
  readonly afterSeconds: number | readonly number[]
  /** How often that happens. */
  readonly times: number
}

export interface JobSettings {
  /** How long a program may go on after SIGTERM before it is killed. */
  readonly stopGraceSeconds: number
  /** How long the pauses are between two looks at what a machine wrote into its checkpoints. */
  readonly syncSeconds: number
  readonly spotInterruption?: SpotInterruption
  /** What the program does with its state is watched, as a rehearsal needs it. */
  readonly watchesState?: true
  /** Absent: that of the PATH. */
  readonly python?: PythonChoice
  /** How the machines become containers; absent where they are processes. */
  readonly container?: ContainerSettings
  /** What was asked for; default `auto`. */
  readonly isolation?: WantedIsolation
  /** The code has a `requirements.txt` that is installed before the program starts. */
  readonly installsRequirements?: true
}

/** `request.json`: what the supervisor carries out. */
export interface LocalJobRecord {
  readonly request: JobRequest
  readonly createdAtMs: number
  readonly settings: JobSettings
  /** What the machines' programs see of this computer. */
  readonly isolation?: IsolationName
}

/** `state.json`: what is known of the job, and whose duty it is. */
export interface StoredState extends JobState {
  /** The process that will end this job. When it is gone before the job's end, the job has failed. */
  readonly owner: ProcessIdentity
  /** `starter`: the client, before its supervisor runs. */
  readonly ownerIs: 'starter' | 'supervisor'
  /** Of the computer whose supervisor has the job: after another one, files that nobody synced may lack their bytes. */
  readonly boot?: string
  /** The machines' processes, each the leader of a group of its own. */
  readonly processes: readonly ProcessIdentity[]
  /** How many values of each metric there were. */
  readonly metricCounts: Readonly<Record<string, number>>
  /** The programs have ended, and this is how the job ends once its results are stored. */
  readonly ending?: Ending
  /** How long nobody looked after the job before somebody went on with storing its results: no time of its own. */
  readonly idleMs?: number
  /** The job ended, and its results could not be stored: they are still in the machines' trees. */
  readonly unstored?: boolean
  readonly neverBegan?: boolean
  /** This state stands for one that cannot be read. */
  readonly unreadable?: boolean
}

/** The stored state; `undefined` when there is no such job. A state that cannot be read is that of a failed job. */
export function readState(place: JobPlace): StoredState | undefined {
  const text = readIfThere(place.state)
  if (text === undefined) return existsSync(place.folder) ? unreadableState(place) : undefined
  try {
    const state: unknown = JSON.parse(text)
    if (isState(state)) return state
  } catch {
    // Told below.
  }
  return unreadableState(place)
}

function isState(value: unknown): value is StoredState {
  const state = (value ?? {}) as Partial<StoredState>
  return (
    typeof state.name === 'string' &&
    typeof state.status === 'string' &&
    typeof state.owner === 'string' &&
    Array.isArray(state.phases)
  )
}

/** A power cut, or somebody's editor: one job is lost, and every other one goes on. */
function unreadableState(place: JobPlace): StoredState {
  const atMs = statSync(place.folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return {
    kind: kindOf(place),
    name: jobName(basename(place.folder)),
    status: 'failed',
    phase: 'Failed',
    phases: [{ name: 'Failed', startedAtMs: atMs, endedAtMs: atMs }],
    machines: 1,
    createdAtMs: atMs,
    endedAtMs: atMs,
    failureReason: `InternalServerError: the record of this local job, ${place.state}, cannot be read. Run the task again.`,
    interruptions: 0,
    finalMetrics: [],
    owner: '',
    ownerIs: 'supervisor',
    processes: [],
    metricCounts: {},
    unreadable: true,
  }
}

function kindOf(place: JobPlace): JobKind {
  try {
    return readRecord(place).request.kind
  } catch {
    return 'training'
  }
}

/** Whether the program of a job has ended, and another supervisor than its own stores the results. */
export const isStoredAgain = (state: StoredState | undefined): boolean => state?.idleMs !== undefined

/** Keeps a little room on the disk for the last state of a job. */
export const reserveRoom = (place: JobPlace): void => writeFileSync(place.reserve, Buffer.alloc(16_384), { mode: 0o600 })

/** Replaces the state as a whole. */
export function writeState(place: JobPlace, state: StoredState): void {
  const next = `${place.state}.${process.pid}`
  try {
    writeFileSync(next, JSON.stringify(state, undefined, 1), { mode: 0o600 })
    renameSync(next, place.state)
  } catch (cause) {
    rmSync(next, { force: true })
    throw cause
  }
}

/** The same for what must be so after a power cut: that the programs have ended, and how the job ended. */
export const writeStateDurably = (place: JobPlace, state: StoredState): void =>
  replaceDurably(place.state, JSON.stringify(state, undefined, 1))

export function readRecord(place: JobPlace): LocalJobRecord {
  return JSON.parse(readIfThere(place.request) ?? '') as LocalJobRecord
}

/** Writes the request without the values of its environment: they may be secrets, and the supervisor gets them otherwise. */
export function writeRecord(place: JobPlace, { request, ...record }: LocalJobRecord): void {
  const Environment = Object.fromEntries(Object.keys(request.input.Environment ?? {}).map((name) => [name, '<not kept>']))
  const kept = { ...record, request: { kind: request.kind, input: { ...request.input, Environment } } }
  writeFileSync(place.request, JSON.stringify(kept, undefined, 1), { mode: 0o600 })
}

/** The text of a record; `''` for what cannot be one: a pipe would be waited for, a folder or a circle of links be an error. */
function readIfThere(path: string): string | undefined {
  try {
    const stats = statSync(path)
    return stats.isFile() && stats.size <= mostTextBytes ? readTextNow(path) : ''
  } catch (cause) {
    const code = fsCodeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') return ''
    throw cause
  }
}
