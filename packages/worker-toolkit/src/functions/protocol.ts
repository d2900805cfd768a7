/** What a program that calls a function elsewhere and the machines that run it send each other: files of JSON. */

import type { Json } from '../json-file.ts'

/** The channel with the arguments. */
export const callsChannel = 'calls'
/** Of that channel: one line for each call, a list of its first arguments. */
export const callsFile = 'calls.jsonl'
/** Of that channel: what holds for all calls. */
export const callsSettingsFile = 'settings.json'
/** In the state of each machine: one line for each call that has ended there. */
export const keptFile = 'ended-calls.jsonl'
/** In the output `model`: one line for each call, by the machine that answers for it. */
export const answersFile = (host: string): string => `answers-${host}.jsonl`

/** What holds for all calls of a job. */
export interface CallsSettings {
  /** The version of these files. */
  readonly v: 1
  /** How many calls a machine works on at once. */
  readonly perMachine: number
  /** The arguments that all calls have after their own. */
  readonly rest: readonly Json[]
}

/** An error as it crosses: text. */
export interface CrossedError {
  /** The class of the error: `RangeError`. */
  readonly name: string
  /** Its message. */
  readonly message: string
  /** Its stack on the machine, with those of its causes. */
  readonly stack: string
}

/** How one call ended: it gave a value, nothing (neither field), or an error. */
export interface CallEnd {
  /** Which call, from 0. */
  readonly call: number
  /** The digest of its arguments: an end is only taken for the same arguments. */
  readonly of: string
  /** What it gave. */
  readonly value?: Json
  /** What it threw. */
  readonly error?: CrossedError
}
