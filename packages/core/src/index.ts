/**
 * Say what should run, on which machines, with which data; get typed results back.
 *
 * @module @simple-sagemaker/core
 */
export { project, Project } from './project/project.ts'
export type { ProjectOptions, ProjectOutcome } from './project/grammar/projects.ts'
export type { PlatformChoice, PlatformSettings } from './project/platforms.ts'
export type { CodeOptions, DependencyOptions, ShellOptions } from './project/grammar/programs.ts'
export type {
  AnyTask,
  AnyTrainingTask,
  FunctionTask,
  InputMethods,
  ProcessingDraft,
  ProcessingTask,
  TrainingDraft,
  TrainingTask,
} from './project/grammar/tasks.ts'
export type {
  ArgumentsOf,
  Calls,
  FunctionOptions,
  GivenBy,
  ItemOf,
  MapOptions,
  MapParameters,
} from './project/grammar/functions.ts'
export { FunctionFailedError, type FailedCall } from './project/functions/errors.ts'
export type { Runs } from './project/grammar/runs.ts'
export type { InputOptions, OutputRef, ProcessingInputOptions } from './project/grammar/input-options.ts'
export type {
  EachOf,
  Measures,
  MissingOf,
  NamesFor,
  RawEachOf,
  RemarksOn,
  ResultsOfEach,
  Returned,
  TaskFacts,
} from './project/grammar/known-tasks.ts'
export type { Knows, Reads, Returns, Takes, WorkerFacts, Writes } from './project/grammar/state.ts'
export type { Explain, Refused } from './project/grammar/explain.ts'
export { choice, range, type Ranges } from './project/search/space.ts'
export type { Search, SearchDraft, ValuesIn, VariantResults, Variants } from './project/search/searches.ts'
export type {
  Found,
  MetricPoint,
  SearchEvent,
  SearchHandle,
  SearchRunOptions,
  Trial,
  TrialEndedEvent,
  TrialStartedEvent,
  TrialStatus,
} from './search/found.ts'
export { SearchFailedError } from './search/errors.ts'
export type { Goal, StoredSearch } from './search/found.ts'
export type { Choice, Domain, NumberRange } from './search/space.ts'
export { instanceType } from './options/machines.ts'
export type { InstanceType } from './spec/instance-types.ts'
export type { InstanceGroup } from './spec/training/instance-groups.ts'
export type { Launch } from './spec/distribution.ts'
export type { RunHandle } from './run/handle.ts'
export type { RehearseOptions } from './run/run-options.ts'
export type { ExpectedCost, FoundFault, Rehearsal, RehearsalFault } from './run/rehearse/verdict.ts'
export type { RunOptions } from './run/run-options.ts'
export type { SeriesOptions, StoredDownloadOptions, TaskStore } from './project/task-store.ts'
export type { ProcessingOptions, TrainingOptions } from './options/task-options.ts'
export type { Problem } from './options/option.ts'
export { InvalidTaskError } from './options/errors.ts'
export type { TaskOutcome } from './run/results/outcome.ts'
export { GraphFailedError } from './run/results/outcome.ts'
export { GraphCycleError } from './graph/order.ts'
export type { TaskGraph } from './graph/drawing.ts'
export { JobFailedError, JobStoppedError, RunAbortedError } from './run/follow/errors.ts'
export { ResultInvalidError } from './run/results/errors.ts'
export type { Explanation, Plan, PlannedUpload, WarmDifference, WarmOffer, WarmPool } from './run/plan.ts'
export type {
  AnyTaskResult,
  Downloadable,
  Downloaded,
  DownloadOptions,
  MetricName,
  MetricValues,
  SeriesPoint,
  TaskResult,
} from './run/results/task-result.ts'
export type {
  BudgetChangedEvent,
  CostChangedEvent,
  DecidedEvent,
  DownloadedEvent,
  EventBase,
  FinishedEvent,
  ImageProgressedEvent,
  LinesSkippedEvent,
  LoggedEvent,
  MachinesReusedEvent,
  MeasuredEvent,
  Outcome,
  PackagesCollectedEvent,
  PackedEvent,
  PricedEvent,
  Progress,
  PythonChosenEvent,
  RetriedEvent,
  RunEvent,
  StateCleanedEvent,
  StatusChangedEvent,
  SubmittedEvent,
  UploadedEvent,
  WaitedForStarterEvent,
  WarnedEvent,
} from './events/run-event.ts'
export type { Cost, CostCeiling, KnownCeiling, KnownCost, KnownRunCost, RunCost, UnknownCost } from './spec/money/cost.ts'
export type { Budget } from './cost/settings.ts'
export type { PriceChoice } from './cost/choice.ts'
export type { MachinePrice, PriceQuestion, PriceSource } from './spec/money/prices.ts'
export type {
  AttemptMachines,
  AttemptNumber,
  AttemptReport,
  WarmStart,
  Change,
  Decision,
  EndCause,
  RetryCause,
  StoredOutput,
} from './spec/result.ts'
export type { RetryOptions } from './spec/training/retry.ts'
export type { ExperimentOptions, ManagedMlflow, MlflowOptions, MlflowServer } from './spec/outputs.ts'
export type { SpotOptions } from './options/spot/spot.ts'
export type { Packages } from './options/image.ts'
export type { PackagesSpec } from './spec/image.ts'
export type { TrainingDistribution } from './spec/distribution.ts'
export type { Distribution, InputMode } from './spec/task-spec.ts'
export type { OutputName, ProcessingOutput, TrainingOutput } from './spec/outputs.ts'
export type { JobKind } from './spec/job-kind.ts'
export type { DocumentDeclaration, HyperparameterValue, JsonSchema, TaskDeclaration } from './spec/task-spec.ts'
export type { JobName } from './names/job-name.ts'
export type { ObjectUri } from './names/object-uri.ts'
export type { JobPhase, JobRef, JobRequest, JobState, JobStatus, MetricValue, PhaseName, ProgramStart } from './platform/jobs.ts'
export type { ImageProgress } from './platform/images.ts'
export type { LogLine } from './platform/logs.ts'
export type { Platform } from './platform/platform.ts'
export { PlatformError } from './platform/errors.ts'
export { InvalidNameError } from './names/task-name.ts'
export { SsmError } from './errors/ssm-error.ts'
export { isSsmError, type ErrorOf } from './project/error-classes.ts'
export type { CommandHint, ErrorDocument, SsmErrorOptions } from './errors/ssm-error.ts'
export type { Text, Wording } from './errors/wording.ts'
export type { ErrorCode } from './errors/codes.ts'
export { Secret } from './secrets/secret.ts'
export type { Duration } from './time/duration.ts'
