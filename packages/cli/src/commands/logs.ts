import type { JobState, LogLine, Platform } from '@simple-sagemaker/core'
import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { logOptions } from '../grammar/tables/cli-options.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { logWriter } from '../render/lines.ts'
import { iso } from '../render/run-document.ts'
import { jobMeant } from '../settings/job-place.ts'
import { openPlatform } from '../settings/open-platform.ts'
import { abortOnSignal } from './abort-signal.ts'

const usualTail = 100

/** `ssm logs`: the last lines of a job, and with `--follow` every new one. */
export async function logs(call: Call): Promise<number> {
  const { settings, context, json, parsed } = call
  const flags = valuesOf(parsed, logOptions)
  const sinceMs = flags.since === undefined ? undefined : momentOf(flags.since, context.now())
  await using platform = await openPlatform(settings, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const job = await jobMeant(call, platform, interrupt.signal)
  const wanted = filterOf(flags.machine, flags.search)
  const tail = flags.tail ?? usualTail
  const show = flags.follow === true ? follow : showLast
  // Awaited here: the platform closes when this function ends.
  return await show({
    call,
    platform,
    job,
    wanted,
    tail: tail === 0 ? Number.POSITIVE_INFINITY : tail,
    sinceMs,
    signal: interrupt.signal,
    show: lineShower(call, job, json && flags.follow === true, flags.timestamps === true),
  })
}

interface Reading {
  readonly call: Call
  readonly platform: Platform
  readonly job: JobState
  readonly wanted: (line: LogLine) => boolean
  readonly tail: number
  readonly sinceMs: number | undefined
  readonly signal: AbortSignal
  readonly show: (line: LogLine) => void
}

async function showLast(reading: Reading): Promise<number> {
  const { call, job, show } = reading
  const lines = await lastLines(reading)
  if (call.json)
    call.context.stdout.write(`${JSON.stringify({ v: 1, job: job.name, status: job.status, lines: lines.map(lineDocument) })}\n`)
  else for (const line of lines) show(line)
  return exits.done
}

async function lastLines({ platform, job, wanted, tail, sinceMs, signal }: Reading): Promise<readonly LogLine[]> {
  const kept: LogLine[] = []
  for await (const line of platform.logs.follow(job, { untilNow: true, signal, ...(sinceMs === undefined ? {} : { sinceMs }) })) {
    if (!wanted(line)) continue
    kept.push(line)
    // A quarter at a time: shifting one line per line is slow in a long log.
    if (kept.length > tail * 1.25 + 64) kept.splice(0, kept.length - tail)
  }
  return kept.slice(Math.max(0, kept.length - tail))
}

/** The last lines there are, then every line behind them: each machine's lines come in order, so counting tells them apart. */
async function follow(reading: Reading): Promise<number> {
  const { call, platform, job, wanted, tail, sinceMs, signal, show } = reading
  const from = sinceMs === undefined ? {} : { sinceMs }
  const before = new Map<string, number>()
  const kept: { readonly line: LogLine; readonly number: number }[] = []
  for await (const line of platform.logs.follow(job, { untilNow: true, signal, ...from })) {
    const number = (before.get(line.machine) ?? 0) + 1
    before.set(line.machine, number)
    if (!wanted(line)) continue
    kept.push({ line, number })
    if (kept.length > tail * 1.25 + 64) kept.splice(0, kept.length - tail)
  }
  for (const { line } of kept.slice(Math.max(0, kept.length - tail))) show(line)
  const seen = new Map<string, number>()
  for await (const line of platform.logs.follow(job, { signal, ...from })) {
    const number = (seen.get(line.machine) ?? 0) + 1
    seen.set(line.machine, number)
    if (number > (before.get(line.machine) ?? 0) && wanted(line)) show(line)
    if (call.context.stdout.isBroken()) break
  }
  return exits.done
}

function lineShower({ context }: Call, job: JobState, json: boolean, timestamps: boolean): (line: LogLine) => void {
  const write = logWriter(context, job.machines)
  return (line) => {
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, ...lineDocument(line) })}\n`)
    else write(line.machine, timestamps ? `${iso(line.atMs)} ${line.text}` : line.text)
  }
}

const lineDocument = ({ machine, text, atMs }: LogLine): Readonly<Record<string, unknown>> => ({ machine, at: iso(atMs), text })

function filterOf(machine: string | undefined, search: string | undefined): (line: LogLine) => boolean {
  const word = search?.toLowerCase()
  return (line) =>
    (machine === undefined || line.machine === machine) && (word === undefined || line.text.toLowerCase().includes(word))
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m`, `2h`, `1d`, or a moment as text. */
export function momentOf(text: string, nowMs: number): number {
  const span = /^(\d+(?:\.\d+)?)\s*(s|m|h|d)(ec|econd|econds|in|ins|inute|inutes|r|rs|our|ours|ay|ays)?$/i.exec(text.trim())
  if (span !== null) return nowMs - Number(span[1]) * (unitMs[(span[2] ?? '').toLowerCase()] ?? 0)
  const moment = Date.parse(text)
  if (Number.isFinite(moment)) return moment
  throw usageError(
    `--since ${JSON.stringify(text)} is no span and no moment`,
    "Say '10m', '2h', '1d', or a moment such as '2026-03-01T12:00'.",
  )
}
