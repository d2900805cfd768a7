import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { launchFolders, paths } from '@simple-sagemaker/worker-toolkit/contract'
import { safeJoin } from '../../archive/safe-path.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import type { JobRequest } from '../../platform/jobs.ts'
import type { InputPlan, JobPlan } from '../request/job-plan.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { configFiles } from './config-files.ts'
import type { InputObject } from './input-objects.ts'
import { JobProblem } from './job-problem.ts'

/** The folder that stands for `/` of one machine. */
export interface MachineTree {
  readonly host: string
  readonly root: string
}

/** Makes the folders and configuration files of a machine, and nothing that comes from the store. */
export function layOutMachine(tree: MachineTree, request: JobRequest, plan: JobPlan, networkInterface: string): void {
  for (const path of [...machineFolders(plan), ...launchFolders(plan.kind, tree.host)]) {
    mkdirSync(join(tree.root, path), { recursive: true })
  }
  for (const [path, content] of Object.entries(configFiles(request, plan, tree.host, networkInterface))) {
    writeFileSync(join(tree.root, path), JSON.stringify(content), { mode: 0o600 })
  }
  layOutEnd(tree)
}

// In a container the program may be another user's. Nobody else comes into the folder of the job.
function layOutEnd({ root }: MachineTree): void {
  writeFileSync(join(root, paths.ended), '')
  chmodSync(join(root, paths.ended), 0o666)
}

/** The folders of a machine, as absolute paths on it. */
export function machineFolders(plan: JobPlan): readonly string[] {
  const own =
    plan.kind === 'training'
      ? [paths.training.config, paths.training.data, paths.training.model, paths.training.outputData, paths.training.state]
      : [paths.processing.config, dirname(paths.failure)]
  const inputs = plan.inputs.map((input) => input.path)
  const outputs = plan.outputs.map((output) => output.path)
  const state = plan.checkpoint === undefined ? [] : [plan.checkpoint.path]
  return [...new Set(['/tmp', paths.code, ...own, ...inputs, ...outputs, ...state])]
}

const copiesAtOnce = 64

/** Puts a machine's part of an input into its folder. */
export async function fillInput(
  tree: MachineTree,
  input: InputPlan,
  part: readonly InputObject[],
  objects: DirectoryObjects,
  signal: AbortSignal,
): Promise<void> {
  const folder = join(tree.root, input.path)
  for (const [index, object] of part.entries()) {
    if (index % copiesAtOnce === copiesAtOnce - 1) await new Promise(setImmediate)
    signal.throwIfAborted()
    if (object.name.endsWith('/')) {
      mkdirSync(safeJoin(folder, object.name.replace(/\/+$/, '')), { recursive: true })
      continue
    }
    const source = objects.pathOf(object.uri)
    if (source === undefined)
      throw new JobProblem(`ClientError: Data download failed: "${object.uri}" was removed while the job started`)
    await placeAt(source, safeJoin(folder, object.name), input.readOnly ? linkReadOnly : copy)
  }
}

/** A way to put an object at a path. */
type Placing = (source: string, target: string) => void | Promise<void>

// A small file is copied sooner than another thread is asked to; a large one must not keep a stop from being heard.
const largeBytes = 4 * 1024 * 1024

/** Puts a copy of an object at a path. */
export const copy: Placing = async (source, target) => {
  if (statSync(source).size > largeBytes) await copyFile(source, target, constants.COPYFILE_FICLONE)
  else copyFileSync(source, target, constants.COPYFILE_FICLONE)
  chmodSync(target, 0o644)
}

// A link would let a program change the object itself. Its rights forbid that, except to the superuser, who gets a copy.
const linkReadOnly: Placing = async (source, target) => {
  if (process.getuid?.() === 0) await copy(source, target)
  else linkSync(source, target)
  chmodSync(target, 0o400)
}

/** Puts an object at a path, whose folders are made. */
export async function placeAt(source: string, target: string, place: Placing): Promise<void> {
  try {
    await place(source, target)
  } catch (cause) {
    if (fsCodeOf(cause) !== 'ENOENT') throw collision(target, cause)
    mkdirSync(dirname(target), { recursive: true })
    await place(source, target)
  }
}

function collision(target: string, cause: unknown): unknown {
  const code = fsCodeOf(cause)
  if (code !== 'EEXIST' && code !== 'EISDIR' && code !== 'ENOTDIR') return cause
  return new JobProblem(
    `ClientError: Data download failed: two objects of an input want to be "${target}": one is a folder of the other`,
  )
}
