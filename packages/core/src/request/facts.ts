import type { JobName } from '../names/job-name.ts'
import type { TaskLayout } from '../names/layout.ts'
import type { ObjectUri } from '../names/object-uri.ts'
import type { Distribution, InputMode } from '../spec/task-spec.ts'

/** A channel whose data lies where the machine will fetch it. */
export interface ResolvedInput {
  readonly channel: string
  readonly uri: ObjectUri
  readonly distribution: Distribution
  readonly mode: InputMode
  readonly contentType?: string
  /** The groups of machines that get it; absent for all. */
  readonly groups?: readonly string[]
  /** Where a processing job finds it, instead of the channel's own folder. */
  readonly path?: string
  /**
   * Exactly the object of this URI, although the keys of others begin the same: SageMaker reads a plain URI as a prefix, so the
   * channel is given by a manifest instead.
   */
  readonly exact?: true
}

/** The code channel's three files, by the sha-256 (hex) that the request pins. Absent for an image's own program. */
export interface CodeFacts {
  readonly launcherSha256: string
  readonly settingsSha256: string
  readonly bundleSha256: string
  /** The file to run, inside the bundle. */
  readonly entry?: string
}

/** Everything a request needs beside the spec: found or made while preparing. */
export interface RequestFacts {
  readonly job: JobName
  readonly layout: TaskLayout
  readonly roleArn: string
  readonly imageUri: string
  readonly inputs: readonly ResolvedInput[]
  readonly code?: CodeFacts
  readonly fingerprint: string
  /** Whether earlier jobs left state: a processing job fails on an input prefix without objects. */
  readonly hasState: boolean
  /** Which specification left that state; absent when there is none. */
  readonly stateFrom?: StateOrigin
  /** What the task declares of its hyperparameters and its result, in short. */
  readonly declared?: string
  /** Where the job runs. */
  readonly region?: string
  /** This library's version, for the job's tags. */
  readonly version: string
}

/** Whether state was left by a run of the same specification, or of another or unknown one. */
export type StateOrigin = 'same-spec' | 'other-spec'
