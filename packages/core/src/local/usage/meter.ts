/** A process as /proc shows it. */
export interface SeenProcess {
  readonly pid: number
  readonly group: number
  /** User and system time, in hundredths of a second. */
  readonly ticks: number
  readonly memoryBytes: number
}

/** What a machine used since its program began. */
export interface Measured {
  readonly cpuSeconds?: number
  readonly memoryBytes?: number
  readonly readBytes?: number
  readonly writtenBytes?: number
  readonly receivedBytes?: number
  readonly sentBytes?: number
}

/** Measures a machine now; `undefined` when nothing of it is there. All meters of one look share one list of processes. */
export type UsageMeter = (processes: () => readonly SeenProcess[]) => Measured | undefined

/** A machine and its meter; one that is made later is used from then on. */
export interface SampledMachine {
  readonly host: string
  readonly meter: UsageMeter | Promise<UsageMeter | undefined>
}
