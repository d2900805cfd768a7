import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ContainerSettings } from '../../containers/machine.ts'
import { engineTrouble } from '../../containers/troubles.ts'
import { isError } from '../../lang/realms.ts'
import { JobProblem } from '../machine/job-problem.ts'
import type { MachineTree } from '../machine/tree.ts'

/** Runs an engine with some words, and gives what it prints. Rejects with what it says about its failure. */
export type Ask = (words: readonly string[], signal?: AbortSignal) => Promise<string>

/** Calls the engine of some settings: by what Node has, for a supervisor loads as little as it can. */
export const asker =
  ({ program, environment }: ContainerSettings): Ask =>
  (words, signal) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words], { env: environment, ...(signal === undefined ? {} : { signal }) }, (error, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(
              signal?.aborted === true
                ? signal.reason
                : error.code === 'ENOENT'
                  ? error
                  : new Error(stderr.trim() || error.message),
            ),
      )
    })

/** What an engine said, for the reason of a job: with the next step where the cause is known. */
export function engineProblem(what: string, cause: unknown): JobProblem {
  const printed = isError(cause) ? cause.message : String(cause)
  const { line, next } = engineTrouble(printed) ?? { line: printed, next: undefined }
  return new JobProblem(
    `${next === undefined ? 'InternalServerError' : 'ClientError'}: ${what}: ${line}${next === undefined ? '' : `. ${next}`}`,
  )
}

// 125 for the engine itself, 126 and 127 for a program that it could not start.
const startCodes: ReadonlySet<number> = new Set([125, 126, 127])

/**
 * The code that a container ended with. A program that ran is told from one that was never started by what it leaves: the launcher writes
 * why it fails, and other programs do not end with the words of the engine.
 * @throws {JobProblem} when it was never started.
 */
export function startedCode(
  { program }: ContainerSettings,
  tree: MachineTree,
  { code, lastOutput }: { readonly code: number; readonly lastOutput: string },
): number {
  if (!startCodes.has(code) || existsSync(join(tree.root, paths.failure))) return code
  if (engineTrouble(lastOutput) === undefined) return code
  throw engineProblem(`${program} did not start ${tree.host}`, lastOutput)
}
