import type { StartOptions } from '../../platform/jobs.ts'
import type { PythonChoice } from '../../platform/python.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { inContainer } from '../resolve/image-need.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import type { TaskContext } from '../context.ts'
import { pythonNeed } from './python-need.ts'

/**
 * The Python of this computer that the task's program runs with, where the platform runs programs with one; says which, unless
 * it is the one in the PATH.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when the program needs one and there is none.
 */
export async function pythonFor(spec: TaskSpec, { platform, signal, tell }: TaskContext): Promise<PythonChoice | undefined> {
  if (inContainer(spec)) return undefined
  const python = await platform.jobs.findPython?.(pythonNeed(spec), { signal })
  if (python !== undefined && python.foundBy !== 'path') tell({ type: 'python-chosen', ...python })
  return python
}

/** What a platform that runs programs with this computer's Python is told beside the request. */
export function startOptions(
  { spec, code }: Pick<ResolvedTask, 'spec' | 'code'>,
  python: PythonChoice | undefined,
): StartOptions {
  if (inContainer(spec)) return { container: true }
  const requires = code?.files.some(({ path }) => path === 'requirements.txt')
  const installs = pythonNeed(spec).isNeeded && (spec.packages !== undefined || requires)
  return { ...(python === undefined ? {} : { python }), ...(installs === true ? { installsRequirements: true } : {}) }
}
