import { isTerminal } from '@simple-sagemaker/core/jobs'
import { exits } from '../../grammar/exit-codes.ts'
import { stateDocument } from '../../render/documents/job-document.ts'
import type { Call } from '../../settings/call.ts'
import { failureOfJob } from '../../settings/job-outcome.ts'
import { jobMeant } from '../../settings/job-place.ts'
import { spanText } from '../../terminal/text.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

/** `ssm wait`: ends with the job. Leaving it by Ctrl-C lets the job go on. */
export const wait = (call: Call): Promise<number> => withPlatform(call, (opened) => waitForJob(call, opened))

async function waitForJob(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { context, json } = call
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
  const failure = failureOfJob(state, platform.abilities.commandLine)
  if (failure !== undefined) throw failure
  reporter.note(`job ${state.name} completed in ${spanText((state.endedAtMs ?? context.now()) - state.createdAtMs)}`)
  return exits.done
}
