import { SsmError, type JobState, type LogLine, type Platform } from '@simple-sagemaker/core'
import { tailLog, type TailOptions } from '@simple-sagemaker/core/jobs'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { logOptions } from '../../grammar/tables/cli-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf, type ValuesOf } from '../../grammar/values.ts'
import { logLineText, SteadyWriter } from '../../render/lines.ts'
import { iso } from '../../render/documents/run-document.ts'
import { failureOfJob } from '../../settings/job-outcome.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { openPlatform } from '../../settings/open-platform.ts'
import { abortOnSignal } from '../abort-signal.ts'

const usualTail = 100

type LogFlags = ValuesOf<typeof logOptions>

/** `ssm logs`: the last lines of a job, and with `--follow` every new one. */
export async function logs(call: Call): Promise<number> {
  const { settings, context, json, parsed } = call
  const flags = valuesOf(parsed, logOptions)
  const which = tailOptionsOf(flags, context.now())
  await using platform = await openPlatform(settings, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const { signal } = interrupt
  const job = await jobMeant(call, platform, signal)
  refuseMachine(job, flags.machine)
  const lines = tailLog(job, platform, { ...which, signal })
  const follows = flags.follow === true
  const writer = new SteadyWriter(context.stdout, signal)
  if (json && !follows) await writer.write(documentHead(job))
  const text = lineText(call, job, json, flags.timestamps === true)
  let count = 0
  for await (const line of lines) {
    await writer.write(json && !follows ? `${count === 0 ? '' : ','}${text(line).trimEnd()}` : text(line))
    count += 1
    if (context.stdout.isBroken()) break
  }
  if (json && !follows) await writer.write(']}\n')
  await writer.end()
  if (follows && !context.stdout.isBroken()) await throwIfFailed(job, platform, signal)
  return exits.done
}

/** A machine that the job does not have printed nothing, and nobody would learn why. */
function refuseMachine({ name, machines }: JobState, asked: string | undefined): void {
  const last = `algo-${machines}`
  const number = /^algo-([1-9]\d*)$/.exec(asked ?? '')?.[1]
  if (asked === undefined || (number !== undefined && Number(number) <= machines)) return
  const all = machines === 1 ? `It has one: ${last}.` : `It has ${machines}: algo-1 to ${last}.`
  throw new SsmError('OUTPUT_MISSING', `Job ${name} has no machine ${asked}`, { hint: all, facts: { job: name, machines } })
}

/** Whoever follows a job to its end learns from the exit code how it ended. */
async function throwIfFailed(job: JobState, platform: Platform, signal: AbortSignal): Promise<void> {
  const failure = failureOfJob((await platform.jobs.describe(job, { signal })) ?? job, platform.abilities.commandLine)
  if (failure !== undefined) throw failure
}

function tailOptionsOf(flags: LogFlags, nowMs: number): TailOptions {
  const { machine, since, search, tail = usualTail, follow = false } = flags
  const word = search?.toLowerCase()
  return {
    follow,
    ...(machine === undefined ? {} : { machine }),
    ...(word === undefined ? {} : { where: ({ text }) => text.toLowerCase().includes(word) }),
    ...(tail === 0 ? {} : { last: tail }),
    ...(since === undefined ? {} : { sinceMs: momentOf(since, nowMs) }),
  }
}

// The document of a whole log is written as it is read: it may be larger than the memory.
const documentHead = (job: JobState): string =>
  `{"v":1,"job":${JSON.stringify(job.name)},"status":${JSON.stringify(job.status)},"lines":[`

function lineText({ context, parsed }: Call, job: JobState, json: boolean, timestamps: boolean): (line: LogLine) => string {
  const version = valuesOf(parsed, logOptions).follow === true ? { v: 1 } : {}
  if (json) return ({ machine, text, atMs }) => `${JSON.stringify({ ...version, machine, at: iso(atMs), text })}\n`
  const plain = logLineText(context, job.machines)
  return ({ machine, text, atMs }) => plain(machine, timestamps ? `${iso(atMs)} ${text}` : text)
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m`, `2h`, `1d`, or a moment as text. */
export function momentOf(text: string, nowMs: number): number {
  const span = /^(\d+(?:\.\d+)?)\s*(s|m|h|d)(ec|econd|econds|in|ins|inute|inutes|r|rs|our|ours|ay|ays)?$/i.exec(text.trim())
  if (span !== null) return nowMs - Number(span[1]) * (unitMs[(span[2] ?? '').toLowerCase()] ?? 0)
  const moment = Date.parse(text)
  if (Number.isFinite(moment)) return moment
  throw usageError(
    `--since ${JSON.stringify(text)} is neither a span of time nor a point in time`,
    "Write '10m', '2h', '1d', or a point in time such as '2026-03-01T12:00'.",
  )
}
