/**
 * Say what should run, on which machines, with which data; get typed results back.
 *
 * @module
 */
export { project, Project } from './project/project.ts'
export type { ProjectOptions, ProjectOutcome } from './project/project.ts'
export type { PlatformChoice, PlatformSettings } from './project/platforms.ts'
export type {
  CodeOptions,
  DependencyOptions,
  InputWords,
  ProcessingDraft,
  ProcessingTask,
  Runs,
  ShellOptions,
  TrainingDraft,
  TrainingTask,
} from './project/grammar.ts'
export type { InputOptions, NoTasks, OutputRef } from './project/inputs.ts'
export type { Explain } from './project/explain.ts'
export type { RunHandle, RunOptions } from './run/handle.ts'
export type { StoredDownloadOptions, TaskStore } from './project/task-store.ts'
export type { ProcessingOptions, TrainingOptions } from './options/task-options.ts'
export type { Problem } from './options/option.ts'
export { InvalidTaskError } from './options/errors.ts'
export type { TaskOutcome } from './run/results/outcome.ts'
export { GraphFailedError } from './run/results/outcome.ts'
export { GraphCycleError } from './graph/order.ts'
export type { TaskGraph } from './graph/drawing.ts'
export { JobFailedError, JobStoppedError, RunAbortedError } from './run/follow/errors.ts'
export { ResultInvalidError } from './run/results/errors.ts'
export type { Explanation, Plan, PlannedUpload } from './run/plan.ts'
export type { Downloadable, Downloaded, DownloadOptions, TaskResult } from './run/results/task-result.ts'
export type { Progress, RunEvent } from './events/run-event.ts'
export type { Decision, StoredOutput } from './spec/result.ts'
export type { JobName } from './names/job-name.ts'
export type { ObjectUri } from './names/object-uri.ts'
export type { JobState, JobStatus } from './platform/jobs.ts'
export type { LogLine } from './platform/logs.ts'
export type { Platform } from './platform/platform.ts'
export { PlatformError } from './platform/errors.ts'
export { InvalidNameError } from './names/task-name.ts'
export { isSsmError, SsmError } from './errors/ssm-error.ts'
export type { CommandHint } from './errors/ssm-error.ts'
export type { ErrorCode } from './errors/codes.ts'
export { Secret } from './secrets/secret.ts'
export type { Duration } from './time/duration.ts'
