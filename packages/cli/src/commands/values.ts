import { knownInstanceTypes } from '@simple-sagemaker/core/options'
import { listProjects, listTasks } from '@simple-sagemaker/core/jobs'
import type { CommandSpec } from '../grammar/command.ts'
import { exits } from '../grammar/exit-codes.ts'
import { parse } from '../grammar/parse.ts'
import type { Parsed } from '../grammar/parsed.ts'
import { projectOptions } from '../grammar/tables/run-options.ts'
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
  const settings = settingsOf(placeIn(words), context)
  const signal = AbortSignal.timeout(longestMs)
  await using platform = await openPlatform(settings, context, () => undefined)
  const place = storagePlaceOf(settings, platform)
  if (what === 'project') return await listProjects(place, { signal })
  const project = settings.values.project?.value
  return project === undefined ? [] : await listTasks(project, place, { signal })
}

const { project, prefix, bucket, platform, region, profile } = projectOptions
const placeCommand: CommandSpec = {
  name: '',
  summary: '',
  examples: [],
  positionals: [],
  needs: [],
  extra: 'nothing',
  groups: [{ title: '', options: { project, prefix, bucket, platform, region, profile } }],
}

/** The flags in an unfinished line that say where to look. */
function placeIn(words: readonly string[]): Parsed {
  const flags: string[] = []
  for (const [at, word] of words.entries()) {
    if (/^(-p|-b|--(project[_-]name|prefix|bucket[_-]name|platform|region|profile))$/.test(word))
      flags.push(word, words[at + 1] ?? '')
    else if (/^--(project[_-]name|prefix|bucket[_-]name|platform|region|profile)=/.test(word)) flags.push(word)
    else if (/^(local|--it=local|--instance[_-]type=local)$/.test(word)) flags.push('--platform', 'local')
  }
  return parse(placeCommand, flags)
}
