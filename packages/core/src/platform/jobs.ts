import type { JobName } from '../names/job-name.ts'
import type { JobKind } from '../spec/job-kind.ts'
import type { Abortable } from './abortable.ts'
import type { PythonChoice, PythonNeed } from './python.ts'
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from './sagemaker-requests.ts'

/** The exact AWS request. Every platform executes the same one. */
export type JobRequest =
  | {
      readonly kind: 'training'
      /** The input of CreateTrainingJob. */
      readonly input: CreateTrainingJobRequest
    }
  | {
      readonly kind: 'processing'
      /** The input of CreateProcessingJob. */
      readonly input: CreateProcessingJobRequest
    }

/** A job by its kind and name. */
export interface JobRef {
  /** Whether it is a training or a processing job. */
  readonly kind: JobKind
  /** Its name, as SageMaker knows it. */
  readonly name: JobName
}

/** How a job is doing: the last three never change again. */
export type JobStatus = 'in-progress' | 'stopping' | 'completed' | 'failed' | 'stopped'

/** A phase, as SageMaker's `SecondaryStatus` calls it; others may come. The last five are how a job ended. */
export type PhaseName =
  | 'Starting'
  | 'Pending'
  | 'Downloading'
  | 'Training'
  | 'Interrupted'
  | 'Restarting'
  | 'Updating'
  | 'Uploading'
  | 'Stopping'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitTimeExceeded'
  | 'Completed'
  | 'Failed'
  // oxlint-disable-next-line typescript/ban-types -- any text, and still these are offered.
  | (string & {})

/** One stretch of a job's life, in the words of SageMaker's `SecondaryStatus`: `Starting`, `Downloading`, `Training`, … */
export interface JobPhase {
  /** What SageMaker calls it. */
  readonly name: PhaseName
  /** When it began, in milliseconds since 1970. */
  readonly startedAtMs: number
  /** Absent while the phase lasts. */
  readonly endedAtMs?: number
  /** What SageMaker says about it. */
  readonly message?: string
}

/** One value of a metric. */
export interface MetricValue {
  /** The metric's name. */
  readonly name: string
  /** What was measured. */
  readonly value: number
  /** When, in milliseconds since 1970. */
  readonly atMs: number
}

/** One start of a job's program, as a rehearsal sees it. */
export interface ProgramStart {
  /** When it was started, in milliseconds since 1970. */
  readonly startedAtMs: number
  /** When it ended, in milliseconds since 1970. */
  readonly endedAtMs: number
  /** When its machines were taken away: it was sent SIGTERM; absent when they were not. */
  readonly takenAtMs?: number
  /** Whether it had to be killed, because it still ran two minutes (or as long as the grace is) after SIGTERM. */
  readonly wasKilled?: boolean
  /** When it last wrote a file of its state, in milliseconds since 1970; absent when it wrote none. */
  readonly savedAtMs?: number
  /** Whether it last wrote one after SIGTERM: nobody sees how much of its work that file holds. Absent when there was no SIGTERM. */
  readonly isSavedAfterSignal?: boolean
  /** How many files of state it was given. */
  readonly givenFiles: number
  /** Whether it read one of them; absent when it was given none, and where the file system does not tell. */
  readonly isStateRead?: boolean
  /** When it first read the last of those that it read, in milliseconds since 1970; absent when it read none that is known of. */
  readonly stateReadAtMs?: number
}

/** The machines that a job keeps warm after its end, for the next job that fits. */
export interface WarmPoolState {
  /** `in-use`: by the job itself; `available`: they wait; `reused`: another job took them; `terminated`: they are gone. */
  readonly status: 'in-use' | 'available' | 'reused' | 'terminated'
  /** How long they are kept after the job, in seconds. */
  readonly keepSeconds: number
  /** The job that took them. */
  readonly reusedBy?: JobName
  /** Setting → value, of all that must be equal in the request of a job that is to get them. */
  readonly settings: Readonly<Record<string, string>>
}

/** What is known of a job now. */
export interface JobState extends JobRef {
  /** How the job is doing. */
  readonly status: JobStatus
  /** The newest phase's name; `Completed`, `Failed`, `Stopped`, `MaxRuntimeExceeded` … at the end. */
  readonly phase: PhaseName
  /** Every phase so far, the oldest first. */
  readonly phases: readonly JobPhase[]
  /** How many machines it has. */
  readonly machines: number
  /** The type of all its machines; absent when it is not known, or when they are of several types. */
  readonly instanceType?: string
  /** When it was submitted, in milliseconds since 1970. */
  readonly createdAtMs: number
  /** When its machines began to be billed, in milliseconds since 1970; absent before. */
  readonly startedAtMs?: number
  /** When it ended, in milliseconds since 1970; absent before. */
  readonly endedAtMs?: number
  /** At most 1,024 characters, as SageMaker keeps it. */
  readonly failureReason?: string
  /** Training jobs only: seconds that are billed, per machine. Below the running time by what spot saved. */
  readonly billableSeconds?: number
  /** Training jobs only: seconds that the machines ran, per machine, whether they are billed or not. */
  readonly runSeconds?: number
  /** Training jobs with a warm pool: seconds that are billed for keeping the machines, per machine. */
  readonly warmSeconds?: number
  /** Training jobs that keep their machines warm: what became of these. Absent of all others. */
  readonly warmPool?: WarmPoolState
  /** How often spot capacity was taken away. */
  readonly interruptions: number
  /** The last value of each metric, when the platform keeps them. */
  readonly finalMetrics: readonly MetricValue[]
  /** Each start of the program, the oldest first; only of a rehearsal. */
  readonly starts?: readonly ProgramStart[]
  /** The program ended, but its results could not be stored; the failure reason says where they are. */
  readonly unstored?: boolean
  /** Whoever started it was killed before the job began: nothing of it ran, and no program of its failed. */
  readonly neverBegan?: boolean
}

/** What one machine used at one time. What a platform cannot measure is absent. */
export interface UsageSample {
  /** The machine: `algo-1`, `algo-2`, … */
  readonly machine: string
  /** When, in milliseconds since 1970. */
  readonly atMs: number
  /** Use of the processors: 100 is one processor at work all the time, 200 are two. */
  readonly cpuPercent?: number
  /** Memory in use by the job's program, in bytes. */
  readonly memoryBytes?: number
  /** Memory in use, of all that the machine has. */
  readonly memoryPercent?: number
  /** Use of the GPUs: 100 is one GPU at work all the time. */
  readonly gpuPercent?: number
  /** GPU memory in use: 100 is the memory of one GPU. */
  readonly gpuMemoryPercent?: number
  /** Disk space in use, of the whole volume. */
  readonly diskPercent?: number
  /** Bytes read from files since the program began. */
  readonly readBytes?: number
  /** Bytes written to files since the program began. */
  readonly writtenBytes?: number
  /** Bytes received over the network since the program began. */
  readonly receivedBytes?: number
  /** Bytes sent over the network since the program began. */
  readonly sentBytes?: number
}

/** How a job is looked at. */
export interface DescribeOptions extends Abortable {
  /** Also looks whether a completed job's results are still there as they were stored; one whose are not is `failed`. */
  readonly verify?: boolean
}

export interface StartOptions extends Abortable {
  /** The Python that `findPython` gave for the job. */
  readonly python?: PythonChoice
  /** The code has a `requirements.txt` whose packages the program needs: they may be installed once for all jobs that need the same. */
  readonly installsRequirements?: boolean
  /** Whether the machines are containers of the request's image, where a platform can choose. */
  readonly container?: boolean
}

/** Starts jobs, looks at them, waits for them and stops them. */
export interface Jobs {
  /**
   * The Python of this computer that a task's program would run with; `undefined` when it needs none, or takes that of the PATH.
   * Only where programs run with what this computer has.
   * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when one is needed and there is none.
   */
  findPython?(need: PythonNeed, options?: Abortable): Promise<PythonChoice | undefined>
  /**
   * Submits a job. The name is the request's own; submitting the same name twice is refused.
   * @throws {PlatformError} `PLATFORM_QUOTA`, `PLATFORM_CAPACITY`, `PLATFORM_DENIED`, `PLATFORM_REFUSED`, `PLATFORM_UNSUPPORTED`.
   */
  start(request: JobRequest, options?: StartOptions): Promise<void>
  /** The job as it is now, strongly consistent; `undefined` when there is none of this name. */
  describe(job: JobRef, options?: DescribeOptions): Promise<JobState | undefined>
  /**
   * The job now, then each time something changed, ending after a terminal state. Any number of watchers share what the
   * platform allows. Leaving the loop or an abort ends the watching, never the job.
   * @throws {PlatformError} `JOB_LOST` when the job disappears.
   */
  watch(job: JobRef, options?: Abortable): AsyncIterable<JobState>
  /**
   * Asks the job to stop: SIGTERM, a grace of 120 s, SIGKILL. Resolves when that was heard. Stopping an ended job is quiet.
   * @throws {PlatformError} `PLATFORM_UNREACHABLE` when nobody heard it.
   */
  stop(job: JobRef, options?: Abortable): Promise<void>
  /**
   * Stores the results of an `unstored` job that are kept where it ran. Resolves when that has begun; `watch` tells the end.
   * `false` when there is nothing to store. Only where a platform can keep results.
   */
  storeResults?(job: JobRef, options?: Abortable): Promise<boolean>
  /**
   * The request that a job was started with, without what the platform does not keep, such as the values of environment variables;
   * `undefined` when there is none. Only where a platform can tell.
   */
  request?(job: JobRef, options?: Abortable): Promise<JobRequest | undefined>
  /** What the job's machines used so far, the oldest sample of each machine first. Only where a platform measures it. */
  usage?(job: JobRef, options?: Abortable): Promise<readonly UsageSample[]>
  /**
   * Changes how long the machines of an ended training job are kept warm, counted from its end; 0 lets go of them. Quiet when they are
   * gone. Only where a platform keeps machines.
   */
  keepWarm?(job: JobRef, seconds: number, options?: Abortable): Promise<void>
  /** Removes packages that were installed for jobs and that no running job uses; gives how many environments. Only where a platform keeps them. */
  removePackages?(options?: Abortable): Promise<number>
  /** Removes what the platform itself keeps of an ended job, its log too. Only where a platform can; quiet when there is none. */
  forget?(job: JobRef, options?: Abortable): Promise<void>
}

/** Whether a status never changes again. */
export function isTerminal(status: JobStatus): status is 'completed' | 'failed' | 'stopped' {
  return status === 'completed' || status === 'failed' || status === 'stopped'
}
