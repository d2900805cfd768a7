import { fsCodeOf } from '../../files/fs-errors.ts'
import type { UsageSample } from '../../platform/jobs.ts'
import type { UsageMeter, SampledMachine, SeenProcess } from './meter.ts'
import { processesNow } from './processes.ts'
import { appendUsage } from './samples.ts'

const firstMs = 500
const apartMs = 2_000
/** After so many samples the pauses double: the file of a job of weeks stays small. */
const samplesPerPause = 900
/** Sampling may take this share of the time: with thousands of processes on the computer it is done less often. */
const longestShare = 0.005

/** Measures what machines use until it is stopped, where the system tells it: on Linux. A full disk or a missing /proc ends it quietly. */
export function sampleUsage(path: string, machines: readonly SampledMachine[]): { readonly stop: () => void } {
  if (process.platform !== 'linux' || machines.length === 0) return { stop: () => undefined }
  const samplers = machines.map(samplerOf)
  let samples = 0
  let timer = setTimeout(take, firstMs)
  timer.unref()
  function take(): void {
    const beforeMs = performance.now()
    try {
      const processes = once(processesNow)
      appendUsage(
        path,
        samplers.flatMap((sampler) => sampler(processes)),
      )
    } catch (cause) {
      if (fsCodeOf(cause) === undefined) throw cause
      return
    }
    samples += 1
    const pauseMs = apartMs * 2 ** Math.floor(samples / samplesPerPause)
    timer = setTimeout(take, Math.max(pauseMs, (performance.now() - beforeMs) / longestShare))
    timer.unref()
  }
  return {
    stop: () => {
      clearTimeout(timer)
    },
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** From one look to the next: what the processors did between them, and how much there is of everything else. */
function samplerOf({
  host: machine,
  meter: given,
}: SampledMachine): (processes: () => readonly SeenProcess[]) => readonly UsageSample[] {
  let meter: UsageMeter | undefined
  if (typeof given === 'function') meter = given
  // A machine that cannot be measured runs as well.
  else
    given.then(
      (made) => (meter = made),
      () => undefined,
    )
  let [beforeSeconds, beforeMs] = [0, performance.now()]
  return (processes) => {
    const measured = meter?.(processes)
    if (measured === undefined) return []
    const nowMs = performance.now()
    const { cpuSeconds, ...others } = measured
    const sample = { machine, atMs: Date.now(), ...others }
    if (cpuSeconds === undefined) return [sample]
    const share = Math.max(0, cpuSeconds - beforeSeconds) / Math.max(0.001, (nowMs - beforeMs) / 1000)
    ;[beforeSeconds, beforeMs] = [cpuSeconds, nowMs]
    return [{ ...sample, cpuPercent: Math.round(1000 * share) / 10 }]
  }
}
