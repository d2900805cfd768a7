import type { SeenProcess } from './processes.ts'

/** What a machine used since its program began. */
export interface Measured {
  readonly cpuSeconds?: number
  readonly memoryBytes?: number
  readonly readBytes?: number
  readonly writtenBytes?: number
}

/** Measures a machine now; `undefined` when nothing of it is there. All meters of one look share one list of processes. */
export type Meter = (processes: () => readonly SeenProcess[]) => Measured | undefined

/** A machine and its meter; one that is made later is used from then on. */
export interface SampledMachine {
  readonly host: string
  readonly meter: Meter | Promise<Meter | undefined>
}
