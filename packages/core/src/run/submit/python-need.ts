import { dirname, resolve } from 'node:path'
import type { PythonNeed } from '../../platform/python.ts'
import type { Program } from '../../spec/program.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

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
