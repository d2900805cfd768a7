import { cleanJobs, type OldJobs } from '@simple-sagemaker/core/jobs'
import { exits } from '../../grammar/exit-codes.ts'
import { cleanOptions, globalOptions } from '../../grammar/tables/cli-options.ts'
import { projectOptions } from '../../grammar/tables/run-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Reporter } from '../../render/reporter.ts'
import type { Call } from '../../settings/call.ts'
import { storagePlaceOf } from '../../settings/open-platform.ts'
import { bytesText, countText } from '../../terminal/text.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

const mostNamed = 20

/** `ssm clean`: removes old jobs, after a question where somebody can answer it. */
export const clean = (call: Call): Promise<number> => withPlatform(call, (opened) => cleanProject(call, opened))

async function cleanProject(call: Call, { platform, reporter, signal }: OpenedPlatform): Promise<number> {
  const { parsed, settings, context, json } = call
  const { keepJobs = 1, packages = false } = valuesOf(parsed, cleanOptions)
  const { task } = valuesOf(parsed, projectOptions)
  const place = {
    ...storagePlaceOf(settings, platform),
    project: settings.values.project?.value ?? '',
    ...(task === undefined ? {} : { task }),
  }
  const confirm = (old: OldJobs): Promise<boolean> => isWanted(old, call, reporter, signal)
  const gone = await cleanJobs(place, { keep: keepJobs, confirm, signal })
  const environments = packages ? ((await platform.jobs.removePackages?.({ signal })) ?? 0) : undefined
  if (json)
    context.stdout.write(
      `${JSON.stringify({ v: 1, removed: namesOf(gone.jobs), objects: gone.objects, bytes: gone.bytes, unstored: namesOf(gone.unstored), environments })}\n`,
    )
  else {
    for (const { name, failureReason = '' } of gone.unstored)
      reporter.note(`kept ${name}, run its task again to store its results. ${failureReason}`)
    reporter.note(gone.jobs.length === 0 ? 'nothing was removed' : `removed ${amount(gone)}`)
  }
  if (!json && environments !== undefined)
    reporter.note(`removed the installed packages of ${countText(environments, 'environment')}`)
  return exits.done
}

async function isWanted(old: OldJobs, { parsed, context }: Call, reporter: Reporter, signal: AbortSignal): Promise<boolean> {
  if (valuesOf(parsed, cleanOptions).yes === true) return true
  if (!context.canAsk || valuesOf(parsed, globalOptions).noInput === true) {
    throw usageError(
      `ssm clean would remove ${amount(old)}, and nobody can be asked here`,
      'Add --yes to remove them without a question.',
      { jobs: old.jobs.map(({ name }) => name), objects: old.objects, bytes: old.bytes },
    )
  }
  reporter.close()
  const names = old.jobs.slice(0, mostNamed).map(({ name, status }) => `  ${name}  ${status}\n`)
  const more = old.jobs.length > mostNamed ? `  … and ${old.jobs.length - mostNamed} more\n` : ''
  context.stderr.write(`${names.join('')}${more}`)
  return /^y(es)?$/i.test((await context.ask(`Remove ${amount(old)}? [y/N] `, signal)).trim())
}

const namesOf = (jobs: OldJobs['jobs']): readonly string[] => jobs.map(({ name }) => name)

const amount = ({ jobs, objects, bytes }: OldJobs): string =>
  `${countText(jobs.length, 'job')}, ${countText(objects, 'object')}, ${bytesText(bytes)}`
