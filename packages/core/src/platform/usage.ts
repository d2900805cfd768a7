/** What one machine used at one time. What a platform cannot measure is absent. */
export interface UsageSample {
  /** `algo-1`, … */
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
}
