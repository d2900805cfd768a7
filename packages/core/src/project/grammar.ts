import type { CreateProcessingJobCommandInput, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ProcessingOptions, TrainingOptions } from '../options/task-options.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { OutputName, ProcessingOutput, TrainingOutput } from '../spec/outputs.ts'
import type { StoredOutput } from '../spec/result.ts'
import type { Duration } from '../time/duration.ts'
import type { Explain } from './explain.ts'
import type { FreeChannel, InputOptions, NoTasks, OutputRef, OutputsOf, TaskNames } from './inputs.ts'
import type { Explanation, Plan } from '../run/plan.ts'
import type { RunHandle, RunOptions } from '../run/handle.ts'
import type { AnyHyperparameters, SharedTable, Shorthands, TrainingTable, WordsOf } from './option-methods.ts'

/*
 * The sentences one can say. A draft has no `run`: saying what to run makes it ready. Both are the same frozen object
 * underneath. `Name` is the task's name, `Known` what its project knows, `Result` the type of `run.result`, `Params` what
 * `hyperparameters` takes, `Said` the marks of what cannot be said twice or together.
 */

type Phase = 'draft' | 'ready'

/** A training task whose program is not yet said. */
export interface TrainingDraft<
  Name extends string = string,
  Known = NoTasks,
  Result = undefined,
  Params = AnyHyperparameters,
  Said extends string = never,
>
  extends
    TrainingWords<'draft', Name, Known, Result, Params, Said, TrainingDraft<Name, Known, Result, Params, Said>>,
    Programs<TrainingTask<Name, Known, Result, Params, Said>> {
  /**
   * An algorithm that brings its own program: `algorithm('xgboost', { version: '1.7-1' })`, or an image of yours that
   * honours `train`. Nothing of ours goes along.
   */
  algorithm(name: string, options?: { readonly version?: string }): TrainingTask<Name, Known, Result, Params, Said>
}

/** A training task that can run. */
export interface TrainingTask<
  Name extends string = string,
  Known = NoTasks,
  Result = undefined,
  Params = AnyHyperparameters,
  Said extends string = never,
>
  extends
    TrainingWords<'ready', Name, Known, Result, Params, Said, TrainingTask<Name, Known, Result, Params, Said>>,
    Runs<Name, TrainingOutput, Result> {
  /**
   * Escape hatch: edit the raw AWS request. What it changes of the work itself is part
   * of what is compared with earlier runs, so it is called more than once and must give the same for the same request.
   */
  request(
    change: (request: CreateTrainingJobCommandInput) => CreateTrainingJobCommandInput,
  ): TrainingTask<Name, Known, Result, Params, Said>
}

/** A processing task whose program is not yet said. */
export interface ProcessingDraft<Name extends string = string, Known = NoTasks, Result = undefined, Said extends string = never>
  extends
    ProcessingWords<'draft', Name, Known, Result, Said, ProcessingDraft<Name, Known, Result, Said>>,
    Programs<ProcessingTask<Name, Known, Result, Said>> {
  /** The program to start with its first arguments; `.args()` follow them. No shell reads any of it. */
  entrypoint(argv: readonly [string, ...string[]], options?: DependencyOptions): ProcessingTask<Name, Known, Result, Said>
  /** A script and the program that runs it: `command(['python3', '-u'], 'clean.py')`. */
  command(
    argv: readonly [string, ...string[]],
    script: string,
    options?: DependencyOptions,
  ): ProcessingTask<Name, Known, Result, Said>
  /** The image's own program. Nothing of ours goes along. */
  algorithm(image: string): ProcessingTask<Name, Known, Result, Said>
}

/** A processing task that can run. */
export interface ProcessingTask<Name extends string = string, Known = NoTasks, Result = undefined, Said extends string = never>
  extends
    ProcessingWords<'ready', Name, Known, Result, Said, ProcessingTask<Name, Known, Result, Said>>,
    Runs<Name, ProcessingOutput, Result> {
  /**
   * Escape hatch: edit the raw AWS request. What it changes of the work itself is part
   * of what is compared with earlier runs, so it is called more than once and must give the same for the same request.
   */
  request(
    change: (request: CreateProcessingJobCommandInput) => CreateProcessingJobCommandInput,
  ): ProcessingTask<Name, Known, Result, Said>
}

/** Files that go along with a program. */
export interface DependencyOptions {
  /** Files and folders that are placed at the root of the code folder under their own names. */
  readonly dependencies?: readonly string[]
}

/** Files that go along with an entry file. */
export interface CodeOptions extends DependencyOptions {
  /** A folder whose content goes along; the entry is inside it. Or an `s3://…tar.gz` that holds it. */
  readonly sourceDir?: string
}

/** Files that go along with a command line. */
export interface ShellOptions extends DependencyOptions {
  /** A folder whose content lies in the working folder of the command line. */
  readonly files?: string
}

/** Words that say what runs, and make a draft ready. */
interface Programs<Ready> {
  /** A file of yours: `.py`, `.sh`, or `.ts`/`.js`, which is bundled with its imports and run by Node. */
  code(entry: string, options?: CodeOptions): Ready
  /** A command line for bash. The only place where a shell reads what you wrote. */
  shell(line: string, options?: ShellOptions): Ready
}

// Where a word is ruled out, a sentence stands in its place: calling it shows the sentence.
interface TrainingWords<P extends Phase, Name extends string, Known, Result, Params, Said extends string, Self>
  extends WordsOf<SharedTable & TrainingTable, Self>, Shorthands<Self, TrainingOptions> {
  /** Where the data comes from. */
  readonly input: InputWords<'training', P, Name, Known, Result, Params, Said>
  /** Spare machines at up to 90 % less, the default; `spot(false)` is `onDemand()`. Not with `warm`. */
  readonly spot: 'warm' extends Said
    ? Explain<'a warm pool keeps on-demand machines: leave out .spot() or .warm()'>
    : <On extends boolean = true>(on?: On) => Training<P, Name, Known, Result, Params, On extends false ? Said : Said | 'spot'>
  /** On-demand machines: they cost more and are not taken away. */
  onDemand(): Self
  /** Keeps the machines for the next job with the same needs: `warm('30 minutes')`. Not with `spot`. */
  readonly warm: 'spot' extends Said
    ? Explain<'a warm pool keeps on-demand machines: leave out .spot() or .warm()'>
    : (keepAlive: Duration) => Training<P, Name, Known, Result, Params, Said | 'warm'>
  /** Values for the program: `--name value` for each, in the order given, and all of them in `SM_HPS`. */
  hyperparameters(values: Params): Self
  /** A number to find in the log: a regular expression whose first group is the value. */
  metric(name: string, expression: RegExp | string): Self
  /** Declares what the hyperparameters are (zod, valibot, arktype …): they are checked before anything starts. */
  hyperparameterSchema<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Training<P, Name, Known, Result, StandardSchemaV1.InferInput<Schema>, Said>
  /** Declares what the work writes with its toolkit's result call (zod, valibot, arktype …): `run.result` is checked and typed. */
  resultSchema<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Training<P, Name, Known, StandardSchemaV1.InferOutput<Schema>, Params, Said>
}

interface ProcessingWords<P extends Phase, Name extends string, Known, Result, Said extends string, Self>
  extends WordsOf<SharedTable, Self>, Shorthands<Self, ProcessingOptions> {
  /** Where the data comes from. */
  readonly input: InputWords<'processing', P, Name, Known, Result, never, Said>
  /** Declares what the work writes with its toolkit's result call (zod, valibot, arktype …): `run.result` is checked and typed. */
  resultSchema<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Processing<P, Name, Known, StandardSchemaV1.InferOutput<Schema>, Said>
}

/** What a ready task can do. */
export interface Runs<Name extends string, Out extends OutputName, Result> {
  /** The task's name. */
  readonly name: Name
  /** One of its outputs, for another task's `.input.from()`: that one then runs this one first. */
  output<Output extends Out>(name: Output): OutputRef<Output>
  /**
   * Runs the task, and first what it was given by value, and waits for its end. What has not changed since it completed is
   * skipped; the same job still running is joined. An abort of `signal` ends the waiting, not the job.
   * @throws {InvalidTaskError} before anything starts, with all problems. {JobFailedError} {JobStoppedError} {RunAbortedError} {PlatformError}
   */
  run(options?: RunOptions): Promise<TaskResult<Out, Result>>
  /** Starts the same in the background: a handle with its events, its log and its result. Use `await using`, or `detach()`. */
  start(options?: RunOptions): Promise<RunHandle<Out, Result>>
  /** The exact request, what would be uploaded, and what would be skipped. Writes nothing. */
  plan(options?: RunOptions): Promise<Plan>
  /** Whether a run would skip, join or start, and which parts have changed. Writes nothing. */
  explain(options?: RunOptions): Promise<Explanation>
}

/** The words behind `.input`. */
export interface InputWords<
  Kind extends 'training' | 'processing',
  P extends Phase,
  Name extends string,
  Known,
  Result,
  Params,
  Said extends string,
> {
  /** Files of this machine: a folder or one file, sent once and again only where it changed. Channel `data` unless named. */
  local<const Channel extends string = 'data'>(
    path: FreeChannel<Said, Channel, string>,
    options?: InputOptions<Channel>,
  ): With<Kind, P, Name, Known, Result, Params, Said, Channel>
  /** Objects in S3: one object, or a folder. Channel `data` unless named. */
  s3<const Channel extends string = 'data'>(
    uri: FreeChannel<Said, Channel, string>,
    options?: InputOptions<Channel>,
  ): With<Kind, P, Name, Known, Result, Params, Said, Channel>
  /** A model trained before, a local path or an S3 URI, as channel `model`. */
  model(
    uri: FreeChannel<Said, 'model', string>,
    options?: Omit<InputOptions, 'channel'>,
  ): With<Kind, P, Name, Known, Result, Params, Said, 'model'>
  /** What the newest completed job of a task of this project left. Channel of the output's name unless named. */
  fromTask<
    const Task extends TaskNames<Known>,
    const Output extends OutputsOf<Known, Task>,
    const Channel extends string = Output,
  >(
    task: Task,
    output: FreeChannel<Said, Channel, Output>,
    options?: InputOptions<Channel>,
  ): With<Kind, P, Name, Known, Result, Params, Said, Channel>
  /** An output in hand: of a task, which then runs first, or of a result. Channel of the output's name unless named. */
  from<const Output extends OutputName, const Channel extends string = Output>(
    source: (OutputRef<Output> | StoredOutput<Output>) & FreeChannel<Said, Channel, unknown>,
    options?: InputOptions<Channel>,
  ): With<Kind, P, Name, Known, Result, Params, Said, Channel>
}

/** A training task in its phase. */
export type Training<P extends Phase, Name extends string, Known, Result, Params, Said extends string> = P extends 'ready'
  ? TrainingTask<Name, Known, Result, Params, Said>
  : TrainingDraft<Name, Known, Result, Params, Said>

/** A processing task in its phase. */
export type Processing<P extends Phase, Name extends string, Known, Result, Said extends string> = P extends 'ready'
  ? ProcessingTask<Name, Known, Result, Said>
  : ProcessingDraft<Name, Known, Result, Said>

type With<
  Kind extends 'training' | 'processing',
  P extends Phase,
  Name extends string,
  Known,
  Result,
  Params,
  Said extends string,
  Channel extends string,
> = Kind extends 'training'
  ? Training<P, Name, Known, Result, Params, Said | `channel ${Channel}`>
  : Processing<P, Name, Known, Result, Said | `channel ${Channel}`>
