import type { Plan, RunOptions } from '@simple-sagemaker/core'
import { showsCosts } from '../../settings/settings.ts'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { ceilingText } from '../../render/cost/cost-text.ts'
import type { Reporter } from '../../render/reporter.ts'
import { bytesText, countText } from '../../terminal/text.ts'
import type { DynamicTask } from '../../task/dynamic-task.ts'
import { abortOnSignal } from '../abort-signal.ts'

/** `ssm plan …`: the decision, the uploads and the exact request; nothing is written. */
export async function showPlan(
  { context, json, settings }: Call,
  task: DynamicTask,
  policy: RunOptions,
  reporter: Reporter,
): Promise<number> {
  using interrupt = abortOnSignal(context)
  const { commandLineWarnings, ...found } = await task.plan({ ...policy, signal: interrupt.signal })
  const plan: Plan = { ...found, warnings: commandLineWarnings ?? found.warnings }
  for (const warning of plan.warnings) reporter.warn(warning)
  context.stdout.write(json ? `${JSON.stringify({ v: 1, ...plan })}\n` : planText(plan, showsCosts(settings)))
  return exits.done
}

/** `ssm why …`: one sentence. */
export async function showExplanation({ context, json }: Call, task: DynamicTask, policy: RunOptions): Promise<number> {
  using interrupt = abortOnSignal(context)
  const explanation = await task.explain({ ...policy, signal: interrupt.signal })
  context.stdout.write(json ? `${JSON.stringify({ v: 1, ...explanation })}\n` : `${explanation.sentence}\n`)
  return exits.done
}

function planText({ task, decision, uploads, skipped, request, needs, cost }: Plan, showsCost: boolean): string {
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
    ...(showsCost ? [ceilingText(cost, true)] : []),
    ...(sent.length === 0 ? [] : ['uploads:', ...sent]),
    ...(left.length === 0 ? [] : ['left out of the code:', ...left]),
    `request (${request.kind}):`,
    JSON.stringify(request.input, null, 2),
  ]
  return `${parts.join('\n')}\n`
}
