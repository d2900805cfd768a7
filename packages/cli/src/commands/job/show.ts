import type { JobState } from '@simple-sagemaker/core'
import { jobFacts, type JobFacts } from '@simple-sagemaker/core/jobs'
import { exits } from '../../grammar/exit-codes.ts'
import { iso } from '../../render/documents/run-document.ts'
import { stateDocument } from '../../render/documents/job-document.ts'
import { statusText } from '../../render/job-table.ts'
import type { Call } from '../../settings/call.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { openPlatform, shownPlace } from '../../settings/open-platform.ts'
import { coloursFor, type Colours } from '../../terminal/colours.ts'
import { plainText, spanText } from '../../terminal/text.ts'
import { abortOnSignal } from '../abort-signal.ts'

const nameColumns = 'hyperparameter  '.length

/** `ssm show`: what is known of one job. */
export async function show(call: Call): Promise<number> {
  const { settings, context, json } = call
  await using platform = await openPlatform(settings, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const job = await jobMeant(call, platform, interrupt.signal)
  const facts = await jobFacts(job, platform, { signal: interrupt.signal })
  if (json) context.stdout.write(`${JSON.stringify(documentOf(job, facts))}\n`)
  else {
    const inputs = await Promise.all(
      facts.inputs.map(async ({ channel, uri }) => `${channel} ${await shownPlace(uri, settings, context)}`),
    )
    context.stdout.write(textOf(job, { ...facts, inputs }, context.now(), coloursFor(context.stdout, context)))
  }
  return exits.done
}

function documentOf(job: JobState, { place, because, hyperparameters, inputs }: JobFacts): Readonly<Record<string, unknown>> {
  return {
    v: 1,
    project: place?.project ?? null,
    task: place?.task ?? null,
    ...stateDocument(job),
    because: because ?? null,
    hyperparameters,
    inputs,
    phases: job.phases.map(({ name, startedAtMs, endedAtMs, message }) => ({
      name,
      startedAt: iso(startedAtMs),
      endedAt: endedAtMs === undefined ? null : iso(endedAtMs),
      message: message ?? null,
    })),
    metrics: Object.fromEntries(job.finalMetrics.map(({ name, value }) => [name, value])),
  }
}

type ShownFacts = Omit<JobFacts, 'inputs'> & { readonly inputs: readonly string[] }

function textOf(job: JobState, facts: ShownFacts, nowMs: number, colours: Colours): string {
  const lines: (readonly [name: string, text: string | undefined])[] = [
    ['job', job.name],
    ['kind', job.kind],
    ['status', statusText(job, colours)],
    ['because', facts.because],
    ...Object.entries(facts.hyperparameters).map(([name, value]) => ['hyperparameter', `${name} ${value}`] as const),
    ...facts.inputs.map((text) => ['input', text] as const),
    ['machines', String(job.machines)],
    ['created', iso(job.createdAtMs)],
    ['started', job.startedAtMs === undefined ? undefined : iso(job.startedAtMs)],
    ['ended', job.endedAtMs === undefined ? undefined : iso(job.endedAtMs)],
    ['billed', job.billableSeconds === undefined ? undefined : `${spanText(job.billableSeconds * 1000)} per machine`],
    ['interrupted', job.interruptions === 0 ? undefined : `${job.interruptions} times, by spot capacity`],
    // The last phase of an ended job is its end.
    ...job.phases
      .filter(({ name }) => name !== job.phase || job.endedAtMs === undefined)
      .map((phase) => ['phase', phaseText(phase, nowMs)] as const),
    ...job.finalMetrics.map(({ name, value }) => ['metric', `${name} ${value}`] as const),
    ['reason', job.failureReason],
  ]
  return lines
    .flatMap(([name, text]) => (text === undefined ? [] : [[name, name === 'status' ? text : plainText(text)] as const]))
    .map(([name, text]) => `${name.padEnd(nameColumns)}${text.split('\n').join(`\n${' '.repeat(nameColumns)}`)}\n`)
    .join('')
}

function phaseText({ name, startedAtMs, endedAtMs, message }: JobState['phases'][number], nowMs: number): string {
  const span = spanText((endedAtMs ?? nowMs) - startedAtMs)
  return `${name} ${span}${endedAtMs === undefined ? ' so far' : ''}${message === undefined || message === '' ? '' : `: ${message}`}`
}
