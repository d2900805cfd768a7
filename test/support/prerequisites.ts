import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Why a test that needs these programs cannot run here, or undefined when it can. In CI a missing program is an error:
 * `test.skipIf(lacking('zsh'))('…', …)` can then never hide a test for good.
 */
export function lacking(...programs: readonly string[]): string | undefined {
  const missing = programs.filter((program) => !isInstalled(program))
  if (missing.length === 0) return undefined
  const sentence = `${missing.join(', ')} not installed`
  if (process.env['CI'] === 'true') throw new Error(`${sentence}; .ci/debian-packages lists what CI needs`)
  return sentence
}

/** Whether a program is on the path. */
export const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => canExecute(join(folder, program)))

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
