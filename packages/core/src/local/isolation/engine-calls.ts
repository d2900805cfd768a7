import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ContainerSettings } from '../../containers/machine.ts'
import { engineTrouble } from '../../containers/troubles.ts'
import { isError } from '../../lang/realms.ts'
import { codeLeftIn } from '../jobs/ending.ts'
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

// What podman says under the name of docker, and of a container that is gone before it could ask for its end: not that it did not start.
const saysNothing =
  /^.*(emulate docker cli using podman|forwarding signal \d|container has already been removed|waiting for container).*$/gim
// Of the runtime, whose container can be made and whose program cannot be run: as the only words there are, for nothing else has run.
const unexecuted =
  /^(?:standard_init_linux\.go:\d+: )?(exec (?:\/\S+|user process caused): (?:no such file or directory|permission denied|exec format error))$/im

interface ContainerEnd {
  readonly code: number
  readonly lastOutput: string
  /** Whether it was asked to end, or killed. */
  readonly wasAsked: boolean
}

/**
 * The code that a container ended with. A program that ran is told from one that was never started by what it leaves: the launcher writes
 * its code and why it fails, and other programs do not end with the words of the engine. Of one that was asked to end these say nothing.
 * @throws {JobProblem} when it was never started.
 */
export function startedCode({ program }: ContainerSettings, tree: MachineTree, end: ContainerEnd): number {
  const { code, lastOutput, wasAsked } = end
  if (code === 0 || wasAsked) return code
  const left = codeLeftIn(tree.root)
  if (left !== undefined) return startCodes.has(code) ? left.code : code
  if (existsSync(join(tree.root, paths.failure))) return code
  const said = lastOutput.replace(saysNothing, '').trim()
  const words = unexecuted.exec(said)?.[0] === said ? `Error: ${said}` : said
  if (engineTrouble(words) === undefined || (words === said && !startCodes.has(code))) return code
  throw engineProblem(`${program} did not start ${tree.host}`, words)
}
