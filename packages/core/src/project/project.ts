import { drawGraph, type TaskGraph } from '../graph/drawing.ts'
import { graphOf } from '../graph/order.ts'
import { keyPrefix } from '../names/layout.ts'
import { setIn } from '../lang/set-in.ts'
import { projectName, taskName } from '../names/task-name.ts'
import type { Abortable } from '../platform/abortable.ts'
import { assertFields, assertRunOptions, assertTask, listOfTasks } from '../options/errors.ts'
import { optionFiles, optionsFor } from '../options/task-options.ts'
import type { RunOptions } from '../run/run-options.ts'
import { lazyRunner } from '../run/lazy-runner.ts'
import type { StoragePlace } from '../run/lookup/projects.ts'
import type { WarmPool } from '../run/plan.ts'
import { moneySettings } from '../cost/settings.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { TaskDeclaration } from '../spec/task-spec.ts'
import type {
  EachOf,
  MeasuresOf,
  MissingOf,
  NamesFor,
  NewName,
  OutputsOf,
  RawEachOf,
  RemarksOn,
  ResultsOfEach,
  TaskNames,
} from './grammar/known-tasks.ts'
import type { SomeTime } from './grammar/durations.ts'
import type { DefaultsIn, Metrics } from './grammar/options-in.ts'
import type { Runs } from './grammar/runs.ts'
import type {
  Addable,
  FirstMetrics,
  FirstState,
  NoneKnown,
  ProjectOptions,
  ProjectOutcome,
  ReadyTask,
} from './grammar/projects.ts'
import type { ProcessingDraft, TrainingDraft } from './grammar/tasks.ts'
import { newDraft } from './draft.ts'
import { assertProjectOptions, runFields } from './problems/fields.ts'
import { openPlatforms } from './platforms.ts'
import { outcomeOf } from './project-outcome.ts'
import { TaskBuilder } from './task-builder.ts'
import { taskStore } from './lazy-task-store.ts'
import { refuseTwice, TaskList, type Shared } from './task-list.ts'
import type { TaskStore } from './task-store.ts'

/**
 * A series of tasks that belong together. Frozen: `add` gives a new project that knows one task more. A project that
 * knows no task is open — `fromTask` takes any earlier task's name —, one that knows some takes theirs only.
 */
export class Project<Known = never, Results = never> {
  /** For the compiler alone, and first: projects are then compared by what they take and give, also by TypeScript 5.4. */
  declare readonly '~names'?: { readonly [Name in Known & string]?: unknown }
  readonly #shared: Shared
  readonly #tasks: TaskList

  /** Lets go of connections; jobs go on. Only needed in long-lived services. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  constructor(shared: Shared, tasks: TaskList) {
    this.#shared = shared
    this.#tasks = tasks
    // A method of the class would have a computed name, and bundlers keep such a class with all it needs when nobody uses it.
    Object.defineProperty(this, Symbol.asyncDispose, { value: () => shared.platforms[Symbol.asyncDispose]() })
  }

  /** The project's name. */
  get name(): string {
    return this.#shared.name
  }

  /**
   * A training task: code on machines of your choice, with spot prices, metrics and a model.
   *
   * @example project('ex').task('train').code('train.py').instances('ml.g5.xlarge')
   */
  task<const Name extends string>(name: NewName<Known, Name>): TrainingDraft<Name, FirstState<Known> | FirstMetrics<Results>> {
    return this.#draft('training', name as Name) as unknown as TrainingDraft<Name, FirstState<Known> | FirstMetrics<Results>>
  }

  /**
   * A processing task: the plainer kind, with inputs and one output.
   *
   * @example project('ex').processing('clean').code('clean.py').input.local('./data')
   */
  processing<const Name extends string>(name: NewName<Known, Name>): ProcessingDraft<Name, FirstState<Known>> {
    return this.#draft('processing', name as Name) as unknown as ProcessingDraft<Name, FirstState<Known>>
  }

  /**
   * The project with one more task that it knows, runs and checks names against.
   *
   * @example const known = project('ex').add(prep).add(train)
   */
  add<Task extends { readonly name: string }>(
    task: Task & Addable<Known, Task>,
  ): Project<Known | NamesFor<Task['name']> | `(${RemarksOn<Task>})`, Results | ResultsOfEach<Task>> {
    return this.#with([task as unknown as Runs])
  }

  /**
   * The project with all these tasks: a list, or an object of tasks. Checks many tasks faster than a chain of `add`.
   *
   * @example const known = project('ex').addAll(folds.map((fold) => ex.task(`fold-${fold}`).code('train.py')))
   */
  addAll<const Tasks extends readonly ReadyTask[] | Readonly<Record<string, ReadyTask>>>(
    tasks: Tasks & NoneKnown<Known, Tasks>,
  ): Project<
    Known | NamesFor<RawEachOf<Tasks>['name']> | `(${RemarksOn<EachOf<Tasks>> | MissingOf<Tasks>})`,
    Results | ResultsOfEach<EachOf<Tasks>>
  > {
    return this.#with(listOfTasks(this.name, tasks) as readonly Runs[])
  }

  /**
   * The project with a task that ran earlier, known by name: `fromTask` takes it, `run` does not run it.
   *
   * @example project('ex').existing('words', 'processing').task('train').code('train.py').input.fromTask('words', 'output')
   */
  existing<const Name extends string, Kind extends JobKind = 'training'>(
    name: NewName<Known, Name>,
    _kind?: Kind,
  ): Project<Known | Name | `(${Name} is past)` | (Kind extends 'processing' ? `(${Name} is processing)` : never), Results> {
    refuseTwice(name as string, this.#tasks)
    return new Project(this.#shared, this.#tasks.with({ name: taskName(name as string) }))
  }

  /**
   * Runs every task that was added, as parallel as what they need from each other allows. A failure blocks those that
   * need it and nothing else; ask `ok`, `tasks`, or `orThrow()`.
   *
   * @example const { tasks, ok } = await ex.add(prep).add(train).run({ parallel: 2 })
   */
  async run(options: RunOptions = {}): Promise<ProjectOutcome<Known, Results>> {
    assertRunOptions(this.name, options, runFields)
    const outcomes = await this.#shared.runner.runAll(this.#tasks.specs(), options)
    return outcomeOf<Known, Results>(outcomes)
  }

  /**
   * The tasks and what flows between them, as data, as text, and for Mermaid.
   *
   * @example console.log(ex.add(prep).add(train).graph().mermaid())
   */
  graph(): TaskGraph {
    return drawGraph(graphOf(this.#tasks.specs()))
  }

  /**
   * What crosses the borders of each task that was added: its channels, and its hyperparameters and result as JSON Schema.
   *
   * @throws {InvalidTaskError} for a schema that cannot be told as JSON Schema, such as one that makes dates.
   */
  async declarations(): Promise<readonly TaskDeclaration[]> {
    const { declarationOf } = await import('../run/resolve/declared/declaration.ts')
    return await Promise.all(this.#tasks.specs().map(declarationOf))
  }

  /**
   * What earlier jobs of a task left: its jobs, its newest result, its state.
   *
   * @example await ex.data('train').download('./out', { only: ['model'] })
   */
  data<const Task extends TaskNames<Known>>(task: Task): TaskStore<Task extends Known ? OutputsOf<Known, Task> : never> {
    const store: TaskStore = taskStore({
      platforms: this.#shared.platforms,
      project: projectName(this.name),
      task: taskName(task),
      ...this.#place(),
    })
    // It reads what there is; its type says what a task of this kind leaves.
    return store as TaskStore<Task extends Known ? OutputsOf<Known, Task> : never>
  }

  /**
   * The machines that jobs of the project keep warm now, the newest job first; `end()` of each lets go of them. They are billed while
   * they wait. None on this computer.
   *
   * @example for (const pool of await ex.warmPools()) if (pool.status === 'available') await pool.end()
   */
  async warmPools(options: Abortable = {}): Promise<readonly WarmPool[]> {
    const { listWarmPools } = await import('../run/warm/pools.ts')
    const { prices } = this.#shared.options
    return listWarmPools(this.name, await this.#storage(), prices === undefined ? options : { ...options, prices })
  }

  #with<More, Returns>(tasks: readonly Runs[]): Project<More, Returns> {
    const added = tasks.reduce((list, task) => {
      assertTask(this.name, task)
      refuseTwice(task.name, list)
      // Every kind of task has a state.
      return list.with({ name: task.name, spec: task.output('state').spec })
    }, this.#tasks)
    return new Project<More, Returns>(this.#shared, added)
  }

  /**
   * Writes a page about the newest job of every task, for a browser: how they went, what flowed between them, metrics, logs.
   * Replaces an earlier report of this name, and no other file.
   *
   * @throws {SsmError} `OUTPUT_MISSING` when no task has a job; `STORAGE_FULL`, `STORAGE_DENIED`; an abort rejects with `signal.reason`.
   */
  async report(file: string, options: Abortable = {}): Promise<void> {
    assertFields(this.name, 'report', options, { signal: true })
    const { reportOf, writeReport } = await import('../search/report/index.ts')
    const place = { ...(await this.#storage()), project: this.name }
    const prices = moneySettings(this.name, this.#shared.options)?.prices
    await writeReport(await reportOf(place, { ...options, prices }), file, options)
  }

  #place(): { readonly bucket: string | undefined; readonly prefix: string } {
    return { bucket: this.#shared.options.bucket, prefix: keyPrefix(this.#shared.options.prefix ?? '') }
  }

  async #storage(): Promise<StoragePlace> {
    const { bucket, prefix } = this.#place()
    return { platform: await this.#shared.platforms.main(), prefix, ...(bucket === undefined ? {} : { bucket }) }
  }

  #draft(kind: JobKind, name: string): TaskBuilder {
    const { options, runner } = this.#shared
    refuseTwice(name, this.#tasks)
    const { defaults = {} } = options
    const known = { options: optionsFor(kind, defaults), files: optionFiles(defaults) }
    return new TaskBuilder(newDraft({ kind, project: this.name, ...this.#place(), task: name, ...known }), runner)
  }
}

/**
 * Opens a project: nothing is read, sent or checked before a task runs.
 *
 * @example const ex = project('ex', { platform: 'local', defaults: { instanceType: 'ml.m5.large' } })
 * @throws {InvalidNameError} for a name that SageMaker or S3 would refuse.
 */
export function project<
  const Spot extends boolean | undefined = undefined,
  const Warm extends SomeTime | undefined = undefined,
  const Run extends SomeTime | undefined = undefined,
  const Wait extends SomeTime | undefined = undefined,
  const After extends SomeTime | undefined = undefined,
  const Certified extends SomeTime | undefined = undefined,
  const Pause extends SomeTime | undefined = undefined,
  const Named extends Metrics | undefined = undefined,
  const Types extends readonly string[] | undefined = undefined,
  const Fallback extends 'none' | 'on-demand' | undefined = undefined,
>(
  name: string,
  options: ProjectOptions<DefaultsIn<Spot, Warm, Run, Wait, After, Certified, Pause, Named, Types, Fallback>> = {},
): Project<never, MeasuresOf<Named>> {
  projectName(name)
  // The parts that must agree are checked by the parameter's type; inside they are options like all others.
  const given = options as ProjectOptions
  assertProjectOptions(name, given)
  const { region, profile } = options
  const platforms = openPlatforms(options.platform, setIn({ region, profile }))
  const runner = lazyRunner(platforms, moneySettings(name, options))
  return new Project({ name, options: given, platforms, runner }, new TaskList())
}
