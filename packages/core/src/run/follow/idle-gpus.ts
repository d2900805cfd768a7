import { isTerminal, type JobState } from '../../platform/jobs.ts'
import { isAccelerated } from '../../spec/instance-types.ts'
import type { TaskContext } from '../context.ts'
import { idleHint } from '../lookup/usage.ts'

/** When a running job is asked about, after its machines came; each pause is twice the one before. */
const firstLookMs = 15 * 60_000
/** A shorter job has cost little, and CloudWatch has hardly measured it. */
const shortestMs = 5 * 60_000

/** Warns once when the GPUs of a job do nothing for most of the time. */
export interface IdleGpus {
  /** The job is like this now. */
  seen(state: JobState): void
  /** The job has ended: the last time to look. Never rejects. */
  ended(state: JobState): Promise<void>
  /** Nobody follows the job any more. */
  close(): void
}

/** Asks what a job's machines used, while it runs and at its end, when they are of a type with GPUs and the platform measures. */
export function idleGpus({
  platform,
  clock,
  tell,
  signal,
}: Pick<TaskContext, 'platform' | 'clock' | 'tell' | 'signal'>): IdleGpus {
  const over = new AbortController()
  let newest: JobState | undefined
  let isWarned = false
  const mayIdle = ({ instanceType, startedAtMs }: JobState): boolean =>
    platform.jobs.usage !== undefined && startedAtMs !== undefined && isAccelerated(instanceType ?? '')
  const look = async (state: JobState, until: AbortSignal): Promise<void> => {
    const hint = idleHint((await platform.jobs.usage?.(state, { signal: until })) ?? [])
    if (hint === undefined || isWarned || until.aborted) return
    isWarned = true
    tell({ type: 'warned', message: `Job ${state.name}: ${hint}` })
  }
  const lookAgain = async (): Promise<void> => {
    for (let pauseMs = firstLookMs; !isWarned; pauseMs *= 2) {
      await clock.sleep(pauseMs, over.signal)
      if (newest !== undefined) await quietly(look(newest, over.signal))
    }
  }
  return {
    seen(state) {
      const isFirst = newest === undefined || !mayIdle(newest)
      newest = state
      // The sleep ends with the following.
      if (isFirst && mayIdle(state) && !isTerminal(state.status)) void quietly(lookAgain())
    },
    async ended(state) {
      over.abort()
      const lastedMs = (state.endedAtMs ?? clock.now()) - (state.startedAtMs ?? Infinity)
      if (!isWarned && lastedMs >= shortestMs && mayIdle(state)) await quietly(look(state, signal))
    },
    close: () => over.abort(),
  }
}

/** Whoever may run jobs need not be allowed to read what they use: without it a run is as good. */
const quietly = (work: Promise<void>): Promise<void> => work.catch(() => undefined)
