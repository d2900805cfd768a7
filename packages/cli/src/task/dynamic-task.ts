import type {
  Domain,
  Explanation,
  InputOptions,
  Plan,
  ProcessingInputOptions,
  Project,
  Rehearsal,
  RehearseOptions,
  RunHandle,
  RunOptions,
  SearchHandle,
  TaskResult,
} from '@simple-sagemaker/core'
import type { TrainingOptions } from '@simple-sagemaker/core/options'

/**
 * The library's methods as a command line uses them: in any number and order, with names only known at run time. The library
 * checks them all again, and tells every problem at once.
 */
export interface DynamicTask {
  readonly name: string
  readonly input: DynamicInputs
  with(options: TrainingOptions): DynamicTask
  code(entry: string, options: { readonly sourceDir?: string; readonly dependencies: readonly string[] }): DynamicTask
  shell(line: string, options: { readonly files?: string; readonly dependencies: readonly string[] }): DynamicTask
  command(argv: readonly string[], script: string, options: { readonly dependencies: readonly string[] }): DynamicTask
  outputs(paths: Readonly<Record<string, string>>): DynamicTask
  entrypoint(argv: readonly string[], options: { readonly dependencies: readonly string[] }): DynamicTask
  search(space: Readonly<Record<string, Domain>>): DynamicSearch
  start(options?: RunOptions): Promise<RunHandle>
  plan(options?: RunOptions): Promise<Plan>
  rehearse(options?: RehearseOptions): Promise<Rehearsal>
  explain(options?: RunOptions): Promise<Explanation>
}

/** The methods of a search, in any order. */
export interface DynamicSearch {
  minimize(metric: string): DynamicSearch
  maximize(metric: string): DynamicSearch
  trials(count: number): DynamicSearch
  parallel(count: number): DynamicSearch
  within(time: string): DynamicSearch
  tolerate(failures: number): DynamicSearch
  by(strategy: 'bayes' | 'grid' | 'random'): DynamicSearch
  on(tuner: 'sagemaker'): DynamicSearch
  seed(seed: number): DynamicSearch
  stopEarly(): DynamicSearch
  start(): Promise<SearchHandle>
}

/** How an input comes, whatever the kind of task. */
export type DynamicInputOptions = InputOptions & Pick<ProcessingInputOptions, 'path'>

interface DynamicInputs {
  local(path: string, options: DynamicInputOptions): DynamicTask
  s3(uri: string, options: DynamicInputOptions): DynamicTask
  model(uri: string): DynamicTask
  fromTask(task: string, output: string, options: DynamicInputOptions): DynamicTask
}

/** What a run gives. */
export type DynamicResult = TaskResult

/** A task of a project that takes any method. */
export function dynamicTask(project: Project, kind: 'training' | 'processing', task: string): DynamicTask {
  // The types of the chain forbid what is known to be wrong when it is written; here nothing is known before it is typed.
  return (kind === 'training' ? project.task(task) : project.processing(task)) as unknown as DynamicTask
}
