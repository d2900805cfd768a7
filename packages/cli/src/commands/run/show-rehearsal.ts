import type { Rehearsal } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { rehearsalOptions } from '../../grammar/tables/rehearsal-options.ts'
import { valuesOf } from '../../grammar/values.ts'
import type { Reporter } from '../../render/reporter.ts'
import type { DynamicTask } from '../../task/dynamic-task.ts'
import { spanText } from '../../terminal/text.ts'
import { abortOnSignal } from '../abort-signal.ts'

/** `ssm rehearse …`: a certificate, or what is wrong with the program. */
export async function showRehearsal(call: Call, task: DynamicTask, reporter: Reporter): Promise<number> {
  const { context, json, parsed } = call
  using interrupt = abortOnSignal(context)
  const starts = new Set<string>()
  const found = await task.rehearse({
    ...valuesOf(parsed, rehearsalOptions),
    signal: interrupt.signal,
    onEvent: (event) => {
      if (event.type !== 'submitted' || starts.has(event.job.name)) return
      starts.add(event.job.name)
      reporter.note(starts.size === 1 ? 'a run without interruptions' : `run ${starts.size - 1} with interruptions`)
    },
  })
  context.stdout.write(json ? `${JSON.stringify(found)}\n` : `${rehearsalText(found).join('\n')}\n`)
  return found.survives ? exits.done : exits.failed
}

/** A rehearsal for people. */
export function rehearsalText(found: Rehearsal): readonly string[] {
  const { task, survives, faults, interruptions, seed, seconds, workLost, startSeconds, machineSeconds, expected } = found
  const span = (value: number): string => spanText(value * 1_000)
  if (!survives)
    return [`${task} does not survive interruptions (seed ${seed}):`, ...faults.map(({ fault, seen }) => `  ${fault}: ${seen}`)]
  return [
    `${task} survives: ${interruptions} interruptions, and the same result as without one (${span(seconds)}, seed ${seed})`,
    `  work lost each time: ${span(workLost.meanSeconds)} on average, ${span(workLost.maxSeconds)} at most`,
    `  starting again: ${span(startSeconds)}, and some ${span(machineSeconds)} until SageMaker has machines (assumed)`,
    ...expected.map(({ perHour, timeFactor, costFactor }) => {
      const rate = perHour === 1 ? 'one interruption an hour' : `one interruption in ${1 / perHour} hours`
      if (timeFactor === undefined || costFactor === undefined) return `  at ${rate}: it would never end`
      return `  at ${rate}: ${timeFactor.toFixed(2)} times the time, ${costFactor.toFixed(2)} times the machine time`
    }),
  ]
}
