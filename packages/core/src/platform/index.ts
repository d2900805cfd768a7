/**
 * What a platform of your own implements: the interfaces, every type that they name, and the errors to throw.
 *
 * @module @simple-sagemaker/core/platform
 */
export type { Abilities, Platform } from './platform.ts'
export type {
  DescribeOptions,
  JobPhase,
  JobRef,
  JobRequest,
  Jobs,
  JobState,
  JobStatus,
  MetricValue,
  ProgramStart,
  UsageSample,
  WarmPoolState,
} from './jobs.ts'
export { isTerminal } from './jobs.ts'
export { warmSettings, type WarmRequest } from '../spec/machines/warm-settings.ts'
export type {
  CreateHyperParameterTuningJobRequest,
  CreateProcessingJobRequest,
  CreateTrainingJobRequest,
} from './sagemaker-requests.ts'
export type {
  BucketOptions,
  FolderChild,
  ObjectBody,
  Objects,
  ReadOptions,
  StoredObject,
  WriteOptions,
  PutBytes,
} from './objects.ts'
export type { FollowOptions, LogLine, Logs } from './logs.ts'
export type { RoleNeed, Roles } from './roles.ts'
export type { TunedJob, Tuner, TuningProgress, TuningState } from './tuner.ts'
export type { ImageNeed, ImageProgress, Images, ResolveImageOptions } from './images.ts'
export type { MachinePrice, PriceQuestion, PriceSource } from '../spec/money/prices.ts'
export type { PythonChoice, PythonNeed } from './python.ts'
export type { ImageSpec } from '../spec/image.ts'
export type { JobKind } from '../spec/job-kind.ts'
export type { Abortable } from './abortable.ts'
export { PlatformError } from './errors.ts'
export type { CommandHint, SsmErrorOptions } from '../errors/ssm-error.ts'
export type { ErrorCode } from '../errors/codes.ts'
export { addressOf, objectUri, type ObjectAddress, type ObjectUri } from '../names/object-uri.ts'
export { jobName, type JobName } from '../names/job-name.ts'
