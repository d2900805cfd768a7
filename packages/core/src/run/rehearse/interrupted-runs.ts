import type { ProgramStart } from '../../platform/jobs.ts'
import { isTaken, programSeconds } from './costs.ts'
import { momentsOf, randomFrom } from './moments.ts'
import type { InterruptedRun } from './marks.ts'
import { faultsOf } from './verdict.ts'

/** Runs the program, and takes its machines away so many seconds after each start, with this grace. */
export type Interrupt = (moments: readonly number[], graceSeconds: number) => Promise<InterruptedRun>

/** What is asked of a rehearsal. */
export interface Interruptions {
  readonly interruptions: number
  readonly graceSeconds: number
  readonly seed: number
  readonly signal: AbortSignal | undefined
}

/** As long as on SageMaker. */
export const fullGraceSeconds = 120

/** What a program has before it is said to ignore SIGTERM: ten times as long as was asked for, and no longer than on SageMaker. */
const longerGrace = (seconds: number): number => Math.max(seconds, Math.min(fullGraceSeconds, 10 * seconds))

const mostIdle = 5

/** Runs with so many interruptions together, and the grace that they had at last. */
export async function interruptedRuns(
  undisturbed: ProgramStart,
  interrupt: Interrupt,
  { interruptions, graceSeconds: given, seed, signal }: Interruptions,
): Promise<{ readonly runs: readonly InterruptedRun[]; readonly graceSeconds: number }> {
  const random = randomFrom(seed)
  const runs: InterruptedRun[] = []
  let graceSeconds = given
  const taken = (): number => runs.reduce((sum, { starts }) => sum + starts.filter(isTaken).length, 0)
  for (let idle = 0; taken() < interruptions && idle < mostIdle;) {
    signal?.throwIfAborted()
    const before = taken()
    const moments = momentsOf(random, interruptions - before, programSeconds(undisturbed))
    let run = await interrupt(moments, graceSeconds)
    if (run.starts.some(({ wasKilled }) => wasKilled === true) && graceSeconds < longerGrace(given)) {
      // On a busy computer a program that listens may be late: more time tells it from one that does not.
      graceSeconds = longerGrace(given)
      run = await interrupt(moments, graceSeconds)
    }
    runs.push(run)
    // A program may end sooner than before, and so before its machines are taken away.
    idle = taken() > before ? 0 : idle + 1
    // What is wrong already is wrong after more of it, too.
    if (faultsOf(undisturbed, runs, graceSeconds).some(({ fault }) => fault === 'ignores SIGTERM' || fault === 'torn save')) break
  }
  return { runs, graceSeconds }
}
