import type { Plan, RunOptions } from '@simple-sagemaker/core'
import type { Call } from '../../call.ts'
import { exits } from '../../exit-codes.ts'
import type { Face } from '../../render/face.ts'
import { bytesText, countText } from '../../render/text.ts'
import type { SpokenTask } from '../../task/words.ts'
import { signalOf } from '../signal.ts'

/** `ssm plan …`: the decision, the uploads and the exact request; nothing is written. */
export async function showPlan({ world, json }: Call, task: SpokenTask, wish: RunOptions, face: Face): Promise<number> {
  using leaving = signalOf(world)
  const plan = await task.plan({ ...wish, signal: leaving.signal })
  for (const warning of plan.warnings) face.warn(warning)
  world.stdout.write(json ? `${JSON.stringify({ v: 1, ...plan })}\n` : planText(plan))
  return exits.done
}

/** `ssm why …`: one sentence. */
export async function showExplanation({ world, json }: Call, task: SpokenTask, wish: RunOptions): Promise<number> {
  using leaving = signalOf(world)
  const explanation = await task.explain({ ...wish, signal: leaving.signal })
  world.stdout.write(json ? `${JSON.stringify({ v: 1, ...explanation })}\n` : `${explanation.sentence}\n`)
  return exits.done
}

function planText({ task, decision, uploads, skipped, request, needs }: Plan): string {
  const head =
    decision.kind === 'start'
      ? `${task} would be started, because ${decision.because}`
      : `${task} would be ${decision.kind === 'skip' ? 'skipped' : 'joined'}, because ${decision.because} (${decision.job.name})`
  const first = needs.length === 0 ? [] : [`first would run: ${needs.join(', ')}`]
  const sent = uploads.map(
    ({ what, to, files, bytes, keptFiles, removedFiles }) =>
      `  ${what}: ${countText(files, 'file')}, ${bytesText(bytes)} to ${to}${keptFiles === 0 ? '' : `; ${keptFiles} there already`}${removedFiles === 0 ? '' : `; ${removedFiles} removed there`}`,
  )
  const left = skipped.map(({ path, rule }) => `  ${path} (${rule})`)
  const parts = [
    head,
    ...first,
    ...(sent.length === 0 ? [] : ['uploads:', ...sent]),
    ...(left.length === 0 ? [] : ['left out of the code:', ...left]),
    `request (${request.kind}):`,
    JSON.stringify(request.input, null, 2),
  ]
  return `${parts.join('\n')}\n`
}
