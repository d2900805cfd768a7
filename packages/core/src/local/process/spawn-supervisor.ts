import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { Socket } from 'node:net'
import type { Stream } from 'node:stream'
import { builtProgram } from '../../files/own-package.ts'
import { PlatformError } from '../../platform/errors.ts'
import { Gate } from '../../lang/gate.ts'
import type { JobPlace } from '../jobs/records.ts'
import { nodeProgram } from './node-program.ts'
import { supervisorEnvironment } from './inherited.ts'

// While Node starts, the pipes are made that it will need. Forked twice, their maker is no child of the supervisor.
const starter = 'p=$1 r=$2 j=$3; shift 3; [ $# = 0 ] || ( mkfifo -m 600 -- "$@" & ) >/dev/null 2>&1; exec "$0" "$p" "$r" "$j"'

/**
 * The path of the program that keeps local jobs.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when it was not built.
 */
export function needSupervisorProgram(): string {
  const program = builtProgram('supervisor')
  nodeProgram(process)
  if (existsSync(program)) return program
  throw new PlatformError('PLATFORM_UNSUPPORTED', 'The program that keeps local jobs was not built', {
    hint: 'In a clone of the repository, run: node scripts/setup.mjs',
    facts: { program },
  })
}

/**
 * Entered before a job is recorded, left by its supervisor. Each takes a processor for a moment, and two hundred at once would leave none
 * for whoever started them.
 */
export const startGate = new Gate(Math.max(2, availableParallelism()))

const longestStartMs = 10_000
// Node can stop for ever while it starts, when the computer has no room for its threads: then the job would never end.
const givenUpMs = 30_000

/** The supervisor closes file 3 as soon as it has taken the job over; one that dies does, too. */
function whenClosed(pipe: Stream | null | undefined, then: () => void): void {
  if (!(pipe instanceof Socket)) return then()
  pipe.once('close', then).once('error', then).resume()
  pipe.setTimeout(longestStartMs, () => pipe.destroy())
}

function endIfItNeverBegins(child: ChildProcess): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), givenUpMs).unref()
  for (const end of [child, child.stdio[3]]) end?.once('close', () => clearTimeout(timer))
}

export interface SupervisorStart {
  /** Handed over by a pipe: no record holds these values. */
  readonly environment: Readonly<Record<string, string>>
  /** Handed over in the same way: texts to mask in what is stored of the programs' output. */
  readonly secrets: readonly string[]
  /** Paths of pipes to make while it starts. */
  readonly pipes: readonly string[]
  /** Leaves the gate: called when the supervisor is at work, or will never be. */
  readonly leave: () => void
}

/** What a supervisor reads from its standard input. */
export type Handed = Pick<SupervisorStart, 'environment' | 'secrets'>

/** Starts the process that looks after a job, and gives its number. It outlives this process. */
export async function spawnSupervisor(
  root: string,
  place: JobPlace,
  { environment, secrets, pipes, leave }: SupervisorStart,
): Promise<number> {
  let log: number | undefined
  try {
    const program = needSupervisorProgram()
    log = openSync(place.supervisorLog, 'a', 0o600)
    const child = spawn('/bin/sh', ['-c', starter, nodeProgram(process), program, root, basename(place.folder), ...pipes], {
      cwd: root,
      env: supervisorEnvironment(process.env),
      detached: true,
      stdio: ['pipe', log, log, 'pipe'],
    })
    const failed = new Promise<Error>((resolve) => child.once('error', resolve))
    child.unref()
    whenClosed(child.stdio[3], leave)
    if (child.pid === undefined) throw await failed
    endIfItNeverBegins(child)
    await new Promise<void>((resolve) => {
      // One that died at once hears nothing: its job is seen to be abandoned.
      child.stdin?.once('error', () => resolve())
      child.stdin?.end(JSON.stringify({ environment, secrets } satisfies Handed), () => resolve())
    })
    return child.pid
  } catch (cause) {
    leave()
    throw cause
  } finally {
    if (log !== undefined) closeSync(log)
  }
}
