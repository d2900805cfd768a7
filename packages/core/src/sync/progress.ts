/** How far a transfer is. */
export interface TransferProgress {
  readonly bytes: number
  readonly ofBytes: number
  readonly files: number
  readonly ofFiles: number
  /** Over the last few seconds. */
  readonly bytesPerSecond: number
  /** As it looks now; `undefined` while nothing moves. */
  readonly secondsLeft: number | undefined
}

/** Sums what single files tell into one picture. */
export interface Meter {
  /** So many bytes of this file are over; it may start again from nothing. */
  moved(path: string, bytes: number): void
  /** The file is over, whole. */
  finished(path: string, bytes: number): void
}

export interface MeterOptions {
  readonly ofBytes: number
  readonly ofFiles: number
  readonly tell: ((progress: TransferProgress) => void) | undefined
  /** Milliseconds since some moment; default the system's clock. */
  readonly now?: () => number
}

const pauseMs = 100
const windowMs = 5_000

/** Tells at most ten times a second, and always the last word: all bytes, all files. */
export function transferMeter({ ofBytes, ofFiles, tell, now = () => performance.now() }: MeterOptions): Meter {
  const rate = slidingRate(now())
  const open = new Map<string, number>()
  let [doneBytes, openBytes, files, reportedAtMs] = [0, 0, 0, -Infinity]
  const set = (path: string, bytes: number | undefined): void => {
    openBytes += (bytes ?? 0) - (open.get(path) ?? 0)
    if (bytes === undefined) open.delete(path)
    else open.set(path, bytes)
  }
  const report = (): void => {
    const atMs = now()
    if (tell === undefined || (atMs - reportedAtMs < pauseMs && files < ofFiles)) return
    reportedAtMs = atMs
    const bytes = Math.min(doneBytes + openBytes, ofBytes)
    const bytesPerSecond = rate(atMs, bytes)
    const secondsLeft = bytesPerSecond > 0 ? (ofBytes - bytes) / bytesPerSecond : undefined
    tell({ bytes, ofBytes, files, ofFiles, bytesPerSecond, secondsLeft })
  }
  return {
    moved(path, bytes) {
      set(path, bytes)
      report()
    },
    finished(path, bytes) {
      set(path, undefined)
      doneBytes += bytes
      files += 1
      report()
    },
  }
}

/** Bytes per second between now and the oldest moment of the last few seconds. */
function slidingRate(startMs: number): (atMs: number, bytes: number) => number {
  const samples = [{ atMs: startMs, bytes: 0 }]
  return (atMs, bytes) => {
    samples.push({ atMs, bytes })
    while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > windowMs) samples.shift()
    const first = samples[0]
    if (first === undefined || atMs <= first.atMs) return 0
    return Math.max(0, ((bytes - first.bytes) * 1000) / (atMs - first.atMs))
  }
}
