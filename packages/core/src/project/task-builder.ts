import type { StandardSchemaV1 } from '@standard-schema/spec'
import { freeze } from '../lang/freeze.ts'
import { InvalidTaskError } from '../options/errors.ts'
import { mergeOptions, type TrainingOptions } from '../options/task-options.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { Explanation, Plan } from '../run/plan.ts'
import type { Secret } from '../secrets/secret.ts'
import type { OutputName } from '../spec/outputs.ts'
import { callerOf, type Caller } from '../errors/caller.ts'
import { outputsOf } from '../run/results/outputs.ts'
import type { Program } from '../spec/program.ts'
import type { StoredOutput } from '../spec/result.ts'
import type { RequestOverride, TaskSpec } from '../spec/task-spec.ts'
import type { Duration } from '../time/duration.ts'
import { addInput, pathOrUri, sourceOf, taskSource, type Draft } from './draft.ts'
import type {
  CodeOptions,
  DependencyOptions,
  ProcessingDraft,
  ProcessingTask,
  ShellOptions,
  TrainingDraft,
  TrainingTask,
} from './grammar.ts'
import type { InputOptions, OutputRef } from './inputs.ts'
import type { RunHandle, RunOptions } from '../run/handle.ts'
import type { Runner } from '../run/runner.ts'
import { specOf } from './spec-of.ts'

// Every word of every kind and phase: the class that forgets one does not compile.
type EveryWord = Record<keyof TrainingDraft | keyof TrainingTask | keyof ProcessingDraft | keyof ProcessingTask, unknown>

/**
 * The one class behind all sentences: a frozen draft and one line per word, each giving a new builder. What may be said
 * when is decided by the interfaces in `grammar.ts`, and again at run time by `specOf`, for callers without types.
 */
export class TaskBuilder implements EveryWord {
  readonly #draft: Draft
  readonly #runner: Runner
  #spec: TaskSpec | undefined

  constructor(draft: Draft, runner: Runner) {
    this.#draft = freeze(draft)
    this.#runner = runner
  }

  get name(): string {
    return this.#draft.task
  }

  code = (entry: string, options: CodeOptions = {}): TaskBuilder =>
    this.#program({ kind: 'code', entry, ...options, dependencies: options.dependencies ?? [] })
  shell = (line: string, options: ShellOptions = {}): TaskBuilder =>
    this.#program({ kind: 'shell', line, ...options, dependencies: options.dependencies ?? [] })
  entrypoint = (argv: readonly string[], options: DependencyOptions = {}): TaskBuilder =>
    this.#program({ kind: 'command', argv, dependencies: options.dependencies ?? [] })
  command = (argv: readonly string[], script: string, options: DependencyOptions = {}): TaskBuilder =>
    this.#program({ kind: 'command', argv, script, dependencies: options.dependencies ?? [] })

  algorithm = (name: string, options: { readonly version?: string } = {}): TaskBuilder =>
    this.#next({ program: { kind: 'algorithm' }, algorithm: { name, ...options } })

  with = (options: TrainingOptions): TaskBuilder => this.#next({ options: mergeOptions(this.#draft.options, options) })

  instances = (instanceType: string, instanceCount = 1): TaskBuilder => this.with({ instanceType, instanceCount })
  instanceType = (instanceType: string): TaskBuilder => this.with({ instanceType })
  instanceCount = (instanceCount: number): TaskBuilder => this.with({ instanceCount })
  volumeSizeGiB = (volumeSizeGiB: number): TaskBuilder => this.with({ volumeSizeGiB })
  spot = (spot = true): TaskBuilder => this.with({ spot })
  onDemand = (): TaskBuilder => this.with({ spot: false })
  maxRun = (maxRun: Duration): TaskBuilder => this.with({ maxRun })
  maxWait = (maxWait: Duration): TaskBuilder => this.with({ maxWait })
  warm = (warm: Duration): TaskBuilder => this.with({ warm })
  retries = (retries: number): TaskBuilder => this.with({ retries })

  framework = (framework: NonNullable<TrainingOptions['framework']>): TaskBuilder => this.with({ framework })
  frameworkVersion = (frameworkVersion: string): TaskBuilder => this.with({ frameworkVersion })
  pythonVersion = (pythonVersion: string): TaskBuilder => this.with({ pythonVersion })
  image = (image: string): TaskBuilder => this.with({ image })
  dockerfile = (dockerfile: string): TaskBuilder => this.with({ dockerfile })
  repository = (repository: string): TaskBuilder => this.with({ repository })
  localRepository = (localRepository: string): TaskBuilder => this.with({ localRepository })
  imageTag = (imageTag: string): TaskBuilder => this.with({ imageTag })
  distribution = (distribution: NonNullable<TrainingOptions['distribution']>): TaskBuilder => this.with({ distribution })

  hyperparameters = (hyperparameters: NonNullable<TrainingOptions['hyperparameters']>): TaskBuilder =>
    this.with({ hyperparameters })
  args = (...args: readonly string[]): TaskBuilder => this.with({ args })
  env = (env: NonNullable<TrainingOptions['env']>): TaskBuilder => this.with({ env })
  envVariable = (name: string, value: string | Secret): TaskBuilder => this.with({ env: { [name]: value } })
  tags = (tags: NonNullable<TrainingOptions['tags']>): TaskBuilder => this.with({ tags })
  tag = (key: string, value: string): TaskBuilder => this.with({ tags: { [key]: value } })
  metrics = (metrics: NonNullable<TrainingOptions['metrics']>): TaskBuilder => this.with({ metrics })
  metric = (name: string, expression: RegExp | string): TaskBuilder => this.with({ metrics: { [name]: expression } })

  role = (role: string): TaskBuilder => this.with({ role })
  outputKmsKey = (outputKmsKey: string): TaskBuilder => this.with({ outputKmsKey })
  volumeKmsKey = (volumeKmsKey: string): TaskBuilder => this.with({ volumeKmsKey })
  subnets = (subnets: readonly string[]): TaskBuilder => this.with({ subnets })
  securityGroups = (securityGroups: readonly string[]): TaskBuilder => this.with({ securityGroups })
  networkIsolation = (networkIsolation = true): TaskBuilder => this.with({ networkIsolation })
  encryptTraffic = (encryptTraffic = true): TaskBuilder => this.with({ encryptTraffic })

  request = (change: RequestOverride): TaskBuilder => this.#next({ requestOverrides: [...this.#draft.requestOverrides, change] })
  resultSchema = (resultSchema: StandardSchemaV1): TaskBuilder => this.#next({ resultSchema })
  hyperparameterSchema = (hyperparameterSchema: StandardSchemaV1): TaskBuilder => this.#next({ hyperparameterSchema })

  get input(): BuilderInputs {
    return {
      local: (path, options) => this.#input({ kind: 'local', path }, 'data', options),
      s3: (uri, options) => this.#input({ kind: 's3-text', uri }, 'data', options),
      model: (uri, options) => this.#input(pathOrUri(uri), 'model', { contentType: 'application/x-sagemaker-model', ...options }),
      fromTask: (task, output, options) => this.#input(taskSource(task, output), output, options),
      from: (source, options) => this.#input(sourceOf(source), source.output, options),
    }
  }

  output = (output: OutputName): OutputRef => {
    const known = outputsOf(this.#draft.kind)
    if (known.includes(output)) return freeze({ kind: 'output-ref', output, spec: this.spec() })
    throw new InvalidTaskError(this.#draft.task, [
      { path: 'output', value: output, message: `must be one of ${known.join(', ')}` },
    ])
  }

  /** The complete task, checked once: the same builder always gives the same object. */
  spec(): TaskSpec {
    this.#spec ??= specOf(this.#draft)
    return this.#spec
  }

  run = async (options: RunOptions = {}): Promise<TaskResult> => await this.#runner.run(this.spec(), options, callerOf(this.run))
  start = async (options: RunOptions = {}): Promise<RunHandle> =>
    await this.#runner.start(this.spec(), options, callerOf(this.start))
  plan = async (options: RunOptions = {}): Promise<Plan> =>
    await this.#runner.plan(this.spec(), options).catch(rethrown(callerOf(this.plan)))
  explain = async (options: RunOptions = {}): Promise<Explanation> =>
    await this.#runner.explain(this.spec(), options).catch(rethrown(callerOf(this.explain)))

  #program(program: Program): TaskBuilder {
    return this.#next({ program })
  }

  #input(source: Parameters<typeof addInput>[1], channel: string, options: InputOptions | undefined): TaskBuilder {
    return new TaskBuilder(addInput(this.#draft, source, channel, options), this.#runner)
  }

  #next(change: Partial<Draft>): TaskBuilder {
    return new TaskBuilder({ ...this.#draft, ...change }, this.#runner)
  }
}

const rethrown =
  (caller: Caller) =>
  (error: unknown): never => {
    throw caller(error)
  }

interface BuilderInputs {
  local(path: string, options?: InputOptions): TaskBuilder
  s3(uri: string, options?: InputOptions): TaskBuilder
  model(uri: string, options?: InputOptions): TaskBuilder
  fromTask(task: string, output: OutputName, options?: InputOptions): TaskBuilder
  from(source: OutputRef | StoredOutput, options?: InputOptions): TaskBuilder
}
