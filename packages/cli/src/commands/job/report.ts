import { taskOfJob } from '@simple-sagemaker/core/jobs'
import { reportOf, writeReport, type ReportDocument, type ReportPlace } from '@simple-sagemaker/core/report'
import type { Platform } from '@simple-sagemaker/core'
import { exits } from '../../grammar/exit-codes.ts'
import { reportOptions } from '../../grammar/tables/cli-options.ts'
import { projectOptions } from '../../grammar/tables/run-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Call } from '../../settings/call.ts'
import { priceChoice, storagePlaceOf } from '../../settings/open-platform.ts'
import { orNoJob } from '../../settings/missing.ts'
import { pathFrom } from '../../terminal/context.ts'
import { bytesText } from '../../terminal/text.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

/** `ssm report`: a page about a job, a task or a project. */
export const report = (call: Call): Promise<number> => withPlatform(call, (opened) => reportTo(call, opened))

async function reportTo(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { context, json, parsed } = call
  const { prices } = call.settings.values
  const place = reportPlace(call, platform)
  const gather = (): Promise<ReportDocument> =>
    reportOf(place, { signal, ...(prices === undefined ? {} : { prices: priceChoice(prices.value) }) })
  const task = 'job' in place ? undefined : place.task
  const document = task === undefined ? await gather() : await orNoJob(task, call.settings, platform, signal, gather)
  const { file } = valuesOf(parsed, reportOptions)
  if (json && file === undefined) {
    context.stdout.write(`${JSON.stringify(document)}\n`)
    return exits.done
  }
  const name = file ?? 'report.html'
  const bytes = await writeReport(document, pathFrom(context, name), { signal })
  for (const text of document.leftOut) reporter.note(`not in the report: ${text}`)
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, file: name, bytes })}\n`)
  else reporter.note(`wrote ${name}, ${bytesText(bytes)}: open it in a browser`)
  return exits.done
}

/** What a line is about: the job or task that it names, or the whole project. */
export function reportPlace({ parsed, settings, command }: Call, platform: Platform): ReportPlace {
  const [name] = parsed.positionals
  const { task } = valuesOf(parsed, projectOptions)
  const place = storagePlaceOf(settings, platform)
  if (name !== undefined && taskOfJob(name) !== undefined) return { ...place, job: name }
  const project = settings.values.project?.value
  if (project === undefined)
    throw usageError(`ssm ${command.name} needs the name of a job, or -p PROJECT`, 'ssm ps lists projects, tasks and jobs.')
  const wanted = name ?? task
  return wanted === undefined ? { ...place, project } : { ...place, project, task: wanted }
}
