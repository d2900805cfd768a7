import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from '../../platform/sagemaker-requests.ts'
import type { SpotOptions } from '../../options/spot/spot.ts'
import type { RunOptions } from '../../run/run-options.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import type { Launch, TrainingDistribution } from '../../spec/distribution.ts'
import type { InstanceGroup } from '../../spec/training/instance-groups.ts'
import type { InstanceType } from '../../spec/instance-types.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { OutputName, ProcessingOutput, TrainingOutput } from '../../spec/outputs.ts'
import type { RehearseOptions } from '../../run/run-options.ts'
import type { Rehearsal } from '../../run/rehearse/verdict.ts'
import type { StoredOutput } from '../../spec/result.ts'
import type { CheckedDuration, CheckedGrace, LongEnough, ShortEnough, SomeTime, SpotTimes } from './durations.ts'
import type { Explain, ImageDecides, OneImage, OneLauncher, OnlySpotWaits, Refused, WarmOrSpot, WarmOrTypes } from './explain.ts'
import type {
  ArgumentList,
  ArgumentsOf,
  Calls,
  Crossing,
  FunctionOptions,
  GivenBy,
  ItemOf,
  MapOptions,
  MapParameters,
  PythonFunctionOptions,
  SchemaGives,
  SchemasTake,
  SchemaTakes,
} from './functions.ts'
import type { FreeChannel, OutputRef, ProcessingInputOptions, TrainingInputOptions } from './input-options.ts'
import type { OutputsOf, TaskNames } from './known-tasks.ts'
import type {
  AsJson,
  SharedOptionMethods,
  Shorthands,
  TrainingOnlyMethods,
  TrainingOptionMethods,
  TypesInOrder,
} from './option-methods.ts'
import type {
  AnyMetric,
  LimitMark,
  MetricMarks,
  Metrics,
  OptionsIn,
  ProcessingOptionsIn,
  StateAfter,
  Together,
  WaitsLongEnough,
  WellFormed,
} from './options-in.ts'
import type { DependencyOptions, NoProgramYet, Programs, ProgramSet } from './programs.ts'
import type { Runs } from './runs.ts'
import type {
  AnySpace,
  SearchDraft,
  SearchMetrics,
  SpaceFor,
  ValuesIn,
  VariantList,
  Variants,
  VariantsFor,
} from '../search/searches.ts'
import type {
  GroupsOf,
  Has,
  HyperparametersOf,
  IsOnDemand,
  KnownOf,
  MaxRunOf,
  MaxWaitOf,
  MetricsOf,
  NamedOutputsOf,
  Reads,
  ResultOf,
  Returns,
  Takes,
  Without,
  Writes,
} from './state.ts'

/*
 * What one can write. A draft has no program yet: choosing one makes it ready to run. Both are the same frozen object
 * underneath. `Name` is the task's name, `State` what later methods depend on (see `state.ts`).
 */

/** A training task that has no program yet: choose one with `code`, `shell` or `algorithm`. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface TrainingDraft<Name extends string = string, State = any>
  extends
    TrainingMethods<'TrainingDraft', Name, State, TrainingDraft<Name, State>>,
    Programs<TrainingTask<Name, State>>,
    NoProgramYet {
  /**
   * An algorithm that brings its own program: one of SageMaker's, or an image of yours that honours `train`. None of your
   * files go along.
   *
   * @example task.algorithm('xgboost', { version: '1.7-1' })
   */
  algorithm(
    name: string,
    options?: {
      /** The algorithm's version; default the newest one that is known. */
      readonly version?: string
    },
  ): TrainingTask<Name, State>
  /**
   * A function of a module of yours, to be called on a machine: `call` and `map` run it there. Only JSON crosses.
   *
   * The module is bundled with its imports, as `.code()` does. `{ file }` names it where its path cannot be read from the text of `load`.
   *
   * @example const embed = ex.task('embed').function(() => import('./work/embed.ts'), 'embed')
   */
  function<Module extends object, const Exported extends keyof Module & string>(
    load: () => Promise<Module>,
    exported: Exported & Crossing<Module, Exported>,
    options?: FunctionOptions,
  ): FunctionTask<Name, State | Calls<Module[Exported]>>
  /**
   * A function of a Python file, to be called on a machine as `.function()` is. Its types are those of two schemas: arguments are checked before a job is
   * started, and what the function gives when it comes back. Only JSON crosses.
   *
   * @example ex.task('embed').pythonFunction('work/embed.py', 'embed', { args: z.tuple([z.array(z.string())]), result: z.array(z.number()) })
   * @throws {InvalidTaskError} for what is no function of a `.py` file, or without schemas.
   */
  pythonFunction<const Args extends StandardSchemaV1, const Result extends StandardSchemaV1>(
    file: string,
    name: string,
    options: PythonFunctionOptions<Args, Result> & {
      /** A tuple. */
      readonly args: ArgumentList<Args>
      /** What JSON can represent. */
      readonly result: SchemaTakes<Result>
    },
  ): FunctionTask<
    Name,
    | State
    | Calls<
        (
          ...args: StandardSchemaV1.InferInput<Args> extends infer List extends readonly unknown[] ? List : never
        ) => StandardSchemaV1.InferOutput<Result>
      >
  >
  /** Only processing tasks have an entrypoint. */
  readonly entrypoint: Refused<'only a processing task has an entrypoint: use project.processing(), or .code() or .shell()'>
}

/** A training task that can run. Without type arguments: any training task, whatever was set. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface TrainingTask<Name extends string = string, State = any>
  extends TrainingMethods<'TrainingTask', Name, State, TrainingTask<Name, State>>, Runs<Name, TrainingOutput, State>, ProgramSet {
  readonly kind: 'training'
  /**
   * The same task under another name, with a history and a state of its own: for variations of one task.
   *
   * @example train.named('train-small').hyperparameters({ layers: 1 })
   * @throws {InvalidTaskError} when it runs, for a name that SageMaker would refuse.
   */
  named<const New extends string>(name: New): TrainingTask<New, State>
  /**
   * A search for the hyperparameters that make a metric best. Each trial is this task with other values, under a name of its own.
   *
   * @example train.search({ lr: range.log(1e-5, 1e-1) }).minimize('loss').trials(40).parallel(8).run()
   */
  search<const Space extends AnySpace>(
    space: Space & SpaceFor<State, Space>,
  ): SearchDraft<ValuesIn<Space>, TaskResult<TrainingOutput, ResultOf<State>, MetricsOf<State>>, SearchMetrics<State>>
  /**
   * The task once for each of these hyperparameters, which come on top of its own. Each has a name of its own.
   *
   * @example const { results } = await train.variants([{ lr: 0.1 }, { lr: 0.01 }]).run()
   */
  variants<const List extends VariantList>(
    list: List & VariantsFor<State, List>,
  ): Variants<List, TaskResult<TrainingOutput, ResultOf<State>, MetricsOf<State>>, SearchMetrics<State>>
  /**
   * Runs the program on this computer, takes its machines away at random moments as SageMaker takes spot machines (SIGTERM, two
   * minutes, SIGKILL, new machines, state restored), and compares what comes of it with a run that nobody interrupts.
   *
   * 20 interruptions by default. Inputs must be on this computer. What was found is kept for `.spot({ certified: true })`.
   *
   * @example const { survives, faults, workLost } = await train.rehearse({ interruptions: 20, seed: 1 })
   * @throws {InvalidTaskError} for what cannot be rehearsed. {JobFailedError} when the program fails without an interruption.
   */
  rehearse<const Time extends SomeTime = never>(options?: RehearseOptions<Time> & CheckedGrace<Time>): Promise<Rehearsal>
  /**
   * Escape hatch: edit the raw AWS request. It may be called several times, so it must give the same for the same request;
   * what it changes of the work itself makes a later run start again.
   *
   * @example train.request((request) => ({ ...request, EnableNetworkIsolation: true }))
   */
  request(change: (request: CreateTrainingJobRequest) => CreateTrainingJobRequest): TrainingTask<Name, State>
}

type IsCalled = 'a function is called: use .call() or .map()'

/** A function that is called on machines. Without type arguments: any. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface FunctionTask<Name extends string = string, State = any>
  extends TrainingMethods<'FunctionTask', Name, State, FunctionTask<Name, State>>, ProgramSet {
  /** The task's name: each set of arguments is a task `<name>-<digest>`. */
  readonly name: Name
  /** Calls run as training jobs. */
  readonly kind: JobKind
  /**
   * Calls the function on a machine, and gives what it gives. Same function, same arguments: what an earlier job gave, without a new one.
   *
   * @example const vectors = await embed.call(['a', 'b'], { model: 'm' })
   * @throws {FunctionFailedError} with the name and the message of what the function threw. What `run` throws when the job itself fails.
   */
  call(...args: ArgumentsOf<State>): Promise<GivenBy<State>>
  /**
   * As `call`, with the options of a run before the arguments: `signal`, `force`, `onEvent`.
   *
   * @example await embed.callWith({ signal: AbortSignal.timeout(60_000) }, ['a'], { model: 'm' })
   */
  callWith(options: RunOptions, ...args: ArgumentsOf<State>): Promise<GivenBy<State>>
  /**
   * Calls the function once for each item, all in one job; gives the values in the order of the items. Items that ended are kept: when the job was
   * interrupted, or some items failed, the next call makes only the others.
   *
   * @example const all = await embed.map(chunks, { machines: 4, perMachine: 8, rest: [{ model: 'm' }] })
   * @throws {FunctionFailedError} when items failed: `failed` has these, `values` what the others gave.
   */
  map(items: readonly ItemOf<State>[], ...options: MapParameters<State, MapOptions & RunOptions>): Promise<GivenBy<State>[]>
  /** @deprecated A function is called. */
  readonly run: Refused<IsCalled>
  /** @deprecated A function is called. */
  readonly start: Refused<IsCalled>
  /** @deprecated A function is called. */
  readonly plan: Refused<IsCalled>
  /** @deprecated A function is called. */
  readonly explain: Refused<IsCalled>
  /** @deprecated A function is called. */
  readonly output: Refused<IsCalled>
  /** @deprecated The type of the function says what it gives. */
  readonly resultSchema: Refused<'the type of the function says what it gives'>
  /** @deprecated The function has arguments. */
  readonly hyperparameters: Refused<'a function has arguments: give them to .call() or .map()'>
}

/** A processing task that has no program yet: choose one with `code`, `shell`, `entrypoint`, `command` or `algorithm`. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface ProcessingDraft<Name extends string = string, State = any>
  extends
    ProcessingMethods<'ProcessingDraft', Name, State, ProcessingDraft<Name, State>>,
    Programs<ProcessingTask<Name, State>>,
    NoProgramYet {
  /**
   * The program to start with its first arguments; `.args()` follow them. No shell reads any of it.
   *
   * @example ex.processing('list').entrypoint(['/bin/bash', '-c']).args('ls -la')
   */
  entrypoint(argv: readonly [string, ...string[]], options?: DependencyOptions): ProcessingTask<Name, State>
  /**
   * A script and the program that runs it.
   *
   * @example ex.processing('clean').command(['python3', '-u'], 'clean.py')
   */
  command(argv: readonly [string, ...string[]], script: string, options?: DependencyOptions): ProcessingTask<Name, State>
  /** The image's own program. None of your files go along. */
  algorithm(image: string): ProcessingTask<Name, State>
}

/** A processing task that can run. Without type arguments: any processing task, whatever was set. */
// oxlint-disable-next-line typescript/no-explicit-any -- a task of which nothing is known: see `state.ts`.
export interface ProcessingTask<Name extends string = string, State = any>
  extends
    ProcessingMethods<'ProcessingTask', Name, State, ProcessingTask<Name, State>>,
    Runs<Name, ProcessingOutput | NamedOutputsOf<State>, State>,
    ProgramSet {
  readonly kind: 'processing'
  /**
   * The same task under another name, with a history and a state of its own: for variations of one task.
   *
   * @example clean.named('clean-2025').args('--year', '2025')
   * @throws {InvalidTaskError} when it runs, for a name that SageMaker would refuse.
   */
  named<const New extends string>(name: New): ProcessingTask<New, State>
  /**
   * Escape hatch: edit the raw AWS request. It may be called several times, so it must give the same for the same request;
   * what it changes of the work itself makes a later run start again.
   *
   * @example clean.request((request) => ({ ...request, NetworkConfig: { EnableNetworkIsolation: true } }))
   */
  request(change: (request: CreateProcessingJobRequest) => CreateProcessingJobRequest): ProcessingTask<Name, State>
}

/** Any training task that can run: for parameters, class fields and variables that are assigned again. */
export type AnyTrainingTask = TrainingTask
/** Any task that can run, of either kind. */
export type AnyTask = TrainingTask | ProcessingTask

/** The four interfaces by name: a method gives the one it belongs to, in its next state. */
export interface Builders<Name extends string, State> {
  readonly TrainingDraft: TrainingDraft<Name, State>
  readonly TrainingTask: TrainingTask<Name, State>
  readonly FunctionTask: FunctionTask<Name, State>
  readonly ProcessingDraft: ProcessingDraft<Name, State>
  readonly ProcessingTask: ProcessingTask<Name, State>
}

// Where a method is ruled out, a sentence stands in its place: calling it shows the sentence.

interface TrainingMethods<B extends 'TrainingDraft' | 'TrainingTask' | 'FunctionTask', Name extends string, State, Self>
  extends SharedOptionMethods<Self>, TrainingOptionMethods<Self>, Shorthands<Self> {
  /**
   * Which machines, and how many of them: `instanceType` and `instanceCount` in one call; default one machine.
   *
   * A list of types is tried in its order, whatever is free: `fallbackTypes` are all but the first. Not with `warm`. Groups are machines
   * of several types in one job, with names that inputs can be given to; each says its own number.
   *
   * @example task.instances('ml.g5.xlarge', 2)
   * @example task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2)
   * @example task.instances([{ group: 'data', type: 'ml.c5.xlarge', count: 2 }, { group: 'train', type: 'ml.g5.xlarge' }])
   */
  instances<
    const Machines extends
      | InstanceType
      | (Has<State, 'warm'> extends true ? Explain<WarmOrTypes> : TypesInOrder | InstanceGroups),
  >(
    machines: Machines,
    count?: number,
  ): Machines extends string ? Self : Builders<Name, State | MachinesMark<Machines>>[B]
  /**
   * The framework whose ready-made image is used.
   *
   * `pytorch` (default for training), `tensorflow`, `sklearn` (default for processing), `xgboost`, `huggingface`. Not with `image`.
   */
  readonly framework: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (name: 'pytorch' | 'tensorflow' | 'sklearn' | 'xgboost' | 'huggingface') => Builders<Name, State | 'framework'>[B]
  /** The version of the framework; default the newest one in the image table. */
  readonly frameworkVersion: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (version: string) => Builders<Name, State | 'framework'>[B]
  /** The Python of the image, as `py312`; default the newest one of the framework's version. */
  readonly pythonVersion: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (version: string) => Builders<Name, State | 'framework'>[B]
  /** A container image by its full URI, instead of a framework's. Not with `framework` or `dockerfile`, unless they are the project's defaults. */
  readonly image: Has<State, 'dockerfile'> extends true
    ? Refused<OneImage>
    : Has<State, 'framework'> extends true
      ? Refused<ImageDecides>
      : (uri: string) => Builders<Name, State | 'image'>[B]
  /** A Dockerfile's text, or a folder that holds one; `__BASE_IMAGE__` stands for the framework's image. */
  readonly dockerfile: Has<State, 'image'> extends true
    ? Refused<OneImage>
    : (textOrFolder: string) => Builders<Name, State | 'dockerfile'>[B]
  /** Where the data comes from: each of its methods adds one channel. */
  readonly input: InputMethods<B, Name, State>
  /**
   * Whether spare machines are used, at up to 90 % less; they can be taken away at any time.
   *
   * The default for training. `spot(false)` is `onDemand()`. `{ fallback, after }` says how long to wait for them, and what to
   * take then; without it a job waits as long as `maxWait` lets it. Not with `warm`.
   *
   * @example task.spot({ fallback: 'on-demand', after: '2 hours' })
   */
  readonly spot: Has<State, 'warm'> extends true
    ? <const On extends boolean | SpotOptions<SomeTime> = true>(
        this: [On] extends [false] ? unknown : Explain<WarmOrSpot>,
        on?: On,
      ) => Builders<Name, State | 'on-demand'>[B]
    : <const On extends boolean | SpotOptions<SomeTime> = true>(
        on?: On & SpotTimes<On>,
      ) => Builders<Name, [On] extends [false] ? Without<State, 'spot'> | 'on-demand' : State | 'spot'>[B]
  /**
   * What to take when there are no spot machines for `spotAfter`: `on-demand` machines, or `none`.
   *
   * Default `none`. With `on-demand` the spot job that waits is stopped, and another one starts on on-demand machines with its state. Not with `warm`.
   *
   * @example task.spotFallback('on-demand').spotAfter('2 hours')
   */
  spotFallback<const Fallback extends 'none' | 'on-demand'>(
    this: ['none' extends Fallback ? false : Has<State, 'warm'>] extends [true] ? Explain<WarmOrSpot> : unknown,
    fallback: Fallback,
  ): Builders<Name, 'none' extends Fallback ? State : State | 'spot'>[B]
  /**
   * Types of machine to take, in this order, when there are none of `instanceType`.
   *
   * At most 4; none by default. On demand SageMaker chooses when the job starts; with `spot` each type has a job of its own and its
   * share of `spotAfter`. Not with `warm`. The image is the one for `instanceType`: choose types of one kind, all with GPUs or none.
   *
   * @example task.instanceType('ml.g5.xlarge').fallbackTypes('ml.g4dn.xlarge')
   */
  readonly fallbackTypes: Has<State, 'warm'> extends true
    ? Refused<WarmOrTypes>
    : <const Types extends readonly InstanceType[]>(
        ...types: Types
      ) => Builders<Name, Types extends readonly [] ? State : State | 'types'>[B]
  /**
   * Machines of several types in one job: groups with a name, a type and a number of machines.
   *
   * One to five groups, in place of `instanceType` and `instanceCount`; none by default. The machines are numbered in the order of the groups. An
   * input with `groups` goes to these alone. The image is the one for the first type with GPUs. Not with `warm` or `fallbackTypes`.
   *
   * @see ResourceConfig.InstanceGroups in the CreateTrainingJob reference
   */
  readonly instanceGroups: Has<State, 'warm'> extends true
    ? Refused<WarmOrTypes>
    : <const Groups extends readonly InstanceGroup[]>(groups: Groups) => Builders<Name, State | MachinesMark<Groups>>[B]
  /**
   * What starts the program: a launcher such as `accelerate launch`, or SageMaker's training toolkit in the image.
   *
   * A list is a program and its arguments, to which the entry and its arguments are added; `{rank}`, `{machines}`, `{processes}`, `{allProcesses}`, `{master}`,
   * `{port}`, `{hosts}` and `{python}` in it are replaced on each machine. For `.code()`, without `distribution`. `'toolkit'` makes SageMaker's
   * classic script-mode request, for images that bring its training toolkit: with a `.py` or `.sh` entry and no `args`.
   *
   * @example task.code('train.py').launch(['accelerate', 'launch', '--num_machines', '{machines}'])
   */
  launch<const Program extends Launch>(
    launch: [Program extends 'toolkit' ? false : Has<State, 'distribution'>] extends [true] ? Explain<OneLauncher> : Program,
  ): Builders<Name, Program extends 'toolkit' ? State : State | 'launch'>[B]
  /**
   * How several processes and machines work together: `torchrun`, `mpi`, `parameter_server` or `multi_worker_mirrored`.
   *
   * `torchrun` and `mpi` start one process for each GPU or Neuron core of every machine, one without any;
   * `{ torchrun: { processesPerMachine: 4 } }` sets the number, `{ mpi: { options: ['-x', 'NAME'] } }` options of `mpirun`. The other
   * two set TensorFlow's `TF_CONFIG`. The Python SDK's forms, `{ torch_distributed: { enabled: true } }`, are accepted as well.
   *
   * @example task.instances('ml.g5.12xlarge', 2).distribution('torchrun')
   */
  readonly distribution: Has<State, 'launch'> extends true
    ? Refused<OneLauncher>
    : (distribution: TrainingDistribution) => Builders<Name, State | 'distribution'>[B]
  /**
   * On-demand machines: they cost more and are not taken away.
   *
   * @example task.instances('ml.g5.xlarge').onDemand()
   */
  readonly onDemand: [MaxWaitOf<State>] extends [never]
    ? () => Builders<Name, Without<State, 'spot'> | 'on-demand'>[B]
    : Refused<OnlySpotWaits>
  /**
   * How long the machines are kept warm for the next job with the same needs.
   *
   * From `'1 second'` to `'6 hours'`. Means on-demand machines. Not with `spot`.
   *
   * @example task.warm('30 minutes')
   */
  readonly warm: Has<State, 'spot'> extends true
    ? Refused<WarmOrSpot>
    : Has<State, 'types'> extends true
      ? Refused<WarmOrTypes>
      : [MaxWaitOf<State>] extends [never]
        ? <const Time extends string | { readonly seconds: number }>(
            keepAlive: CheckedDuration<Time>,
          ) => Builders<Name, State | 'warm'>[B]
        : Refused<OnlySpotWaits>
  /**
   * How long the job may run before it is stopped.
   *
   * From `'1 second'` to `'28 days'`; default `'24 hours'`. With `spot` the wait for machines is limited by `maxWait`.
   *
   * @example task.maxRun('2 hours')
   */
  maxRun<const Time extends string | { readonly seconds: number }>(
    // Written out, and asked only after `maxWait`: this is in every chain, and an alias more is work for the compiler.
    limit: [MaxWaitOf<State>] extends [never]
      ? CheckedDuration<Time>
      : CheckedDuration<Time> & ShortEnough<Time, MaxWaitOf<State>>,
  ): Builders<Name, Exclude<State, `maxRun ${string}`> | (Time extends string ? `maxRun ${Time}` : never)>[B]
  /**
   * How long a spot job may wait for machines and run, together.
   *
   * No shorter than `maxRun`; default the same as `maxRun`. Only with `spot`.
   *
   * @example task.maxRun('2 hours').maxWait('6 hours')
   */
  readonly maxWait: IsOnDemand<State> extends true
    ? Refused<OnlySpotWaits>
    : <const Time extends string | { readonly seconds: number }>(
        limit: CheckedDuration<Time> & LongEnough<Time, MaxRunOf<State>>,
      ) => Builders<Name, Exclude<State, `maxWait ${string}`> | LimitMark<'maxWait', Time>>[B]
  /**
   * How long to wait for spot machines, over all types and attempts, before something else is taken or the run ends.
   *
   * From `'5 minutes'` to `'30 days'`, and five minutes for each type of `instances`; default `'2 hours'` with several types or
   * `spotFallback`, else as long as `maxWait` lets the job wait. The types share it equally.
   *
   * @example task.spotFallback('on-demand').spotAfter('2 hours')
   */
  spotAfter<const Time extends string | { readonly seconds: number }>(wait: CheckedDuration<Time>): Self
  /**
   * Demands a certificate of `rehearse()` for spot runs whose `maxRun` is longer than this.
   *
   * A duration from `'0 seconds'` to `'28 days'`; none by default. The certificate is for the program and its parameters, and lies on
   * this computer. Not asked for where jobs are not interrupted.
   *
   * @example task.certifiedOver('2 hours')
   */
  certifiedOver<const Time extends string | { readonly seconds: number }>(limit: CheckedDuration<Time>): Self
  /**
   * Values for the program: it gets `--name value` for each, in the order given, and all of them in `SM_HPS`.
   *
   * At most 100; strings are passed as they are, everything else as JSON. Later values add to earlier ones.
   *
   * @example task.hyperparameters({ lr: 0.1, layers: [64, 64] })
   */
  readonly hyperparameters: [Extract<State, Takes<unknown>>] extends [never]
    ? <Values extends object>(values: Values & AsJson<Values[keyof Values]>) => Builders<Name, State | 'hyperparameters'>[B]
    : (values: HyperparametersOf<State>) => Self
  /**
   * A number to find in the log: a regular expression whose first group is the value. `[-+.0-9eE]+` reads every number, also `3e-05`.
   *
   * @example task.metric('loss', /loss=([-+.0-9eE]+)/)
   */
  metric<const Metric extends string>(
    name: Metric,
    expression: RegExp | string,
  ): Builders<Name, State | (string extends Metric ? AnyMetric<State> : `metric ${Metric}`)>[B]
  /**
   * Numbers to find in the log: a name and a regular expression whose first group is the value.
   *
   * @example task.metrics({ epoch: /epoch=(\d+)/, loss: /loss=([-+.0-9eE]+)/ })
   */
  metrics<const Named extends Metrics>(expressions: Named): Builders<Name, State | MetricMarks<State, Named>>[B]
  /**
   * Several options at once, as one object: the same options, the same meaning.
   *
   * @example task.with({ instanceType: 'ml.g5.xlarge', maxRun: '2 hours' })
   */
  with<
    const Spot extends boolean | undefined = undefined,
    const Warm extends SomeTime | undefined = undefined,
    const Run extends SomeTime | undefined = undefined,
    const Wait extends SomeTime | undefined = undefined,
    const After extends SomeTime | undefined = undefined,
    const Certified extends SomeTime | undefined = undefined,
    const Pause extends SomeTime | undefined = undefined,
    const Named extends Metrics | undefined = undefined,
    const Values extends object | undefined = undefined,
    const Types extends readonly string[] | undefined = undefined,
    const Fallback extends 'none' | 'on-demand' | undefined = undefined,
  >(
    options: OptionsIn<State, Spot, Warm, Run, Wait, After, Certified, Pause, Named, Values, Types, Fallback> &
      Together<State, Spot, Warm, Types, Fallback> &
      WaitsLongEnough<State, Run, Wait, Spot, Warm> &
      WellFormed<Warm, Run, Wait, After, Certified, Pause, Values>,
  ): Builders<Name, StateAfter<State, Spot, Warm, Run, Wait, Named, Values, Types, Fallback>>[B]
  /** @deprecated Only a processing task names outputs. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as with `Refused`; written out, because an alias is work in every chain.
  outputs(this: Explain<NamesNoOutputs>, ...args: any[]): any
  /** Declares what the hyperparameters are (zod, valibot, arktype …): they are checked together before anything starts. */
  readonly hyperparameterSchema: Has<State, 'hyperparameters'> extends true
    ? Refused<'declare the schema before .hyperparameters(): the values are then checked by it'>
    : <Schema extends StandardSchemaV1>(
        schema: Schema & SchemaGives<Schema>,
      ) => Builders<
        Name,
        Exclude<State, Takes<unknown>> | Takes<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>>
      >[B]
  /**
   * Declares the shapes of documents that the program reads in a channel: a file of the channel and its schema (zod, valibot, arktype …). `stats.json` is
   * one document, `rows.jsonl` has one on each line.
   *
   * `ssm types` writes a reader for each. Of a local channel they are checked before anything starts, up to 16 MiB each.
   *
   * @example task.input.local('./data', { channel: 'words' }).channelSchema('words', { 'stats.json': Stats })
   * @throws {InvalidTaskError} when it runs, for a channel that the task does not have, and with the place of what is wrong in a document.
   */
  channelSchema<const Channel extends string, const Schemas extends Readonly<Record<string, StandardSchemaV1>>>(
    channel: Channel,
    schemas: Schemas & SchemasTake<Schemas>,
  ): Builders<
    Name,
    | State
    | Reads<{
        readonly [File in keyof Schemas & string as `${Channel}/${File}`]: StandardSchemaV1.InferInput<Schemas[File]>
      }>
  >[B]
  /**
   * Declares the shapes of documents that the program writes into an output, as `channelSchema` does for those that it reads.
   * `result.document()` reads and checks one.
   *
   * @example task.outputSchema('model', { 'report.json': Report })
   * @throws {InvalidTaskError} when it runs, for an output that the task does not have.
   */
  outputSchema<const Output extends 'model' | 'output', const Schemas extends Readonly<Record<string, StandardSchemaV1>>>(
    output: Output,
    schemas: Schemas & SchemasTake<Schemas>,
  ): Builders<
    Name,
    | State
    | Writes<{
        readonly [File in keyof Schemas & string as `${Output}/${File}`]: StandardSchemaV1.InferInput<Schemas[File]>
      }>
  >[B]
  /** Declares what the program writes with its toolkit's result call (zod, valibot, arktype …): `result` is checked and typed. */
  resultSchema<Schema extends StandardSchemaV1>(
    schema: Schema & SchemaTakes<Schema>,
  ): Builders<
    Name,
    Exclude<State, Returns<unknown>> | Returns<StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>
  >[B]
}

/** Groups of machines, each of its own type. */
type InstanceGroups = readonly [InstanceGroup, ...InstanceGroup[]]

/** What a task remembers of its machines: that there are several types, or the names of its groups. */
type MachinesMark<Machines> = Machines extends readonly InstanceGroup<infer Group>[]
  ? 'types' | (string extends Group ? never : `group ${Group}`)
  : 'types'

interface ProcessingMethods<B extends 'ProcessingDraft' | 'ProcessingTask', Name extends string, State, Self>
  extends SharedOptionMethods<Self>, Shorthands<Self>, TrainingOnlyMethods {
  /**
   * Which machines, and how many of them: `instanceType` and `instanceCount` in one call; default one machine.
   *
   * A list is tried in its order, whatever is free: `fallbackTypes` are all but the first.
   *
   * @example task.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2)
   */
  instances(type: InstanceType | TypesInOrder, count?: number): Self
  /**
   * Types of machine to take, in this order, when there are none of `instanceType`.
   *
   * At most 4; none by default. SageMaker chooses when the job starts.
   *
   * @example task.instanceType('ml.m5.large').fallbackTypes('ml.c5.xlarge')
   */
  fallbackTypes(...types: readonly InstanceType[]): Self
  /**
   * The framework whose ready-made image is used.
   *
   * `pytorch` (default for training), `tensorflow`, `sklearn` (default for processing), `xgboost`, `huggingface`. Not with `image`.
   */
  readonly framework: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (name: 'pytorch' | 'tensorflow' | 'sklearn' | 'xgboost' | 'huggingface') => Builders<Name, State | 'framework'>[B]
  /** The version of the framework; default the newest one in the image table. */
  readonly frameworkVersion: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (version: string) => Builders<Name, State | 'framework'>[B]
  /** The Python of the image, as `py312`; default the newest one of the framework's version. */
  readonly pythonVersion: Has<State, 'image'> extends true
    ? Refused<ImageDecides>
    : (version: string) => Builders<Name, State | 'framework'>[B]
  /** A container image by its full URI, instead of a framework's. Not with `framework` or `dockerfile`, unless they are the project's defaults. */
  readonly image: Has<State, 'dockerfile'> extends true
    ? Refused<OneImage>
    : Has<State, 'framework'> extends true
      ? Refused<ImageDecides>
      : (uri: string) => Builders<Name, State | 'image'>[B]
  /** A Dockerfile's text, or a folder that holds one; `__BASE_IMAGE__` stands for the framework's image. */
  readonly dockerfile: Has<State, 'image'> extends true
    ? Refused<OneImage>
    : (textOrFolder: string) => Builders<Name, State | 'dockerfile'>[B]
  /** Where the data comes from: each of its methods adds one channel. */
  readonly input: InputMethods<B, Name, State>
  /**
   * More folders to keep, each as an output of its own: name and path on the machine. Later calls add to earlier ones.
   *
   * At most 8; paths below `/opt/ml/processing/`, none inside another; parts of `/opt/ml/processing/output` take the place of `output`; names of letters, digits, `_` and `-`. The folders are
   * there when the program starts, and it finds each as `SSM_OUTPUT_<NAME>`. Stored when the job ends, also after a failure.
   *
   * @example ex.processing('split').code('split.py').outputs({ train: '/opt/ml/processing/train', test: '/opt/ml/processing/test' })
   * @see ProcessingOutputConfig.Outputs in the CreateProcessingJob reference
   */
  outputs<const Paths extends Readonly<Record<string, string>>>(
    paths: Paths & FreeOutputs<Paths>,
  ): Builders<Name, State | (string extends keyof Paths ? never : `output ${keyof Paths & string}`)>[B]
  /**
   * What starts the program: a launcher of its own, a program and its arguments, to which the entry and its arguments are added. For `.code()`.
   *
   * `{rank}`, `{machines}`, `{processes}`, `{allProcesses}`, `{master}`, `{port}`, `{hosts}` and `{python}` in it are replaced on each machine.
   *
   * @example task.code('clean.py').launch(['mpirun', '-n', '4', '{python}'])
   */
  launch<const Program extends Launch>(launch: Program extends 'toolkit' ? Explain<ToolkitTrains> : Program): Self
  /**
   * How long the job may run before it is stopped.
   *
   * From `'1 second'` to `'9 days'`; default `'24 hours'`.
   *
   * @example task.maxRun('2 hours')
   */
  maxRun<const Time extends string | { readonly seconds: number }>(limit: CheckedDuration<Time>): Self
  /**
   * Several options at once, as one object: the same options, the same meaning.
   *
   * @example task.with({ instanceType: 'ml.m5.large', maxRun: '2 hours' })
   */
  with<const Run extends SomeTime | undefined = undefined, const Pause extends SomeTime | undefined = undefined>(
    options: ProcessingOptionsIn<Run, Pause> & WellFormed<undefined, Run, undefined, undefined, undefined, Pause>,
  ): Self
  /**
   * Declares the shapes of documents that the program reads in a channel: a file of the channel and its schema (zod, valibot, arktype …). `stats.json` is
   * one document, `rows.jsonl` has one on each line.
   *
   * `ssm types` writes a reader for each. Of a local channel they are checked before anything starts, up to 16 MiB each.
   *
   * @example task.input.local('./data', { channel: 'words' }).channelSchema('words', { 'stats.json': Stats })
   * @throws {InvalidTaskError} when it runs, for a channel that the task does not have, and with the place of what is wrong in a document.
   */
  channelSchema<const Channel extends string, const Schemas extends Readonly<Record<string, StandardSchemaV1>>>(
    channel: Channel,
    schemas: Schemas & SchemasTake<Schemas>,
  ): Builders<
    Name,
    | State
    | Reads<{
        readonly [File in keyof Schemas & string as `${Channel}/${File}`]: StandardSchemaV1.InferInput<Schemas[File]>
      }>
  >[B]
  /**
   * Declares the shapes of documents that the program writes into an output, as `channelSchema` does for those that it reads.
   * `result.document()` reads and checks one.
   *
   * @example task.outputSchema('output', { 'report.json': Report })
   * @throws {InvalidTaskError} when it runs, for an output that the task does not have.
   */
  outputSchema<
    const Output extends 'output' | NamedOutputsOf<State>,
    const Schemas extends Readonly<Record<string, StandardSchemaV1>>,
  >(
    output: Output,
    schemas: Schemas & SchemasTake<Schemas>,
  ): Builders<
    Name,
    | State
    | Writes<{
        readonly [File in keyof Schemas & string as `${Output}/${File}`]: StandardSchemaV1.InferInput<Schemas[File]>
      }>
  >[B]
  /** Declares what the program writes with its toolkit's result call (zod, valibot, arktype …): `result` is checked and typed. */
  resultSchema<Schema extends StandardSchemaV1>(
    schema: Schema & SchemaTakes<Schema>,
  ): Builders<
    Name,
    Exclude<State, Returns<unknown>> | Returns<StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>
  >[B]
}

type ToolkitTrains = "the training toolkit is for training tasks: use project.task(), or a launcher's program and arguments"

type NamesNoOutputs = 'only a processing task names outputs: use project.processing(), or write to model and output'

/** The state that remembers an input in this channel. */
type Adds<B extends keyof Builders<string, never>, Name extends string, State, Channel extends string> = Builders<
  Name,
  // Written out: an alias would stand in the declarations of a function whose type parameter names the channel.
  State | (string extends Channel ? never : `channel ${Channel}`)
>[B]

/** The methods behind `.input`: each gives the task with one more input. */
export interface InputMethods<B extends keyof Builders<string, never>, Name extends string, State> {
  /**
   * Files of this computer: a folder or one file, uploaded once and again only where it changed. Channel `data` unless named.
   *
   * @example task.input.local('./data', { channel: 'train', distribution: 'ShardedByS3Key' })
   */
  local<const Channel extends string = 'data'>(
    path: FreeChannel<State, Channel, string>,
    options?: InputOptionsOf<B, Channel, State>,
  ): Adds<B, Name, State, Channel>
  /**
   * Objects in S3: one object, or a folder. Channel `data` unless named.
   *
   * @example task.input.s3('s3://my-bucket/images/', { mode: 'FastFile' })
   */
  s3<const Channel extends string = 'data'>(
    uri: FreeChannel<State, Channel, string>,
    options?: InputOptionsOf<B, Channel, State>,
  ): Adds<B, Name, State, Channel>
  /**
   * A model trained before, a local path or an S3 URI, as channel `model`.
   *
   * @example task.input.model('s3://my-bucket/model.tar.gz', { unpack: true })
   */
  model(
    pathOrUri: FreeChannel<State, 'model', string>,
    options?: Omit<InputOptionsOf<B, 'model', State>, 'channel'>,
  ): Adds<B, Name, State, 'model'>
  /**
   * The output of the newest completed job of a task of this project. Channel of the output's name unless named.
   *
   * @example task.input.fromTask('prep', 'output', { channel: 'words' })
   */
  fromTask<
    const Task extends TaskNames<KnownOf<State>>,
    const Output extends OutputsOf<KnownOf<State>, Task>,
    const Channel extends string = Output,
  >(
    task: Task,
    output: FreeChannel<State, Channel, Output>,
    options?: InputOptionsOf<B, Channel, State>,
  ): Adds<B, Name, State, Channel>
  /**
   * An output in hand: of a task, which then runs first, or of a result. Channel of the output's name unless named.
   *
   * @example task.input.from(prep.output('model'), { channel: 'words' })
   */
  from<const Source extends OutputRef | StoredOutput | TaskInHand, const Channel extends string = OutputOf<Source>>(
    source: Source extends TaskInHand
      ? Explain<"which of its outputs? Write task.output('output'), or task.output('model') of a training task">
      : FreeChannel<State, Channel, Source>,
    options?: InputOptionsOf<B, Channel, State>,
  ): Adds<B, Name, State, Channel>
}

type InputOptionsOf<B extends keyof Builders<string, never>, Channel extends string, State> = B extends
  | 'TrainingDraft'
  | 'TrainingTask'
  | 'FunctionTask'
  ? TrainingInputOptions<Channel, GroupsOf<State>>
  : ProcessingInputOptions<Channel>

/** Names of outputs that are free; in the place of others stands a sentence. */
type FreeOutputs<Paths> = {
  readonly [Name in keyof Paths]: Name extends ProcessingOutput | 'logs'
    ? Explain<`a processing task has an output '${Name & string}' already: choose another name`>
    : string
}

interface TaskInHand {
  readonly name: string
  readonly kind: 'training' | 'processing'
  output(name: never): unknown
}

type OutputOf<Source> = Source extends { readonly output: infer Output extends string } ? Output : OutputName
