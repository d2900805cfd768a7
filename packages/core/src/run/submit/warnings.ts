import { dirname, join, resolve } from 'node:path'
import { kindOf } from '../../files/stat.ts'
import type { Platform } from '../../platform/platform.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'

/** What was said and this platform cannot honour, and what was meant and stays behind: a sentence for each. */
export async function warningsFor(spec: TaskSpec, platform: Pick<Platform, 'name' | 'abilities'>): Promise<readonly string[]> {
  const said = spec.givenOptions.filter((name) => platform.abilities.ignores.includes(name) && !(name === 'spot' && !spec.spot))
  const without = said.length === 1 ? 'it' : 'them'
  return [
    ...(said.length === 0
      ? []
      : [`the ${platform.name} platform does not honour ${said.join(', ')}: the job runs without ${without}`]),
    ...(await requirementsLeft(spec)),
  ]
}

/** An entry goes alone unless its folder is named: what it needs would be missed on the machine, not here. */
async function requirementsLeft({ program }: TaskSpec): Promise<readonly string[]> {
  if (program.kind !== 'code' || program.sourceDir !== undefined || !program.entry.endsWith('.py')) return []
  const requirements = join(dirname(resolve(program.entry)), 'requirements.txt')
  if (program.dependencies.some((path) => resolve(path) === requirements)) return []
  if ((await kindOf(requirements).catch(() => undefined)) !== 'file') return []
  return [`the requirements.txt beside ${program.entry} stays here: name its folder as sourceDir (-s) to have it installed`]
}

/** Tells what cannot be honoured, so that nothing is dropped in silence. */
export async function tellWarnings(task: ResolvedTask, context: TaskContext): Promise<void> {
  for (const message of await warningsFor(task.spec, context.platform)) context.tell({ type: 'warned', message })
  if ((task.code?.skipped.count ?? 0) > 0 && task.code?.files.length === 0)
    context.tell({ type: 'warned', message: 'every file of the code was left out by ignore rules' })
}
