import type { StandardSchemaV1 } from '@standard-schema/spec'
import { freeze } from '../lang/freeze.ts'
import { setIn, type SetIn } from '../lang/set-in.ts'
import { assertChange, assertFields, assertOptions, assertRunOptions, assertSource, InvalidTaskError } from '../options/errors.ts'
import { spotChoice, type SpotOptions } from '../options/spot/spot.ts'
import { mergeOptions, type TrainingOptions } from '../options/task-options.ts'
import type { TaskResult } from '../run/results/task-result.ts'
import type { Explanation, Plan } from '../run/plan.ts'
import type { Secret } from '../secrets/secret.ts'
import type { InstanceGroup } from '../spec/training/instance-groups.ts'
import type { InstanceType } from '../spec/instance-types.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { NamedOutputs } from '../spec/outputs.ts'
import { callerOf, framesBelow, type Caller } from '../errors/caller.ts'
import { outputsOf } from '../run/results/outputs.ts'
import type { Program } from '../spec/program.ts'
import type { StoredOutput } from '../spec/result.ts'
import type { RequestOverride, TaskSpec } from '../spec/task-spec.ts'
import { addDocuments, addInput, pathOrUri, sourceOf, taskSource, type Draft } from './draft.ts'
import { assertMap } from './functions/map-given.ts'
import { functionSource, pythonSource } from './functions/function-file.ts'
import type { MapOptions, PythonFunctionOptions } from './grammar/functions.ts'
import type { InputOptions, OutputRef } from './grammar/input-options.ts'
import type { CodeOptions, DependencyOptions, ShellOptions } from './grammar/programs.ts'
import type { FunctionTask, ProcessingDraft, ProcessingTask, TrainingDraft, TrainingTask } from './grammar/tasks.ts'
import { WithOptionMethods } from './option-methods.ts'
import type { RunHandle } from '../run/handle.ts'
import type { RehearseOptions } from '../run/run-options.ts'
import type { Rehearsal } from '../run/rehearse/verdict.ts'
import type { RunOptions } from '../run/run-options.ts'
import type { Runner } from '../run/runner.ts'
import type { SearchPlan } from '../search/plan.ts'
import type { Space, Values } from '../search/space.ts'
import { firstPlan, SearchBuilder } from './search/builder.ts'
import { functionFields, mapFields, rehearseFields, runFields } from './problems/fields.ts'
import { specOf } from './spec-of.ts'

// Every method of every kind and phase: the class that forgets one does not compile.
type EveryMethod = Record<
  Exclude<
    Extract<keyof TrainingDraft | keyof TrainingTask | keyof FunctionTask | keyof ProcessingDraft | keyof ProcessingTask, string>,
    // For the compiler alone.
    '~worker'
  >,
  unknown
>

/**
 * The one class behind every chain: an immutable draft, and methods that each give a new builder. Which methods there are when
 * is decided by the interfaces of `grammar/tasks.ts`, and again at run time by `specOf`, for callers without types.
 */
export class TaskBuilder extends WithOptionMethods implements EveryMethod {
  readonly #draft: Draft
  readonly #runner: Runner
  #spec: TaskSpec | undefined

  constructor(draft: Draft, runner: Runner) {
    super()
    this.#draft = freeze(draft)
    this.#runner = runner
  }

  get kind(): JobKind {
    return this.#draft.kind
  }

  get name(): string {
    return this.#draft.task
  }

  code = (entry: string, options: CodeOptions = {}): TaskBuilder =>
    this.#program({ kind: 'code', entry, ...this.#given('code', options), dependencies: options.dependencies ?? [] })
  shell = (line: string, options: ShellOptions = {}): TaskBuilder =>
    this.#program({ kind: 'shell', line, ...this.#given('shell', options), dependencies: options.dependencies ?? [] })
  entrypoint = (argv: readonly string[], options: DependencyOptions = {}): TaskBuilder =>
    this.#program({ kind: 'command', argv, ...this.#given('entrypoint', options), dependencies: options.dependencies ?? [] })
  command = (argv: readonly string[], script: string, options: DependencyOptions = {}): TaskBuilder =>
    this.#program({ kind: 'command', argv, script, ...this.#given('command', options), dependencies: options.dependencies ?? [] })

  algorithm = (name: string, options: { readonly version?: string } = {}): TaskBuilder =>
    this.#next({ program: { kind: 'algorithm' }, algorithm: { name, ...this.#given('algorithm', options) } })

  named = (task: string): TaskBuilder => this.#next({ task })
  function = (load: () => Promise<object>, exported: string, options: { readonly file?: string } = {}): TaskBuilder => {
    assertFields(this.name, 'function', options, functionFields)
    const frames = framesBelow(this.function)
    return this.#next({ calls: functionSource(this.name, load, exported, options.file, frames) })
  }
  pythonFunction = (file: string, name: string, options: PythonFunctionOptions): TaskBuilder =>
    this.#next({ calls: pythonSource(this.name, file, name, options) })
  call = async (...args: readonly unknown[]): Promise<unknown> => await this.#call(args, {}, callerOf(this.call))
  callWith = async (options: RunOptions, ...args: readonly unknown[]): Promise<unknown> =>
    await this.#call(args, options, callerOf(this.callWith))
  map = async (
    items: readonly unknown[],
    options: MapOptions & RunOptions & { readonly rest?: readonly unknown[] } = {},
  ): Promise<readonly unknown[]> => {
    assertRunOptions(this.name, options, mapFields)
    assertMap(this.name, items, options)
    const { machines, perMachine = 1, rest = [], ...run } = options
    const caller = callerOf(this.map)
    const { makeCalls } = await import('./functions/call-function.ts')
    const wanted = { calls: items.map((item) => [item]), rest, machines, perMachine, isMap: true, options: run }
    return await makeCalls(this.#draft, this.#runner, wanted, caller)
  }

  with = (options: TrainingOptions): TaskBuilder => {
    assertOptions(this.name, 'with', options)
    const { options: earlier, chosen = [] } = this.#draft
    return this.#next({ options: mergeOptions(earlier, options, chosen), chosen: [...chosen, ...Object.keys(setIn(options))] })
  }

  instances = (type: InstanceType | readonly InstanceType[] | readonly InstanceGroup[], instanceCount = 1): TaskBuilder => {
    if (isGroups(type)) return this.with({ instanceGroups: type })
    // One type says again that there is no other.
    const [instanceType, ...fallbackTypes] = Array.isArray(type) ? (type as readonly InstanceType[]) : [type as InstanceType]
    return this.with({ instanceType: instanceType ?? (type as InstanceType), fallbackTypes, instanceCount })
  }
  override spot = (choice: boolean | SpotOptions = true): TaskBuilder => this.with(spotChoice(this.name, choice))
  onDemand = (): TaskBuilder => this.with({ spot: false })
  envVariable = (name: string, value: string | Secret): TaskBuilder => this.with({ env: { [name]: value } })
  tag = (key: string, value: string): TaskBuilder => this.with({ tags: { [key]: value } })
  metric = (name: string, expression: RegExp | string): TaskBuilder => this.with({ metrics: { [name]: expression } })

  request = (change: RequestOverride): TaskBuilder => {
    assertChange(this.name, change)
    return this.#next({ requestOverrides: [...this.#draft.requestOverrides, change] })
  }
  resultSchema = (resultSchema: StandardSchemaV1): TaskBuilder => this.#next({ resultSchema })
  hyperparameterSchema = (hyperparameterSchema: StandardSchemaV1): TaskBuilder => this.#next({ hyperparameterSchema })
  channelSchema = (channel: string, schemas: Readonly<Record<string, StandardSchemaV1>>): TaskBuilder =>
    new TaskBuilder(addDocuments(this.#draft, 'channel', channel, schemas), this.#runner)
  outputSchema = (output: string, schemas: Readonly<Record<string, StandardSchemaV1>>): TaskBuilder =>
    new TaskBuilder(addDocuments(this.#draft, 'output', output, schemas), this.#runner)

  get input(): BuilderInputs {
    return {
      local: (path, options) => this.#input({ kind: 'local', path }, 'data', options),
      s3: (uri, options) => this.#input({ kind: 's3-text', uri }, 'data', options),
      model: (uri, options) => this.#input(pathOrUri(uri), 'model', { contentType: 'application/x-sagemaker-model', ...options }),
      fromTask: (task, output, options) => this.#input(taskSource(task, output), output, options),
      from: (source, options) => {
        assertSource(this.name, source)
        return this.#input(sourceOf(source), source.output, options)
      },
    }
  }

  outputs = (paths: NamedOutputs): TaskBuilder => this.#next({ outputs: { ...this.#draft.outputs, ...paths } })
  output = (output: string): OutputRef => {
    const known = outputsOf(this.#draft.kind, Object.keys(this.#draft.outputs ?? {}))
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

  search = (space: Space): SearchBuilder => this.#search({ kind: 'space', space })
  variants = (list: readonly Values[]): SearchBuilder => this.#search({ kind: 'list', list })

  run = async (options: RunOptions = {}): Promise<TaskResult> =>
    await this.#runner.run(this.#ready(options), options, callerOf(this.run))
  start = async (options: RunOptions = {}): Promise<RunHandle> =>
    await this.#runner.start(this.#ready(options), options, callerOf(this.start))
  plan = async (options: RunOptions = {}): Promise<Plan> =>
    await this.#runner.plan(this.#ready(options), options).catch(rethrown(callerOf(this.plan)))
  explain = async (options: RunOptions = {}): Promise<Explanation> =>
    await this.#runner.explain(this.#ready(options), options).catch(rethrown(callerOf(this.explain)))

  #search(over: SearchPlan['over']): SearchBuilder {
    return new SearchBuilder(() => this.spec(), this.#runner, firstPlan(over))
  }

  async #call(args: readonly unknown[], options: RunOptions, caller: Caller): Promise<unknown> {
    assertRunOptions(this.name, options, runFields)
    const { makeCalls } = await import('./functions/call-function.ts')
    const wanted = { calls: [args], rest: [], machines: 1, perMachine: 1, isMap: false, options }
    return (await makeCalls(this.#draft, this.#runner, wanted, caller))[0]
  }

  rehearse = async (options: RehearseOptions = {}): Promise<Rehearsal> =>
    await this.#runner.rehearse(this.#ready(options, rehearseFields), options).catch(rethrown(callerOf(this.rehearse)))

  #ready(options: RunOptions, known: Readonly<Record<string, true>> = runFields): TaskSpec {
    assertRunOptions(this.name, options, known)
    return this.spec()
  }

  /** What is set of the options; which of them exist is looked at with everything else. */
  #given<Options extends object>(path: string, options: Options): SetIn<Options> {
    assertOptions(this.name, path, options)
    return setIn(options)
  }

  #program(program: Program): TaskBuilder {
    return this.#next({ program })
  }

  #input(source: Parameters<typeof addInput>[1], channel: string, options: InputOptions = {}): TaskBuilder {
    assertOptions(this.name, 'input', options)
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
  fromTask(task: string, output: string, options?: InputOptions): TaskBuilder
  from(source: OutputRef | StoredOutput, options?: InputOptions): TaskBuilder
}

const isGroups = (given: unknown): given is readonly InstanceGroup[] =>
  Array.isArray(given) && given.some((each) => typeof each === 'object' && each !== null)
