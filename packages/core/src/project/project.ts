import type { TrainingOptions } from '../options/task-options.ts'
import { drawGraph, type TaskGraph } from '../graph/drawing.ts'
import { graphOf } from '../graph/order.ts'
import { GraphFailedError, type TaskOutcome } from '../run/results/outcome.ts'
import { InvalidTaskError } from '../options/errors.ts'
import { freeze } from '../lang/freeze.ts'
import { projectName, taskName } from '../names/task-name.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { OutputName, ProcessingOutput, TrainingOutput } from '../spec/outputs.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Explain } from './explain.ts'
import type { ProcessingDraft, Runs, TrainingDraft } from './grammar.ts'
import type { NoTasks, TaskNames } from './inputs.ts'
import { openPlatforms, type PlatformChoice, type Platforms, type PlatformSettings } from './platforms.ts'
import type { RunOptions } from '../run/handle.ts'
import { lazyRunner, type Runner } from '../run/runner.ts'
import { TaskBuilder } from './task-builder.ts'
import { taskStore, type TaskStore } from './task-store.ts'

/** What holds for every task of a project. */
export interface ProjectOptions extends PlatformSettings {
  /** Where jobs run: `'aws'`, `'local'`, or a platform of your own; default `SSM_PLATFORM`, then AWS. */
  readonly platform?: PlatformChoice
  /** The S3 bucket; default the account's own `sagemaker-<region>-<account>`. */
  readonly bucket?: string
  /** A key prefix in front of the project. */
  readonly prefix?: string
  /** What all its tasks start from; a task's own words come on top. What a processing task has no word for is left out there. */
  readonly defaults?: TrainingOptions
}

/** Outcomes of a whole project: task → how it ended, typed for the tasks the project knows. */
export interface ProjectOutcome<Known> {
  /** Whether every task completed. */
  readonly ok: boolean
  readonly tasks: { readonly [Name in keyof Known as Added<Known, Name>]: TaskOutcome<ResultOf<Known[Name]>> }
  /** The results, when every task completed. @throws {GraphFailedError} otherwise. */
  orThrow(): { readonly [Name in keyof Known as Added<Known, Name>]: ResultOf<Known[Name]> }
}

// A task that is known from its past does not run.
type Added<Known, Name extends keyof Known> = Known[Name] extends { readonly past: true } ? never : Name

type ResultOf<Task> = Task extends { readonly outputs: infer Out extends OutputName; readonly result: infer Result }
  ? TaskResult<Out, Result>
  : TaskResult

/** What a project knows after `add`. */
export type WithTask<Known, Name extends string, Out extends OutputName, Result> = Known & KnownTask<Name, Out, Result>

// A name of its own keeps hovers short: an object type would be written out over many lines.
type KnownTask<Name extends string, Out extends OutputName, Result> = {
  readonly [Key in Name]: { readonly outputs: Out; readonly result: Result }
}

/** What a project knows after `existing`. */
export type WithPast<Known, Name extends string, Out extends OutputName> = Known & PastTask<Name, Out>

type PastTask<Name extends string, Out extends OutputName> = {
  readonly [Key in Name]: { readonly outputs: Out; readonly result: undefined; readonly past: true }
}

type NewName<Known, Name extends string> = Name extends keyof Known
  ? Explain<`task '${Name}' is already part of this project`>
  : Name

interface Shared {
  readonly name: string
  readonly options: ProjectOptions
  readonly platforms: Platforms
  readonly runner: Runner
}

/**
 * A series of tasks that belong together. Frozen: `add` gives a new project that knows one task more. A project that
 * knows no task is open — `fromTask` takes any earlier task's name —, one that knows some takes theirs only.
 */
export class Project<Known = NoTasks> {
  readonly #shared: Shared
  readonly #specs: readonly TaskSpec[]
  readonly #names: readonly string[]

  constructor(shared: Shared, specs: readonly TaskSpec[], names: readonly string[]) {
    this.#shared = shared
    this.#specs = freeze([...specs])
    this.#names = freeze([...names])
  }

  get name(): string {
    return this.#shared.name
  }

  /** A training task: code on machines of your choice, with spot prices, metrics and a model. */
  task<const Name extends string>(name: NewName<Known, Name>): TrainingDraft<Name, Known> {
    return this.#draft('training', name as Name) as unknown as TrainingDraft<Name, Known>
  }

  /** A processing task: the plainer kind, with inputs and one output. */
  processing<const Name extends string>(name: NewName<Known, Name>): ProcessingDraft<Name, Known> {
    return this.#draft('processing', name as Name) as unknown as ProcessingDraft<Name, Known>
  }

  /** The project with one more task that it knows, runs and checks names against. */
  add<Name extends string, Out extends OutputName, Result>(
    task: Runs<Name, Out, Result> &
      (Name extends keyof Known ? Explain<`task '${Name}' is already part of this project`> : unknown),
  ): Project<WithTask<Known, Name, Out, Result>> {
    this.#refuseTwice(task.name)
    // Every kind of task has a state.
    const { spec } = task.output('state' as Out)
    return new Project<WithTask<Known, Name, Out, Result>>(this.#shared, [...this.#specs, spec], [...this.#names, task.name])
  }

  /** The project with a task that ran earlier, known by name: `fromTask` takes it, `run` does not run it. */
  existing<const Name extends string>(name: Name): Project<WithPast<Known, Name, TrainingOutput>>
  existing<const Name extends string>(name: Name, kind: 'processing'): Project<WithPast<Known, Name, ProcessingOutput>>
  existing(name: string, _kind: JobKind = 'training'): unknown {
    this.#refuseTwice(name)
    return new Project(this.#shared, this.#specs, [...this.#names, taskName(name)])
  }

  /**
   * Runs every task that was added, as parallel as what they need from each other allows. A failure blocks those that
   * need it and nothing else; ask `ok`, `tasks`, or `orThrow()`.
   */
  async run(options: RunOptions = {}): Promise<ProjectOutcome<Known>> {
    const outcomes = await this.#shared.runner.runAll(this.#specs, options)
    return outcomeOf<Known>(outcomes)
  }

  /** The tasks and what flows between them, as data, as text, and for Mermaid. */
  graph(): TaskGraph {
    return drawGraph(graphOf(this.#specs))
  }

  /** What earlier jobs of a task left: its jobs, its newest result, its state. */
  data(task: TaskNames<Known>): TaskStore {
    return taskStore({
      platforms: this.#shared.platforms,
      project: projectName(this.name),
      task: taskName(task),
      ...this.#place(),
    })
  }

  /** Lets go of connections; jobs go on. Only needed in long-lived services. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared.platforms[Symbol.asyncDispose]()
  }

  #place(): { readonly bucket: string | undefined; readonly prefix: string } {
    return { bucket: this.#shared.options.bucket, prefix: (this.#shared.options.prefix ?? '').replace(/^\/+|\/+$/g, '') }
  }

  #refuseTwice(name: string): void {
    if (!this.#names.includes(name)) return
    throw new InvalidTaskError(name, [
      {
        path: 'task',
        value: name,
        message: 'is already part of this project',
        hint: 'Choose another name, or leave out one of the two.',
      },
    ])
  }

  #draft(kind: JobKind, name: string): TaskBuilder {
    const { options, runner } = this.#shared
    this.#refuseTwice(name)
    const draft = {
      kind,
      project: this.name,
      ...this.#place(),
      task: name,
      options: kind === 'training' ? (options.defaults ?? {}) : forProcessing(options.defaults ?? {}),
      program: undefined,
      algorithm: undefined,
      inputs: [],
      requestOverrides: [],
      resultSchema: undefined,
      hyperparameterSchema: undefined,
    }
    return new TaskBuilder(draft, runner)
  }
}

/**
 * Opens a project: nothing is read, sent or checked before a task runs.
 * @throws {InvalidNameError} for a name that SageMaker or S3 would refuse.
 */
export function project(name: string, options: ProjectOptions = {}): Project {
  projectName(name)
  const { region, profile } = options
  const platforms = openPlatforms(options.platform, {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  })
  return new Project({ name, options, platforms, runner: lazyRunner(platforms) }, [], [])
}

function outcomeOf<Known>(outcomes: Readonly<Record<string, TaskOutcome>>): ProjectOutcome<Known> {
  const ok = Object.values(outcomes).every((outcome) => outcome.status === 'completed')
  const results = (): Record<string, TaskResult> => {
    if (!ok) throw new GraphFailedError(outcomes)
    return Object.fromEntries(
      Object.entries(outcomes).flatMap(([name, outcome]) => (outcome.status === 'completed' ? [[name, outcome.result]] : [])),
    )
  }
  // The runner's table has the names that `Known` says, for both were built by `add`.
  return {
    ok,
    tasks: outcomes as ProjectOutcome<Known>['tasks'],
    orThrow: () => results() as ReturnType<ProjectOutcome<Known>['orThrow']>,
  }
}

function forProcessing({
  spot: _s,
  maxWait: _m,
  warm: _w,
  retries: _r,
  distribution: _d,
  hyperparameters: _h,
  metrics: _x,
  ...rest
}: TrainingOptions): TrainingOptions {
  return rest
}
