import { knownInstanceTypes } from '@simple-sagemaker/core/options'
import { listJobNames, listProjects, listTasks, type StoragePlace } from '@simple-sagemaker/core/jobs'
import type { CommandSpec } from '../grammar/command.ts'
import { exits } from '../grammar/exit-codes.ts'
import { parse } from '../grammar/parse.ts'
import type { Parsed } from '../grammar/parsed.ts'
import { projectOptions } from '../grammar/tables/run-options.ts'
import { valuesOf } from '../grammar/values.ts'
import { storagePlaceOf } from '../settings/open-platform.ts'
import { openPlatform } from '../settings/open-platform.ts'
import { settingsOf } from '../settings/settings.ts'
import type { CliContext } from '../terminal/context.ts'

// Somebody waits with a finger on the key.
const longestMs = 3_000

/** What a shell asks while a line is typed: one candidate a line, and nothing at all when something is wrong. */
export async function values([what, ...words]: readonly string[], context: CliContext): Promise<number> {
  try {
    const found = what === 'instance_type' ? ['local', ...knownInstanceTypes] : await storedNames(what, words, context)
    context.stdout.write(found.map((name) => `${name}\n`).join(''))
  } catch {
    // A line in the making may be anything.
  }
  return exits.done
}

async function storedNames(what: string | undefined, words: readonly string[], context: CliContext): Promise<readonly string[]> {
  const parsed = placeIn(words)
  const settings = settingsOf(parsed, context)
  const signal = AbortSignal.timeout(longestMs)
  await using platform = await openPlatform(settings, context, () => undefined)
  const place = storagePlaceOf(settings, platform)
  if (what === 'project') return await listProjects(place, { signal })
  const inProject = settings.values.project?.value
  const ofTask = valuesOf(parsed, { task }).task
  const jobs = async (names: readonly string[], of: string): Promise<readonly string[]> =>
    await newestJobs(names, of, place, signal)
  if (what === 'job' && inProject !== undefined && ofTask !== undefined) return await jobs([ofTask], inProject)
  if (inProject !== undefined) {
    const tasks = await listTasks(inProject, place, { signal })
    if (what === 'task') return tasks
    return [...(what === 'job' ? [] : tasks), ...(await jobs(tasks, inProject))]
  }
  if (what === 'task' || platform.name !== 'local') return []
  // A look at this computer costs nothing.
  const found: string[] = []
  for (const each of await listProjects(place, { signal }))
    found.push(...(await jobs(await listTasks(each, place, { signal }), each)))
  return newest(found)
}

/** More than these nobody reads through, and each task is a request. */
const mostJobs = 25
const mostTasks = 20

async function newestJobs(
  tasks: readonly string[],
  project: string,
  place: StoragePlace,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = tasks.slice(0, mostTasks).map(async (task) => await listJobNames(project, task, place, { signal }))
  return newest((await Promise.all(asked)).flat())
}

/** A name ends with its time. */
const timeOf = (job: string): string => job.slice(-28)

const newest = (jobs: readonly string[]): readonly string[] =>
  jobs.toSorted((one, other) => (timeOf(one) < timeOf(other) ? 1 : -1)).slice(0, mostJobs)

const { project, task, prefix, bucket, platform, region, profile } = projectOptions
const placeCommand: CommandSpec = {
  name: '',
  summary: '',
  examples: [],
  positionals: [],
  needs: [],
  extra: 'nothing',
  groups: [{ title: '', options: { project, task, prefix, bucket, platform, region, profile } }],
}

/** The flags in an unfinished line that say where to look. */
function placeIn(words: readonly string[]): Parsed {
  const flags: string[] = []
  for (const [at, word] of words.entries()) {
    if (/^(-p|-t|-b|--(project[_-]name|task[_-]name|prefix|bucket[_-]name|platform|region|profile))$/.test(word))
      flags.push(word, words[at + 1] ?? '')
    else if (/^--(project[_-]name|task[_-]name|prefix|bucket[_-]name|platform|region|profile)=/.test(word)) flags.push(word)
    else if (/^(local|--it=local|--instance[_-]type=local)$/.test(word)) flags.push('--platform', 'local')
  }
  return parse(placeCommand, flags)
}
