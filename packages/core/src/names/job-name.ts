import type { Brand } from './task-name.ts'
import { InvalidNameError, type TaskName } from './task-name.ts'

/** 1–63 letters, digits and hyphens with none at either end, as `TrainingJobName` and `ProcessingJobName` demand. */
export type JobName = Brand<string, 'JobName'>

/** A text as the name of a job. @throws {InvalidNameError} when SageMaker would refuse it. */
export function jobName(text: string): JobName {
  if (!isJobName(text)) {
    throw new InvalidNameError('job', text, '1 to 63 letters, digits and hyphens, with no hyphen at either end')
  }
  return text
}

/** Whether SageMaker would take it as the name of a job. */
export const isJobName = (text: unknown): text is JobName =>
  typeof text === 'string' && text.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(text)

// In the order of their bytes, so that names sort as numbers do.
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * `<task>-YYYY-MM-DD-HH-MM-SS-<8 alnum>` in UTC, as the original named them: sorted by name is sorted by time. The first
 * two of the eight tell the millisecond, for short jobs may follow each other within a second.
 */
export function newJobName(task: TaskName, nowMs: number, options: JobNameOptions = {}): JobName {
  const { after, random = Math.random } = options
  const name = nameAt(task, nowMs, random)
  if (after === undefined || name > after) return name
  // Its clock, or its author's letters, may be ahead of ours: one second later is later for certain.
  return nameAt(task, (jobTimeMs(after) ?? nowMs) + 1_000, random)
}

export interface JobNameOptions {
  /** A name of the same task, which the new one must sort after whatever the clock says: its newest job. */
  readonly after?: JobName | undefined
  readonly random?: () => number
}

function nameAt(task: TaskName, nowMs: number, random: () => number): JobName {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace(/[:T]/g, '-')
  const letter = (number: number): string => alphabet[number % alphabet.length] ?? ''
  const ms = Math.floor(nowMs) % 1_000
  const suffix = Array.from({ length: 6 }, () => letter(Math.floor(random() * alphabet.length)))
  return jobName(`${task}-${time}-${letter(Math.floor(ms / alphabet.length))}${letter(ms)}${suffix.join('')}`)
}

const jobPattern = /^(.+)-(\d{4}(?:-\d{2}){5})-[a-zA-Z0-9]{8}$/

/** Whether this folder name is a job of this task, made by us or by the Python original. */
export function isJobOf(task: TaskName, name: string): name is JobName {
  return jobPattern.exec(name)?.[1] === task
}

/** When a job was named, by its author's clock, to the second; `undefined` for a name that is not one of ours. */
export function jobTimeMs(name: string): number | undefined {
  const [year, month, day, hour, minute, second] = jobPattern.exec(name)?.[2]?.split('-') ?? []
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

/** The task a job name was made for, or `undefined` when it is not one of ours. */
export function taskOfJob(name: string): string | undefined {
  return jobPattern.exec(name)?.[1]
}
