import type { Abilities } from '../../platform/platform.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { RunContext } from '../context.ts'
import type { Aim } from './aim.ts'

/** What was said and this platform cannot honour: one sentence, or none. */
export function warningsFor(spec: TaskSpec, platform: string, abilities: Abilities): readonly string[] {
  const said = spec.said.filter((name) => abilities.ignores.includes(name) && !(name === 'spot' && !spec.spot))
  if (said.length === 0) return []
  return [
    `the ${platform} platform does not honour ${said.join(', ')}: the job runs without ${said.length === 1 ? 'it' : 'them'}`,
  ]
}

/** Tells what cannot be honoured, so that nothing is dropped in silence. */
export function tellWarnings(aim: Aim, context: RunContext): void {
  const { name, abilities } = context.platform
  for (const message of warningsFor(aim.spec, name, abilities)) context.tell({ type: 'warned', message })
  if ((aim.code?.skipped.count ?? 0) > 0 && aim.code?.files.length === 0)
    context.tell({ type: 'warned', message: 'every file of the code was left out by ignore rules' })
}
