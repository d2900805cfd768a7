import {
  isSsmError,
  project as projectNamed,
  SsmError,
  type JobState,
  type Platform,
  type TaskStore,
} from '@simple-sagemaker/core'
import { jobNamed } from '@simple-sagemaker/core/jobs'
import { projectOptions } from '../grammar/tables/run-options.ts'
import type { Call } from './call.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { projectOptionsOf } from './open-platform.ts'
import type { Settings } from './settings.ts'

/** What earlier jobs of one task stored. */
export function storeOf(settings: Settings, platform: Platform, task: string): TaskStore {
  return projectNamed(settings.values.project?.value ?? '', projectOptionsOf(settings, platform)).data(task)
}

/**
 * The job a command line means: the one it names, or the newest one of the task it names.
 * @throws {SsmError} `USAGE` when it names none, `JOB_LOST` and `OUTPUT_MISSING` when there is none.
 */
export async function jobMeant({ parsed, settings, command }: Call, platform: Platform, signal: AbortSignal): Promise<JobState> {
  const [name] = parsed.positionals
  if (name !== undefined) return named(name, platform, signal)
  const { task } = valuesOf(parsed, projectOptions)
  if (task === undefined || settings.values.project === undefined) {
    throw usageError(`ssm ${command.name} needs the name of a job, or -p PROJECT and -t TASK`, 'ssm ps lists jobs.')
  }
  for await (const job of storeOf(settings, platform, task).jobs({ signal })) return job
  throw noJobOf(task, settings, platform)
}

/** The error for a task that has never run where it was looked for. */
export function noJobOf(task: string, settings: Settings, platform: Platform): SsmError {
  const project = settings.values.project?.value ?? ''
  return new SsmError('OUTPUT_MISSING', `Task ${task} of project ${project} has no job on the ${platform.name} platform`, {
    hint: 'ssm ps lists jobs; --platform, --bucket_name and --prefix choose where to look.',
    facts: { project, task, platform: platform.name },
  })
}

async function named(text: string, platform: Platform, signal: AbortSignal): Promise<JobState> {
  try {
    return await jobNamed(text, platform, { signal })
  } catch (cause) {
    if (isSsmError(cause, 'NAME_INVALID'))
      throw usageError(`${JSON.stringify(text)} is not the name of a job`, 'ssm ps lists jobs.')
    if (!isSsmError(cause, 'JOB_LOST')) throw cause
    const hint = 'ssm ps lists jobs; --platform aws or --platform local chooses where to look.'
    throw new SsmError('JOB_LOST', cause.message, { hint, facts: cause.facts, cause })
  }
}
