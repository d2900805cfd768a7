import { describeChanges } from '../../bundle/describe-change.ts'
import { changesBetween } from '../../bundle/fingerprint.ts'
import { sumOfCosts } from '../../cost/billed.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { Abortable } from '../../platform/abortable.ts'
import { isTerminal, type JobRequest, type JobState, type UsageSample } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { FingerprintParts, PastJob } from '../../spec/result.ts'
import { endedBadly } from '../follow/errors.ts'
import { idleHint } from '../lookup/usage.ts'
import type { Money } from '../money/money.ts'
import type { ReadLog } from './log-reader.ts'
import { attemptsOf, timesOfEarlier, type TimesOfJobs } from './attempts.ts'
import { codeChanges } from './code/code-changes.ts'
import { machineTimes } from './machine-times.ts'
import type { EarlierJob, ReportedCode, ReportedInput, ReportedJob } from './report-document.ts'
import { reportedRequest, shownRequest, type ReportedRequest } from './request-facts.ts'
import { storedOutputFiles, withStoredFiles } from './stored-files.ts'

/** A job, those before it, the newest first, and where they are stored. */
export interface JobToReport {
  readonly task: string
  readonly past: readonly [PastJob, ...PastJob[]]
  /** Absent for a job of another tool. */
  readonly layout: TaskLayout | undefined
  readonly request: JobRequest | undefined
  /** What stays as it is while the job runs, when it was gathered already. */
  readonly lasting?: LastingParts
}

/** What a report tells that stays as it is while the job runs. */
export interface LastingParts {
  readonly inputs: readonly ReportedInput[]
  readonly code: Pick<ReportedCode, 'changed' | 'comparedWith'>
  /** When the machines of attempts before this one worked. */
  readonly earlierTimes: TimesOfJobs
  readonly leftOut: readonly string[]
}

/** How a report is gathered. */
export interface ReportedJobOptions extends Abortable {
  /** Tells what jobs cost; absent when nobody wants to know. */
  readonly money?: Money | undefined
}

/** Gives a job's log: read now, or followed by somebody already. */
export type GiveLog = (job: JobState, metrics: ReportedRequest['metrics']) => Promise<ReadLog>

const noFacts: ReportedRequest = { hyperparameters: {}, metrics: {}, inputs: [] }

/** Gathers what a report tells of one job. */
export async function reportedJob(
  subject: JobToReport,
  platform: Platform,
  giveLog: GiveLog,
  options: ReportedJobOptions,
): Promise<{ readonly job: ReportedJob; readonly leftOut: readonly string[] }> {
  const { task, past, layout, request } = subject
  const [{ state, record }, ...before] = past
  const facts = request === undefined ? noFacts : reportedRequest(request)
  const parts = record?.parts ?? {}
  const [{ log, series, stretches, leftOut }, usage, outputs, lasting] = await Promise.all([
    giveLog(state, facts.metrics),
    usageOf(state, platform, options),
    layout === undefined ? [] : storedOutputFiles(layout, state, platform, options),
    subject.lasting ?? lastingParts(subject, platform, options),
  ])
  const machines = machineTimes(state.machines, state.phases, stretches, usage.samples)
  const attempts = await attemptsOf(past, new Map([...lasting.earlierTimes, [state.name, machines]]), options.money)
  const job: ReportedJob = {
    task,
    state,
    outcome: outcomeText(state),
    ...becauseOf(past),
    ...hintOf(state, platform),
    attempts,
    machines,
    cost: sumOfCosts(attempts.map(({ cost }) => cost)),
    hyperparameters: hyperparametersOfJob(past[0], facts.hyperparameters),
    earlier: before.map(earlierJob),
    series,
    usage: usage.samples,
    ...usage.hint,
    inputs: lasting.inputs,
    outputs,
    code: { files: partsNamed('code', parts), changes: changesOf(past), ...lasting.code },
    log,
    ...(request === undefined ? {} : { request: shownRequest(request) }),
  }
  return { job, leftOut: [...leftOut, ...usage.leftOut, ...lasting.leftOut] }
}

/** Gathers what stays as it is while the job runs. */
export async function lastingParts(
  { past, layout, request }: JobToReport,
  platform: Platform,
  options: Abortable,
): Promise<LastingParts> {
  const parts = past[0].record?.parts ?? {}
  const given = (request === undefined ? noFacts : reportedRequest(request)).inputs
  const [{ inputs, leftOut }, code, earlierTimes] = await Promise.all([
    withStoredFiles(
      given.map((input) => ({ ...input, ...digestOf(parts, input.channel) })),
      platform,
      options,
    ),
    codeOf({ past, layout }, platform, options),
    timesOfEarlier(past, platform, options),
  ])
  return { inputs, code: code.code, earlierTimes, leftOut: [...leftOut, ...code.leftOut] }
}

/** One sentence about a job's end, or about how it is doing. Pure. */
export function outcomeText(state: JobState): string {
  const { status, phase, endedAtMs, createdAtMs, machines } = state
  const on = machines === 1 ? 'one machine' : `${machines} machines`
  if (!isTerminal(status)) return `The job is running on ${on}: ${phase}.`
  const seconds = ((endedAtMs ?? createdAtMs) - createdAtMs) / 1_000
  const took = `after ${spanOf(seconds)} on ${on}`
  if (status === 'completed') return `The job completed ${took}.`
  if (status === 'stopped' && phase !== 'Stopped') return `The job ran into its time limit ${took}.`
  return `The job ${status === 'stopped' ? 'was stopped' : 'failed'} ${took}.`
}

function spanOf(seconds: number): string {
  if (seconds < 100) return `${Number(seconds.toFixed(1))} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} minutes` : `${Number((minutes / 60).toFixed(1))} hours`
}

/** Why it was started, told from what is stored of it and of the job before it. Pure. */
export function reasonToStart([{ record }, previous]: JobToReport['past']): string | undefined {
  if (record === undefined) return undefined
  if ((record.attempt?.number ?? 1) > 1) return `it is attempt ${record.attempt?.number} of this run`
  if (previous === undefined) return 'no earlier job of the task is stored'
  if (previous.record === undefined) return 'the job before it was made by another tool'
  if (previous.record.fingerprint === record.fingerprint)
    return previous.state.status === 'completed' ? forcedOr(record.parts) : `the job before it ${previous.state.status}`
  const changes = describeChanges(changesBetween(previous.record.parts, record.parts))
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : ''
  return changes.length === 0 ? 'it is described differently' : `changed: ${changes.slice(0, 3).join(', ')}${more}`
}

// Only the call that started it knew: calls of a function that threw, which are read from the channel `calls`, are made again without being forced.
const forcedOr = (parts: FingerprintParts): string =>
  Object.hasOwn(parts, 'reading of input calls')
    ? 'nothing had changed: it was forced, or calls that threw were made again'
    : 'it was forced: nothing had changed'

const becauseOf = (past: JobToReport['past']): Pick<ReportedJob, 'because'> => {
  const because = reasonToStart(past)
  return because === undefined ? {} : { because }
}

function changesOf([{ record }, previous]: JobToReport['past']): readonly string[] {
  if (record === undefined || previous?.record === undefined) return []
  return describeChanges(changesBetween(previous.record.parts, record.parts))
}

/** What is different in the code from that of the newest completed job before. */
async function codeOf(
  { past: [{ state, record }, ...before], layout }: Pick<JobToReport, 'past' | 'layout'>,
  platform: Platform,
  options: Abortable,
): Promise<{ readonly code: Pick<ReportedCode, 'changed' | 'comparedWith'>; readonly leftOut: readonly string[] }> {
  const former = before.find((job) => job.state.status === 'completed' && job.record !== undefined)
  if (layout === undefined || record === undefined || former?.record === undefined) return { code: { changed: [] }, leftOut: [] }
  const { leftOut, ...code } = await codeChanges(
    { job: state.name, files: partsNamed('code', record.parts) },
    { job: former.state.name, files: partsNamed('code', former.record.parts) },
    layout,
    platform,
    options,
  )
  return { code, leftOut }
}

function earlierJob({ state, record }: PastJob): EarlierJob {
  return {
    job: state.name,
    status: state.status,
    createdAtMs: state.createdAtMs,
    ...(state.endedAtMs === undefined ? {} : { seconds: (state.endedAtMs - state.createdAtMs) / 1_000 }),
    hyperparameters: hyperparametersOf(record?.parts ?? {}),
    metrics: Object.fromEntries(state.finalMetrics.map(({ name, value }) => [name, value])),
  }
}

/** The parts of a fingerprint whose names begin with a word, without it. */
function partsNamed(word: string, parts: FingerprintParts): FingerprintParts {
  const start = `${word} `
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, value]) => (name.startsWith(start) ? [[name.slice(start.length), value]] : [])),
  )
}

/** The hyperparameters of a job as text: as they are recorded, else as they were sent. */
export const hyperparametersOfJob = (
  { record }: PastJob,
  sent: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => (record === undefined ? sent : hyperparametersOf(record.parts))

const hyperparametersOf = (parts: FingerprintParts): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(partsNamed('hyperparameter', parts)).map(([name, value]) => [name, textOf(value)]))

/** A record keeps a hyperparameter as JSON. */
function textOf(json: string): string {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : json
  } catch {
    return json
  }
}

function digestOf(parts: FingerprintParts, channel: string): { readonly digest?: string } {
  const digest = parts[`input ${channel}`]
  return digest === undefined ? {} : { digest }
}

function hintOf(state: JobState, platform: Platform): Pick<ReportedJob, 'hint'> {
  if (state.status !== 'failed' && state.status !== 'stopped') return {}
  const error = endedBadly({ state, lastLines: new Map() }, platform.abilities.commandLine)
  return isSsmError(error) && error.hint !== undefined ? { hint: error.hint } : {}
}

/** What the machines used. Nobody needs it to run jobs, so whoever may not read it gets a report without. */
async function usageOf(
  state: JobState,
  { jobs }: Platform,
  options: Abortable,
): Promise<{
  readonly samples: readonly UsageSample[]
  readonly hint: Pick<ReportedJob, 'usageHint'>
  readonly leftOut: readonly string[]
}> {
  try {
    const samples = (await jobs.usage?.(state, options)) ?? []
    const usageHint = idleHint(samples)
    return { samples, hint: usageHint === undefined ? {} : { usageHint }, leftOut: [] }
  } catch (cause) {
    if (!isSsmError(cause, 'PLATFORM_DENIED')) throw cause
    return { samples: [], hint: {}, leftOut: [`Machine use: ${cause.message}`] }
  }
}
