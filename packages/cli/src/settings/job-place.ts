import { isSsmError, SsmError, type JobState, type Platform } from '@simple-sagemaker/core'
import { jobNamed, taskOfJob } from '@simple-sagemaker/core/jobs'
import { projectOptions } from '../grammar/tables/run-options.ts'
import type { Call } from './call.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { noJobOf } from './missing.ts'
import { storeOf } from './open-platform.ts'

/**
 * The job a command line means: the one it names, or the newest one of the task it names.
 * @throws {SsmError} `USAGE` when it names none, `JOB_LOST` and `OUTPUT_MISSING` when there is none.
 */
export async function jobMeant(call: Call, platform: Platform, signal: AbortSignal): Promise<JobState> {
  const { parsed, settings, command } = call
  const [name] = parsed.positionals
  if (name !== undefined) return jobOfName(name, call, platform, signal)
  const { task } = valuesOf(parsed, projectOptions)
  if (task === undefined || settings.values.project === undefined) {
    throw usageError(`ssm ${command.name} needs the name of a job, or -p PROJECT and -t TASK`, 'ssm ps lists jobs.')
  }
  for await (const job of storeOf(settings, platform, task).jobs({ signal })) return job
  throw await noJobOf(task, settings, platform, signal)
}

/**
 * The job of this name.
 * @throws {SsmError} `USAGE` for what cannot be a name, `JOB_LOST` when there is none.
 */
export async function jobOfName(
  text: string,
  { command, settings }: Call,
  platform: Platform,
  signal: AbortSignal,
): Promise<JobState> {
  try {
    return await jobNamed(text, platform, { signal })
  } catch (cause) {
    if (isSsmError(cause, 'NAME_INVALID'))
      throw usageError(`${JSON.stringify(text)} is not the name of a job`, 'ssm ps lists jobs.')
    if (!isSsmError(cause, 'JOB_LOST')) throw cause
    const place = 'ssm ps lists jobs; --platform aws or --platform local chooses where to look.'
    const project = settings.values.project?.value ?? 'PROJECT'
    // `train-2026-…` is a job, `train` rather a task.
    const hint =
      taskOfJob(text) === undefined
        ? { before: 'A task is named by -t: ', command: `ssm ${command.name} -p ${project} -t ${text}`, after: `. ${place}` }
        : place
    throw new SsmError('JOB_LOST', cause.message, { hint, facts: cause.facts, cause })
  }
}
