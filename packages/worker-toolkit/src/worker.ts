/** `worker()`: everything a program needs to know about the job it runs in. */

import { mkdirSync } from 'node:fs'
import { folderByHand, isInJob } from './by-hand.ts'
import { channelVariable, resultFile, typesVariable } from './contract.ts'
import { documentsOf } from './documents.ts'
import { readFacts } from './facts.ts'
import { writeJson } from './json-file.ts'
import { stateIn } from './state.ts'
import type { AnyDocuments, Documents } from './documents.ts'
import type { Environment, MachineFacts } from './facts.ts'
import type { Json } from './json-file.ts'
import type { State } from './state.ts'

/** The job, seen from one of its machines. Frozen. */
export interface Worker<
  Hyperparameters = Readonly<Record<string, unknown>>,
  Channel extends string = string,
  Result = Json,
  Reads = AnyDocuments,
  Writes = AnyDocuments,
>
  extends MachineFacts<Hyperparameters>, Documents<Reads, Writes> {
  /**
   * The folder of an input channel.
   * @throws {Error} when there is no such channel; the message names those there are.
   */
  channel(name: Channel): string
  /** JSON values kept between the runs of the task, in `instanceStateDir`. */
  readonly state: State
  /**
   * Leaves the typed result of the work in the output folder, whole or not at all; the last call counts.
   * With several machines only the main one's (`isMain`) is kept.
   * @throws {TypeError} for a value JSON cannot represent; the message gives the place.
   */
  writeResult(value: Result): Promise<void>
}

/** What a worker's types say beyond the facts. */
export interface WorkerTypes {
  /** The type of the hyperparameters. */
  readonly hyperparameters?: unknown
  /** The names of the channels. */
  readonly channels?: string
  /** The type of the result. */
  readonly result?: unknown
  /** The documents of the channels: `words/stats.json` → its type; of `.jsonl` that of a line. */
  readonly reads?: object
  /** The documents of the outputs: `model/report.json` → its type; of `.jsonl` that of a line. */
  readonly writes?: object
}

/** A task of the program that starts the job, by its type alone: `typeof train`, imported as a type. */
export interface TypedTask {
  /** What the task declares; for the compiler alone. */
  readonly '~worker'?: unknown
}

type FactsIn<Types> = '~worker' extends keyof Types ? NonNullable<Types['~worker']> : Types

type ChannelOf<Types> = Types extends { readonly channels: infer Channel extends string } ? Channel : string
type ResultOf<Types> = Types extends { readonly result: infer Result } ? ([Result] extends [never] ? Json : Result) : Json
type ReadsOf<Types> = Types extends { readonly reads: infer Reads } ? OrAny<Reads> : AnyDocuments
type WritesOf<Types> = Types extends { readonly writes: infer Writes } ? OrAny<Writes> : AnyDocuments
type OrAny<Documents> = [keyof Documents] extends [never] ? AnyDocuments : Documents

type HyperparametersOf<Types> = Types extends { readonly hyperparameters: infer H }
  ? Readonly<H>
  : Readonly<Record<string, unknown>>

type WorkerOf<Types> = Worker<HyperparametersOf<Types>, ChannelOf<Types>, ResultOf<Types>, ReadsOf<Types>, WritesOf<Types>>

/**
 * The facts of this machine and job, read from the environment the launcher made.
 *
 * `worker<{ hyperparameters: { lr: number } }>()` types the hyperparameters; the caller vouches for the type, nothing checks it.
 * `worker<typeof train>()`, with a type-only import of the program's task, takes the types from it: its channels, hyperparameters, result and documents.
 * The types that `ssm types` writes say the same; with `{ types }` a job that was started with another declaration is refused.
 * `env` and `args` default to those of the process; give them in tests. Outside a job the facts have harmless
 * defaults: folders in `./.ssm/hand`, the arguments as hyperparameters.
 *
 * @example const { hyperparameters, modelDir } = worker<{ hyperparameters: { lr: number } }>()
 * @throws {Error} when a variable holds something it should not; the message names it.
 */
export function worker<Types extends WorkerTypes | TypedTask = WorkerTypes>(
  from: {
    /** The environment to read; default the process's own. */
    readonly env?: Environment
    /** The arguments to read; default the process's own. */
    readonly args?: readonly string[]
    /** The declaration that the types were written from, as `ssm types` writes it. */
    readonly types?: string
  } = {},
): WorkerOf<FactsIn<Types>> {
  const env = from.env ?? process.env
  if (from.types !== undefined) checkTypes(from.types, env[typesVariable])
  const facts = readFacts(env, from.args ?? process.argv.slice(2))
  if (folderByHand(env) !== undefined) {
    // In a job these are there already.
    for (const folder of [facts.modelDir, facts.outputDir, facts.instanceStateDir, facts.tensorboardDir]) {
      mkdirSync(folder, { recursive: true })
    }
  }
  const channel = (name: string): string => channelOf(facts.channels, name, env)
  return Object.freeze({
    ...facts,
    ...documentsOf<ReadsOf<FactsIn<Types>>, WritesOf<FactsIn<Types>>>(facts, channel),
    hosts: Object.freeze(facts.hosts),
    args: Object.freeze([...facts.args]),
    channels: Object.freeze(facts.channels),
    // The caller names the type of what the request carried as JSON.
    hyperparameters: Object.freeze(facts.hyperparameters) as HyperparametersOf<FactsIn<Types>>,
    channel,
    state: stateIn(facts.instanceStateDir),
    // Checked to be JSON when it is written.
    writeResult: (value: ResultOf<FactsIn<Types>>) => writeJson(facts.outputDir, resultFile, value as Json),
  })
}

/** Leaves the typed result of this job's work; see `Worker.writeResult`. */
export async function writeResult(value: Json): Promise<void> {
  await worker().writeResult(value)
}

function checkTypes(written: string, started: string | undefined): void {
  if (started === undefined || started === written) return
  const [ours, theirs] = [digestsIn(written), digestsIn(started)]
  const fields = [...new Set([...ours.keys(), ...theirs.keys()])].filter((field) => ours.get(field) !== theirs.get(field))
  const named = fields.map((field) => (field === '*' ? 'some field' : decodeURIComponent(field))).toSorted()
  throw new Error(
    `The program that started this job declares ${named.join(', ')} differently than the types of this worker. Run: ssm types, then start the job again`,
  )
}

const digestsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(' ').map((entry) => [entry.slice(0, entry.lastIndexOf('=')), entry.slice(entry.lastIndexOf('=') + 1)]))

function channelOf(channels: Readonly<Record<string, string>>, name: string, env: Environment): string {
  const folder = Object.hasOwn(channels, name) ? channels[name] : undefined
  if (folder !== undefined) return folder
  const known = Object.keys(channels)
  const others = known.length === 0 ? 'this job has no channels' : `this job has: ${known.join(', ')}`
  const byHand = isInJob(env) ? '' : `: outside a job set the variable ${channelVariable(name)} to its folder`
  throw new Error(`There is no channel '${name}'${byHand}; ${others}`)
}
