import { isSsmError, SsmError, type Platform } from '@simple-sagemaker/core'
import { listProjects, listTasks } from '@simple-sagemaker/core/jobs'
import { nearest } from '@simple-sagemaker/core/options'
import { storagePlaceOf, storeOf } from './open-platform.ts'
import type { Settings } from './settings.ts'

const usualHint = 'ssm ps lists jobs; --platform, --bucket_name and --prefix choose where to look.'

type Look = readonly [task: string, settings: Settings, platform: Platform, signal: AbortSignal]

/**
 * The error for a task that has no job where it was looked for. It tells of a search, whose jobs are those of its trials, and of a name
 * that was meant.
 */
export async function noJobOf(...look: Look): Promise<SsmError> {
  const [task, settings, platform] = look
  const project = settings.values.project?.value ?? ''
  return (await knownBetter(...look)) ?? noJob(task, project, platform, usualHint)
}

const noJob = (task: string, project: string, platform: Platform, hint: string): SsmError =>
  new SsmError('OUTPUT_MISSING', `Task ${task} of project ${project} has no job on the ${platform.name} platform`, {
    hint,
    facts: { project, task, platform: platform.name },
  })

/** The same when there is a search or a name that was meant. */
async function knownBetter(...[task, settings, platform, signal]: Look): Promise<SsmError | undefined> {
  const project = settings.values.project?.value ?? ''
  const facts = { project, task, platform: platform.name }
  const searches = await storeOf(settings, platform, task)
    .searches({ signal })
    .catch(() => [])
  if (searches.length > 0)
    return new SsmError('OUTPUT_MISSING', `Task ${task} of project ${project} was searched: its jobs are those of the trials`, {
      hint: {
        before: 'Choose a trial, whose task or job the other commands take, from: ',
        command: `ssm best -p ${project} -t ${task} --json`,
      },
      facts,
    })
  const hint = await meant(project, task, settings, platform, signal)
  return hint === undefined ? undefined : noJob(task, project, platform, hint)
}

/** The task or project that was probably meant. A look at names alone: what fails is no news. */
async function meant(
  project: string,
  task: string,
  settings: Settings,
  platform: Platform,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const place = storagePlaceOf(settings, platform)
    const tasks = await listTasks(project, place, { signal })
    const near = nearest(task, tasks)
    if (near !== undefined && near !== task) return `Did you mean -t ${near}? ${usualHint}`
    if (tasks.length > 0) return undefined
    const other = nearest(project, await listProjects(place, { signal }))
    return other === undefined || other === project ? undefined : `Did you mean -p ${other}? ${usualHint}`
  } catch (cause) {
    signal.throwIfAborted()
    if (isSsmError(cause)) return undefined
    throw cause
  }
}

/** Does something with what a task stored. Where there is no job, a search and a name that was meant are told, and else what it says itself. */
export async function orNoJob<Value>(
  task: string,
  settings: Settings,
  platform: Platform,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    if (!isSsmError(cause, 'OUTPUT_MISSING')) throw cause
    const store = storeOf(settings, platform, task)
    const { done } = await store.jobs({ signal })[Symbol.asyncIterator]().next()
    throw (done === true ? await knownBetter(task, settings, platform, signal) : undefined) ?? cause
  }
}
