import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { PlatformError } from '../../platform/errors.ts'

/**
 * The program that runs a supervisor: Node. This process may be another runtime that offers Node's modules; Bun, for one, reads nothing
 * from the pipes of a machine, so a job would seem to print nothing.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` where another runtime finds no Node.
 */
export function nodeProgram({ execPath, versions, env }: Pick<NodeJS.Process, 'env' | 'execPath' | 'versions'>): string {
  if (versions['bun'] === undefined && versions['electron'] === undefined) return execPath
  const found = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'node'))
    .find(canRun)
  if (found !== undefined) return found
  throw new PlatformError('PLATFORM_UNSUPPORTED', 'Local jobs need Node, and there is no node on the PATH', {
    hint: 'Install Node 20.19 or newer, or add its folder to the PATH.',
    facts: { runtime: execPath },
  })
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
