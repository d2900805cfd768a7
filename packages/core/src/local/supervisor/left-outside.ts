import { readdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { MachineTree } from '../machine/tree.ts'
import type { JobPlan } from '../request/job-plan.ts'

/** Files of machines that no folder which is kept holds: they go with the machine. */
export interface LeftOutside {
  /** How many there are; no more than `mostCounted`. */
  readonly count: number
  /** Some of them, as the machines call them. */
  readonly names: readonly string[]
}

/** Further ones are not looked for. */
export const mostCounted = 10_000
const mostNamed = 5

// What is no result: what the machine was given, and what the service, the launcher or a framework notes for itself.
const givenOrNoted = [
  paths.code,
  '/opt/ml/input',
  '/opt/ml/packages',
  paths.processing.config,
  paths.processing.data,
  paths.processing.inputs,
  paths.processing.previousState,
  paths.failure,
  paths.processing.message,
  '/opt/ml/output/metrics',
  '/opt/ml/output/profiler',
]

/** Looks below `/opt/ml` and `/state` for files outside of the folders that a job of this kind keeps. */
export function leftOutside(plan: JobPlan, trees: readonly MachineTree[]): LeftOutside {
  const kept = [
    ...(plan.archives === undefined ? [] : [paths.training.model, paths.training.outputData]),
    ...plan.outputs.map(({ path }) => path),
    ...plan.inputs.map(({ path }) => path),
    ...(plan.checkpoint === undefined ? [] : [plan.checkpoint.path]),
    ...givenOrNoted,
  ]
  for (const { state, stateArchive } of [paths.training, paths.processing]) if (kept.includes(stateArchive)) kept.push(state)
  const found: string[] = []
  const visit = (root: string, path: string): void => {
    for (const entry of entriesOf(join(root, path))) {
      if (found.length === mostCounted) return
      const name = `${path}/${entry.name}`
      if (kept.includes(name) || entry.name.startsWith('.ssm-')) continue
      if (entry.isDirectory()) visit(root, name)
      else if (entry.isFile()) found.push(name)
    }
  }
  for (const { root } of trees) for (const path of ['/opt/ml', '/state']) if (!kept.includes(path)) visit(root, path)
  return { count: found.length, names: [...new Set(found)].slice(0, mostNamed) }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** The line that tells it in the job's log; `undefined` when there is nothing to tell. */
export function outsideText(plan: JobPlan, { count, names }: LeftOutside): string | undefined {
  if (count === 0) return undefined
  const kept =
    plan.kind === 'training'
      ? `${paths.training.model} (SM_MODEL_DIR), ${paths.training.outputData} (SM_OUTPUT_DATA_DIR) and the state (SSM_STATE)`
      : `${plan.outputs.map(({ path }) => path).join(', ')}; a task can name more folders as outputs`
  const amount = count === 1 ? '1 file' : count === mostCounted ? `${count} files or more` : `${count} files`
  const more = count > names.length ? ' …' : ''
  const board = names.some((name) => name.startsWith(`${paths.training.tensorboard}/`))
    ? ' Files of TensorBoard are kept in the state, or in SSM_TENSORBOARD_DIR when the request has a TensorBoardOutputConfig.'
    : ''
  return `not kept: ${amount} outside of the folders that a ${plan.kind} job keeps: ${names.join(', ')}${more}. It keeps ${kept}.${board}`
}
