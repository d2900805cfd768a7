import { isTerminal } from '@simple-sagemaker/core/jobs'
import { exits } from '../../grammar/exit-codes.ts'
import { stateDocument } from '../../render/documents/job-document.ts'
import { openReporter } from '../../render/open-reporter.ts'
import type { Call } from '../../settings/call.ts'
import { failureOfJob } from '../../settings/job-outcome.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { openPlatform } from '../../settings/open-platform.ts'
import { spanText } from '../../terminal/text.ts'
import { abortOnSignal } from '../abort-signal.ts'

/** `ssm wait`: ends with the job. Leaving it by Ctrl-C lets the job go on. */
export async function wait(call: Call): Promise<number> {
  const { settings, context, json, quiet } = call
  const reporter = openReporter(context, { json, quiet, machines: 1 })
  await using platform = await openPlatform(settings, context, (text) => reporter.note(text))
  using interrupt = abortOnSignal(context)
  const { signal } = interrupt
  try {
    let state = await jobMeant(call, platform, signal)
    if (!isTerminal(state.status)) {
      for await (const now of platform.jobs.watch(state, { signal })) {
        reporter.onEvent({
          type: 'status-changed',
          task: state.name,
          job: state.name,
          atMs: context.now(),
          status: now.status,
          phase: now.phase,
          phaseStartedAtMs: now.phases.at(-1)?.startedAtMs ?? now.createdAtMs,
        })
        state = now
      }
    }
    reporter.close()
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, ...stateDocument(state) })}\n`)
    const failure = failureOfJob(state, platform.name)
    if (failure !== undefined) throw failure
    reporter.note(`job ${state.name} completed in ${spanText((state.endedAtMs ?? context.now()) - state.createdAtMs)}`)
    return exits.done
  } finally {
    reporter.close()
  }
}
