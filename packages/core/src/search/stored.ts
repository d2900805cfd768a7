import { joinUri, folderUri } from '../names/object-uri.ts'
import type { TaskLayout } from '../names/layout.ts'
import type { Platform } from '../platform/platform.ts'
import type { Goal, StoredSearch } from './found.ts'
import { keptTrials, noteOf, searchesOf, type KeptTrial, type KnownNotes } from './journal.ts'
import { trialTask } from './plan.ts'

/** Every search of a task, newest first. Notes that did not change since are taken from `known`, and kept there. */
export async function storedSearches(
  task: string,
  { root }: Pick<TaskLayout, 'root'>,
  platform: Platform,
  signal: AbortSignal,
  known?: KnownNotes,
): Promise<readonly StoredSearch[]> {
  const searches: StoredSearch[] = []
  for await (const id of platform.objects.folders(searchesOf(root), { signal })) {
    const folder = folderUri(joinUri(searchesOf(root), id))
    const note = await noteOf(folder, platform, signal)
    if (note?.goal === undefined) continue
    const { goal, space, createdAtMs } = note
    const trials = (await keptTrials(folder, platform, signal, known)).map((kept) => trialOf(task, kept, note.tuned))
    const best = bestOf(trials, goal)
    searches.push({ id, createdAtMs, goal, space, trials, ...(best === undefined ? {} : { best }) })
  }
  return searches.toSorted((one, other) => other.createdAtMs - one.createdAtMs)
}

type StoredTrial = StoredSearch['trials'][number]

function trialOf(task: string, { number, values, end }: KeptTrial, tuned: string | undefined): StoredTrial {
  const named = { number, task: tuned ?? trialTask(task, values), hyperparameters: values }
  if (end === undefined) return { ...named, status: 'running', course: [] }
  const { status, course, value, job, seconds, billableSeconds, costUsd, message } = end
  return {
    ...named,
    status,
    course,
    ...(value === undefined ? {} : { value }),
    ...(job === undefined ? {} : { job }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(billableSeconds === undefined ? {} : { billableSeconds }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(message === undefined ? {} : { message }),
  }
}

/** The best completed trial. Pure. */
export function bestOf(trials: readonly StoredTrial[], { direction }: Goal): StoredTrial | undefined {
  const sign = direction === 'minimize' ? 1 : -1
  const loss = ({ value = Number.NaN }: StoredTrial): number => sign * value
  const [first, ...others] = trials.filter(({ status, value }) => status === 'completed' && value !== undefined)
  return first === undefined ? undefined : others.reduce((least, one) => (loss(one) < loss(least) ? one : least), first)
}
