import type { Explanation, InputOptions, Plan, Project, RunHandle, RunOptions, TaskResult } from '@simple-sagemaker/core'
import type { TrainingOptions } from '@simple-sagemaker/core/options'

/**
 * The library's words as a command line says them: in any number and order, with names only known at run time. The library
 * checks them all again, and tells every problem at once.
 */
export interface SpokenTask {
  readonly name: string
  readonly input: SpokenInputs
  with(options: TrainingOptions): SpokenTask
  code(entry: string, options: { readonly sourceDir?: string; readonly dependencies: readonly string[] }): SpokenTask
  shell(line: string, options: { readonly files?: string; readonly dependencies: readonly string[] }): SpokenTask
  command(argv: readonly string[], script: string, options: { readonly dependencies: readonly string[] }): SpokenTask
  entrypoint(argv: readonly string[], options: { readonly dependencies: readonly string[] }): SpokenTask
  start(options?: RunOptions): Promise<RunHandle>
  plan(options?: RunOptions): Promise<Plan>
  explain(options?: RunOptions): Promise<Explanation>
}

interface SpokenInputs {
  local(path: string, options: InputOptions): SpokenTask
  s3(uri: string, options: InputOptions): SpokenTask
  model(uri: string): SpokenTask
  fromTask(task: string, output: string, options: InputOptions): SpokenTask
}

/** What a run gives. */
export type SpokenResult = TaskResult

/** A task of a project to which anything may be said. */
export function speak(project: Project, kind: 'training' | 'processing', task: string): SpokenTask {
  // The types of the chain forbid what is known to be wrong when it is written; here nothing is known before it is typed.
  return (kind === 'training' ? project.task(task) : project.processing(task)) as unknown as SpokenTask
}
