import { dirname, resolve } from 'node:path'
import type { StartOptions } from '../../platform/jobs.ts'
import type { PythonChoice, PythonNeed } from '../../platform/python.ts'
import type { Program } from '../../spec/program.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import type { TaskContext } from '../context.ts'

/**
 * The Python of this computer that the task's program runs with, where the platform runs programs with one; says which, unless
 * it is the one in the PATH.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when the program needs one and there is none.
 */
export async function pythonFor(spec: TaskSpec, { platform, signal, tell }: TaskContext): Promise<PythonChoice | undefined> {
  const python = await platform.jobs.findPython?.(pythonNeed(spec), { signal })
  if (python !== undefined && python.foundBy !== 'path') tell({ type: 'python-chosen', ...python })
  return python
}

/** What a platform that runs programs with this computer's Python is told beside the request. */
export function startOptions(
  { spec, code }: Pick<ResolvedTask, 'spec' | 'code'>,
  python: PythonChoice | undefined,
): StartOptions {
  const installs = pythonNeed(spec).isNeeded && code?.files.some(({ path }) => path === 'requirements.txt')
  return { ...(python === undefined ? {} : { python }), ...(installs === true ? { installsRequirements: true } : {}) }
}

/** What a task needs of this computer's Python. */
export function pythonNeed({ program, env }: Pick<TaskSpec, 'program' | 'env'>): PythonNeed {
  const searchPath = env['PATH']
  return {
    folders: foldersOf(program).filter((folder) => !folder.startsWith('s3://')),
    isNeeded: program.kind === 'code' && program.entry.endsWith('.py'),
    ...(typeof searchPath === 'string' ? { searchPath } : {}),
  }
}

/** The folders of a program, the nearest to its entry first. */
function foldersOf(program: Program): readonly string[] {
  switch (program.kind) {
    case 'code': {
      const { entry, sourceDir } = program
      if (sourceDir === undefined) return [isRemote(entry) ? entry : dirname(resolve(entry))]
      return isRemote(sourceDir) ? [] : [dirname(resolve(sourceDir, entry)), resolve(sourceDir)]
    }
    case 'shell':
      return program.files === undefined || isRemote(program.files) ? [] : [resolve(program.files)]
    case 'command':
      return program.script === undefined || isRemote(program.script) ? [] : [dirname(resolve(program.script))]
    case 'algorithm':
      return []
  }
}

const isRemote = (path: string): boolean => path.startsWith('s3://')
