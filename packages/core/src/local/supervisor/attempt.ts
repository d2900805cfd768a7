import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { streamPath } from '../logs/format.ts'
import type { JobPlan } from '../request/job-plan.ts'
import type { JobRequest } from '../../platform/jobs.ts'
import { pipePath, pipesOf, type JobPlace, type JobSettings } from '../jobs/records.ts'
import type { DirectoryObjects } from '../objects/objects.ts'
import { machineEnvironment } from '../machine/environment.ts'
import { folderSync, type FolderSync } from './folder-sync.ts'
import type { Halt } from './halt.ts'
import { objectsOf } from '../machine/input-objects.ts'
import type { Journal } from './journal.ts'
import { openMachineLog } from '../logs/writer.ts'
import { StateWatch } from './watch/state-watch.ts'
import { fillInput, machineFolders, layOutMachine, type MachineTree } from '../machine/tree.ts'
import { maskedBytes } from '../../secrets/masked-bytes.ts'
import type { MetricFinder } from '../../platform/metrics/metric-finder.ts'
import { metricReader } from '../logs/metrics.ts'
import type { Isolation, MachineView, RunningMachine } from '../machine/isolation.ts'
import { makePipes } from '../machine/process-executor.ts'
import { pidOf } from '../process/identity.ts'
import { groupMeter } from '../usage/processes.ts'
import { sampleUsage } from '../usage/sampler.ts'
import { withPackages, withPython } from '../python/environment.ts'
import { shardOf } from '../machine/shard.ts'

/** A job in the hands of its supervisor. */
export interface Job {
  /** The store's folder. */
  readonly root: string
  readonly place: JobPlace
  readonly settings: JobSettings
  /** With the values of its environment, which no record holds. */
  readonly request: JobRequest
  readonly plan: JobPlan
  readonly objects: DirectoryObjects
  readonly journal: Journal
  readonly halt: Halt
  /** What the machines' programs see of this computer. */
  readonly isolation: Isolation
  /** Of the task's metrics; `undefined` when it has none. */
  readonly metrics: Promise<MetricFinder | undefined>
  /** What every program gets of this computer's environment. */
  readonly inherited: Readonly<Record<string, string>>
  /** Masked in what is stored of the programs' output. */
  readonly secrets: readonly string[]
}

/** How one machine ended. */
export interface MachineEnd {
  readonly tree: MachineTree
  readonly code: number
}

/** Machines that are laid out, and the folders they share with the store. */
export interface Prepared {
  readonly trees: readonly MachineTree[]
  readonly syncs: readonly FolderSync[]
  /** What the program does with its state, where that is watched. */
  readonly watch?: StateWatch
  /** The virtual environment with the packages that the code requires. */
  readonly packages?: string
}

/** The folders that stand for the machines' `/`. */
export const attemptTrees = ({ place, plan }: Job): readonly MachineTree[] =>
  plan.hosts.map((host) => ({ host, root: join(place.machines, host) }))

const viewOf = ({ isolation, inherited }: Job, tree: MachineTree): MachineView => isolation.view(tree, inherited)

/** Lays out every machine: folders, configuration, inputs, checkpoints. An abort of the halt's signal rejects. */
export async function prepare(job: Job): Promise<Prepared> {
  const { place, request, plan, objects, halt, isolation } = job
  const trees = attemptTrees(job)
  const pipes = makePipes(pipesOf(place, plan.hosts))
  try {
    for (const tree of trees) layOutMachine(tree, request, plan, viewOf(job, tree).networkInterface)
    for (const input of plan.inputs) {
      const found = await objectsOf(input, objects, halt.signal)
      const takers = input.hosts === undefined ? trees : trees.filter(({ host }) => input.hosts?.includes(host))
      for (const [index, tree] of takers.entries()) {
        const part = input.sharded ? shardOf(found, index, takers.length) : found
        await fillInput(tree, input, part, objects, halt.signal)
      }
    }
    const { checkpoint } = plan
    const watch =
      checkpoint === undefined || job.settings.watchesState === undefined
        ? undefined
        : new StateWatch(trees, checkpoint.path, place.machines)
    const onGiven = (file: string): void => watch?.given(file)
    const state =
      checkpoint === undefined ? [] : [folderSync(trees, checkpoint.path, checkpoint.uri, objects, { deletes: true, onGiven })]
    for (const sync of state) await sync.restore(halt.signal)
    await isolation.prepare(trees, machineFolders(plan), halt.signal)
    const outputs = plan.outputs.filter((output) => output.continuous)
    return {
      trees,
      ...(watch === undefined ? {} : { watch }),
      syncs: [...state, ...outputs.map((output) => folderSync(trees, output.path, output.uri, objects, { deletes: false }))],
    }
  } finally {
    await pipes
  }
}

/**
 * Runs the program on every machine, side by side, to the end of all of them. Gives them in the order in which they ended.
 * When one fails or a halt is requested, the others are asked to end, and killed after the grace.
 */
export async function runMachines(job: Job, prepared: Prepared): Promise<readonly MachineEnd[]> {
  const { trees, syncs } = prepared
  const finder = await job.metrics
  const startedAtMs = Date.now()
  const machines = trees.map((tree) => start(job, prepared, { tree, startedAtMs, finder }))
  job.journal.processes(machines.flatMap(({ identity }) => identity ?? []))
  const sampling = sampleUsage(
    job.place.usage,
    machines.flatMap(({ identity, tree: { host }, meter }) =>
      identity === undefined ? [] : [{ host, meter: meter ?? groupMeter(pidOf(identity)) }],
    ),
  )
  const ender = endTogether(machines, job.settings.stopGraceSeconds)
  const stopSyncing = keepPushing(syncs, job.settings.syncSeconds)
  try {
    if (job.halt.signal.aborted) ender.end()
    job.halt.signal.addEventListener('abort', ender.end, { once: true })
    return await endsOf(machines, ender.end)
  } finally {
    job.halt.signal.removeEventListener('abort', ender.end)
    ender.cancel()
    sampling.stop()
    for (const machine of machines) machine.kill()
    await stopSyncing()
    await job.isolation.release(trees)
  }
}

/**
 * Waits for all machines. One that fails is a reason to end the others, and so is one that never started: then it rejects, when the others
 * have ended.
 */
async function endsOf(machines: readonly Machine[], endOthers: () => void): Promise<readonly MachineEnd[]> {
  const ends: MachineEnd[] = []
  const all = machines.map(async ({ ended, tree }) => {
    const code = await ended.catch((cause: unknown) => {
      endOthers()
      throw cause
    })
    ends.push({ tree, code })
    if (code !== 0) endOthers()
  })
  await Promise.allSettled(all)
  await Promise.all(all)
  return ends
}

type Machine = RunningMachine & { readonly tree: MachineTree }

interface MachineStart {
  readonly tree: MachineTree
  readonly startedAtMs: number
  readonly finder: MetricFinder | undefined
}

function start(job: Job, { packages }: Prepared, { tree, startedAtMs, finder }: MachineStart): Machine {
  const log = openMachineLog(streamPath(job.place.logs, tree.host, startedAtMs))
  const metrics = metricReader(finder)
  const view = viewOf(job, tree)
  const masked = maskedBytes(job.secrets)
  const store = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    const nowMs = Date.now()
    log.write(bytes, nowMs)
    job.journal.metrics(tree.host, metrics.feed(bytes, nowMs))
  }
  const machine = job.isolation.start({
    tree,
    argv: job.plan.argv,
    cwd: view.root + paths.code,
    environment: withPackages(withPython(machineEnvironment(job.plan, view), job.settings.python, { tree, view }), packages),
    pipe: pipePath(job.place, tree.host),
    onOutput: (bytes) => store(masked.push(bytes)),
  })
  const ended = machine.ended.finally(() => {
    store(masked.end())
    log.close()
    job.journal.metrics(tree.host, metrics.end(Date.now()))
  })
  return { ...machine, tree, ended }
}

/** SIGTERM to every machine, and SIGKILL to those that are still there after the grace. */
function endTogether(
  machines: readonly RunningMachine[],
  graceSeconds: number,
): { readonly end: () => void; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  return {
    end() {
      if (timer !== undefined) return
      for (const machine of machines) machine.terminate()
      timer = setTimeout(() => {
        for (const machine of machines) machine.kill()
      }, graceSeconds * 1000)
    },
    cancel: () => clearTimeout(timer),
  }
}

/** Pushes again and again until it is stopped; a push that fails is tried again by the next one. */
function keepPushing(syncs: readonly FolderSync[], pauseSeconds: number): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let wake = (): void => undefined
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      timer = setTimeout(resolve, pauseSeconds * 1000)
    })
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await pause()
      for (const sync of syncs) if (!stopped) await sync.push().catch(() => undefined)
    }
  }
  const done = syncs.length === 0 ? Promise.resolve() : loop()
  return async () => {
    stopped = true
    clearTimeout(timer)
    wake()
    await done
  }
}
