import type { TaskGraph } from '@simple-sagemaker/core'
import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { graphOptions } from '../grammar/tables/small-options.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { pathFrom } from '../terminal/context.ts'
import { abortOnSignal } from './abort-signal.ts'
import { describeProgram } from './describe-program.ts'

/** `ssm graph FILE`: the tasks of a project that a file exports, as text or for Mermaid. */
export async function graph({ parsed, context, json }: Call): Promise<number> {
  const { mermaid } = valuesOf(parsed, graphOptions)
  const file = pathFrom(context, parsed.positionals[0] ?? '')
  using interrupt = abortOnSignal(context)
  const drawn = await drawingOf(file, interrupt.signal)
  context.stdout.write(
    json
      ? `${JSON.stringify({ v: 1, tasks: drawn.tasks, edges: drawn.edges })}\n`
      : mermaid === true
        ? drawn.mermaid
        : drawn.text,
  )
  return exits.done
}

type Drawing = Pick<TaskGraph, 'tasks' | 'edges'> & { readonly text: string; readonly mermaid: string }

async function drawingOf(file: string, signal: AbortSignal): Promise<Drawing> {
  const drawn = await describeProgram(file, 'graph', signal)
  if (drawn === null) throw usageError(`${file} exports no project and runs no task`, 'Write: export default project(…).add(…)')
  // As the loader writes it.
  return drawn as Drawing
}
