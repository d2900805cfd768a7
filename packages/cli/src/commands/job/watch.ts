import { exits } from '../../grammar/exit-codes.ts'
import { watchOptions } from '../../grammar/tables/cli-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Call } from '../../settings/call.ts'
import { jobOfName } from '../../settings/job-place.ts'
import { noJobOf } from '../../settings/missing.ts'
import { storeOf } from '../../settings/open-platform.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'
import { reportPlace } from './report.ts'
import { serveReport } from './report-server.ts'

/** `ssm watch --web`: a job, or the search of a task, in the browser, as it goes on. */
export const watch = (call: Call): Promise<number> => withPlatform(call, (opened) => watchJob(call, opened))

async function watchJob(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { context, json, parsed } = call
  const { web, port = 0 } = valuesOf(parsed, watchOptions)
  if (web !== true)
    throw usageError(
      'ssm watch shows a job in the browser, and needs --web',
      'In the terminal: ssm logs JOB --follow, or ssm ps --watch',
    )
  const place = reportPlace(call, platform)
  if (!('job' in place) && place.task === undefined)
    throw usageError('ssm watch needs the name of a job, or -p PROJECT and -t TASK', 'ssm ps lists jobs.')
  const followed = 'job' in place ? place : { ...place, task: place.task ?? '' }
  await assertThere(call, followed, { platform, reporter, signal })
  await using server = await serveReport(followed, { port, signal })
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, url: server.url })}\n`)
  else reporter.note(`open ${server.url} in a browser of this computer; Ctrl-C ends this command, and not the job`)
  await server.ended
  return exits.done
}

/** A page about what does not exist would wait for ever. */
async function assertThere(
  call: Call,
  place: { readonly job: string } | { readonly task: string },
  { platform, signal }: OpenedPlatform,
): Promise<void> {
  if ('job' in place) return void (await jobOfName(place.job, call, platform, signal))
  const store = storeOf(call.settings, platform, place.task)
  const { done } = await store.jobs({ signal })[Symbol.asyncIterator]().next()
  if (done !== true || (await store.searches({ signal })).length > 0) return
  throw await noJobOf(place.task, call.settings, platform, signal)
}
