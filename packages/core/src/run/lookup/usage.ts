import { isSsmError } from '../../errors/ssm-error.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState, UsageSample } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { assertGiven, jobProblemsOf, optionProblemsOf, platformProblemsOf } from './given.ts'

/** What a job's machines used, in a few numbers. What was not measured is absent. */
export interface JobUsage {
  /** Use of the processors of a machine on average: 100 is one processor at work all the time. */
  readonly cpuPercent?: number
  /** The most memory that a machine used, in bytes. */
  readonly mostMemoryBytes?: number
  /** The most memory that a machine used, of all that it has. */
  readonly mostMemoryPercent?: number
  /** Use of the GPUs of a machine on average: 100 is one GPU at work all the time. */
  readonly gpuPercent?: number
  /** What is paid for and hardly used, as a sentence. */
  readonly hint?: string
}

/** What the machines of a job used so far; `undefined` where nothing was measured, or where that may not be read. */
export async function jobUsage(job: JobState, platform: Platform, options: Abortable = {}): Promise<JobUsage | undefined> {
  assertGiven('jobUsage', [...jobProblemsOf(job), ...platformProblemsOf(platform), ...optionProblemsOf(options)])
  const { jobs } = platform
  try {
    const samples = (await jobs.usage?.(job, options)) ?? []
    return samples.length === 0 ? undefined : usageIn(samples)
  } catch (cause) {
    if (isSsmError(cause, 'PLATFORM_DENIED')) return undefined
    throw cause
  }
}

type Measured = Exclude<keyof UsageSample, 'machine' | 'atMs'>

/** The numbers of these samples. Pure. */
export function usageIn(samples: readonly UsageSample[]): JobUsage {
  const valuesOf = (field: Measured): readonly number[] =>
    samples.flatMap(({ [field]: value }) => (value === undefined ? [] : [value]))
  const average = (field: Measured): number | undefined => {
    const values = valuesOf(field)
    if (values.length === 0) return undefined
    return Math.round((10 * values.reduce((sum, value) => sum + value, 0)) / values.length) / 10
  }
  const most = (field: Measured): number | undefined => valuesOf(field).reduce<number | undefined>(greater, undefined)
  const found = {
    cpuPercent: average('cpuPercent'),
    mostMemoryBytes: most('memoryBytes'),
    mostMemoryPercent: most('memoryPercent'),
    gpuPercent: average('gpuPercent'),
    hint: idleHint(samples),
  }
  // Only what is there: absent is not undefined.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as JobUsage
}

const greater = (most: number | undefined, value: number): number => Math.max(most ?? value, value)

const idlePercent = 10
/** With fewer samples, a job has hardly begun: on AWS there is one a minute. */
const fewestSamples = 5

/** GPUs that did nothing for most of the time, as a sentence; `undefined` when they worked, and when there are none. Pure. */
export function idleHint(samples: readonly UsageSample[]): string | undefined {
  const gpus = samples.flatMap(({ gpuPercent }) => (gpuPercent === undefined ? [] : [gpuPercent]))
  const idle = gpus.filter((percent) => percent < idlePercent).length
  if (gpus.length < fewestSamples || idle / gpus.length <= 0.5) return undefined
  return `the GPUs were used below ${idlePercent} % for ${Math.round((100 * idle) / gpus.length)} % of the time: a type of machine without GPUs may do the same for less`
}
