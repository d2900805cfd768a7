import { SsmError } from '../../errors/ssm-error.ts'
import { drawGraph, type TaskGraph } from '../../graph/drawing.ts'
import { graphOf } from '../../graph/order.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

// On the global object: a program may load another copy of this library than the tool that describes it.
const key = Symbol.for('simple-sagemaker.describe-only')

/** Hears the graph that a program would have run. */
export type DescribeOnly = (graph: TaskGraph) => void

/**
 * From now on nothing of this process runs, joins, stops or removes anything: whoever tries gets `RUN_ABORTED`, and
 * `describe` hears the graph that would have run. For tools that load a program to look at its tasks, such as `ssm graph`.
 */
export function describeOnly(describe: DescribeOnly): void {
  Object.assign(globalThis, { [key]: describe })
}

/**
 * Refuses to touch anything in a process that only describes.
 * @throws {SsmError} `RUN_ABORTED`.
 */
export function refuseWhenDescribing(specs: readonly TaskSpec[]): void {
  const describe = (globalThis as { readonly [key]?: DescribeOnly })[key]
  if (describe === undefined) return
  if (specs.length > 0) describe(drawGraph(graphOf(specs)))
  throw new SsmError('RUN_ABORTED', 'This process only describes tasks and starts none', {
    hint: 'Something loads this program to look at its tasks, such as ssm graph. Run the program itself to run them.',
  })
}
