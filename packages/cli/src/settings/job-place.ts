import { project, SsmError, type JobState, type ObjectUri, type Platform, type TaskStore } from '@simple-sagemaker/core'
import { projectOptions } from '../grammar/tables/run-options.ts'
import type { Call } from './call.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { projectOptionsOf } from './open-platform.ts'
import type { Settings } from './settings.ts'

/** What earlier jobs of one task left. */
export function dataOf(settings: Settings, platform: Platform, task: string): TaskStore {
  return project(settings.values.project?.value ?? '', projectOptionsOf(settings, platform)).data(task)
}

/**
 * The job a line means: the one it names, or the newest one of the task it names.
 * @throws {SsmError} `USAGE` when it names none, `JOB_LOST` and `OUTPUT_MISSING` when there is none.
 */
export async function jobMeant({ parsed, settings, command }: Call, platform: Platform, signal: AbortSignal): Promise<JobState> {
  const [name] = parsed.positionals
  if (name !== undefined) return jobNamed(name, platform, signal)
  const { task } = valuesOf(parsed, projectOptions)
  if (task === undefined || settings.values.project === undefined) {
    throw usageError(`ssm ${command.name} needs the name of a job, or -p PROJECT and -t TASK`, 'ssm ps lists jobs.')
  }
  for await (const job of dataOf(settings, platform, task).jobs({ signal })) return job
  throw new SsmError(
    'OUTPUT_MISSING',
    `Task ${task} of project ${settings.values.project.value} has no job on the ${platform.name} platform`,
    {
      hint: `ssm ps lists jobs; --platform, --bucket_name and --prefix say where to look.`,
      facts: { project: settings.values.project.value, task, platform: platform.name },
    },
  )
}

async function jobNamed(text: string, platform: Platform, signal: AbortSignal): Promise<JobState> {
  if (text.length > 63 || !/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(text))
    throw usageError(`${JSON.stringify(text)} is no name of a job`, 'ssm ps lists jobs.')
  const name = text as JobState['name']
  for (const kind of ['training', 'processing'] as const) {
    const job = await platform.jobs.describe({ kind, name }, { signal })
    if (job !== undefined) return job
  }
  throw new SsmError('JOB_LOST', `There is no job ${text} on the ${platform.name} platform`, {
    hint: `ssm ps lists jobs; --platform ${platform.name === 'aws' ? 'local' : 'aws'} looks at the other place.`,
    facts: { job: text, platform: platform.name },
  })
}

/** The folders directly below the place of these settings: the projects, or the tasks of one. */
export async function foldersBelow(
  settings: Settings,
  platform: Platform,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const bucket = await platform.objects.bucket(settings.values.bucket?.value, { dryRun: true, signal })
  const prefix = (settings.values.prefix?.value ?? '').replace(/^\/+|\/+$/g, '')
  // The layout of the library: s3://bucket/[prefix/]project/task/job/
  const folder = `s3://${[bucket, prefix, ...parts].filter((part) => part !== '').join('/')}/` as ObjectUri
  const names: string[] = []
  for await (const name of platform.objects.folders(folder, { signal })) names.push(name)
  return names
}
