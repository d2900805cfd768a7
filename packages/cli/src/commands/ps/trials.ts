import { project, type Platform } from '@simple-sagemaker/core'
import { listTasks } from '@simple-sagemaker/core/jobs'
import type { ListedJob, ListedTrials } from '../../render/documents/job-document.ts'
import { storagePlaceOf } from '../../settings/open-platform.ts'
import type { Settings } from '../../settings/settings.ts'

/** The jobs, newest first; those of trials of a task's searches are one entry, which stands where the newest of them does. */
export async function withTrialsTogether(
  jobs: readonly ListedJob[],
  settings: Settings,
  platform: Platform,
  signal: AbortSignal,
): Promise<readonly (ListedJob | ListedTrials)[]> {
  const searches = new Map<string, ListedTrials & { readonly trials: ListedJob[] }>()
  for (const name of new Set(jobs.filter(isNamedAsTrial).map((listed) => listed.project)))
    for (const [trial, searched] of await trialsOf(name, jobs, settings, platform, signal))
      searches.set(`${name}/${trial}`, searched)
  const entries: (ListedJob | ListedTrials)[] = []
  for (const listed of jobs) {
    const searched = searches.get(`${listed.project}/${listed.task}`)
    if (searched === undefined) entries.push(listed)
    else if (searched.trials.push(listed) === 1) entries.push(searched)
  }
  return entries
}

/** The entry of each trial that the searches of a project's tasks have noted, by the name of its task. */
async function trialsOf(
  name: string,
  jobs: readonly ListedJob[],
  settings: Settings,
  platform: Platform,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ListedTrials & { readonly trials: ListedJob[] }>> {
  const place = storagePlaceOf(settings, platform)
  const known = new Map<string, ListedTrials & { readonly trials: ListedJob[] }>()
  const named = jobs.filter((listed) => listed.project === name && isNamedAsTrial(listed))
  for (const task of await listTasks(name, place, { signal })) {
    // A long name is shortened for its trials. A name alone proves nothing: what counts are the notes of the searches.
    if (!named.some((trial) => trial.task.startsWith(task.slice(0, shortenedTo)))) continue
    const searches = await project(name, place).data(task).searches({ signal })
    const entry = { project: name, task, best: searches.find(({ best }) => best !== undefined)?.best?.job, trials: [] }
    for (const { trials } of searches) for (const trial of trials) known.set(trial.task, entry)
  }
  return known
}

const shortenedTo = 20

const isNamedAsTrial = ({ task }: ListedJob): boolean => /-[0-9a-z]{10}$/.test(task)
