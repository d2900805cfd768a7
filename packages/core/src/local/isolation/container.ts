import { setTimeout as pause } from 'node:timers/promises'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { machineLabel, passedVariables, runWords, type ContainerSettings, type MachineNetwork } from '../../containers/machine.ts'
import { containerMeter } from '../usage/cgroup.ts'
import type { UsageMeter } from '../usage/meter.ts'
import type { Afterwards, Isolation, MachineProgram, RunningMachine } from '../machine/isolation.ts'
import { startProcess } from '../machine/process-executor.ts'
import type { MachineTree } from '../machine/tree.ts'
import type { JobPlan } from '../request/job-plan.ts'
import { openConfiguration, takeOver, tellEnd } from './container-files.ts'
import { asker, startedCode, type Ask } from './engine-calls.ts'
import { withoutLateSignals } from './engine-lines.ts'
import { containerName, jobNetworkName, makeNetwork, removeNetwork, Starts } from './job-network.ts'

/** A container of docker or podman for each machine, with its folders where SageMaker has them. */
export function containerIsolation(settings: ContainerSettings, plan: JobPlan | undefined): Isolation {
  const ask = asker(settings)
  const hasNetwork = (plan?.hosts.length ?? 0) > 1
  let job: Job = { plan, machines: [], ask }
  let released = new AbortController()
  return {
    name: 'container',
    view: (_tree, inherited) => ({ root: '', networkInterface: 'eth0', environment: regionIn(inherited) }),
    async prepare(trees, _folders, signal) {
      for (const tree of trees) openConfiguration(tree)
      job = { plan, machines: trees, ask }
      if (!hasNetwork) return
      const network = await makeNetwork(settings, trees, ask, signal)
      if (network.addresses === undefined) job = { ...job, network }
      else {
        const starts = new Starts(trees)
        released = new AbortController()
        job = { ...job, network, starts }
        void starts.tell(network.name, ask, released.signal)
      }
    },
    start: (program) => startContainer(settings, program, job),
    async release(trees) {
      released.abort()
      if (hasNetwork) await removeNetwork(settings, ask, jobNetworkName(trees)).catch(() => undefined)
      for (const tree of trees) await takeOver(tree, settings, ask)
    },
    killLeft: (trees) => killLeft(settings, trees, ask),
  }
}

async function killLeft(settings: ContainerSettings, trees: readonly MachineTree[], ask: Ask): Promise<void> {
  const signal = AbortSignal.timeout(engineAnswersMs)
  try {
    for (const tree of trees) {
      const found = await ask(['ps', '--all', '--quiet', '--filter', `label=${machineLabel(tree.root)}`], signal)
      const ids = found.split('\n').filter((id) => id !== '')
      if (ids.length > 0) await ask([...removal(settings), ...ids], signal)
    }
    if (trees.length > 1) await removeNetwork(settings, ask, jobNetworkName(trees), signal)
  } catch (cause) {
    // Without the engine there is nobody who could end them, now or later.
    if (fsCodeOf(cause) !== 'ENOENT') throw unended(settings, cause)
  }
}

const engineAnswersMs = 60_000

const unended = ({ program }: ContainerSettings, cause: unknown): PlatformError =>
  new PlatformError('PLATFORM_UNREACHABLE', `${program} did not remove the containers of a job whose supervisor was killed`, {
    cause,
    hint: `Make sure that this works: ${program} ps. Then run the same command again.`,
    facts: { program },
  })

/** What the machines of an attempt have in common. */
interface Job {
  readonly plan: JobPlan | undefined
  readonly machines: readonly MachineTree[]
  /** When there are several machines. */
  readonly network?: MachineNetwork
  /** Where the machines have to be told which of them have started. */
  readonly starts?: Starts
  readonly ask: Ask
}

/** What is run for a machine, and in which environment. */
function wordsOf(
  settings: ContainerSettings,
  program: MachineProgram,
  { plan, network }: Job,
): { readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  const { host, root } = program.tree
  const { variables, environment } = passedVariables(program.environment, settings.environment)
  const [argv, ownArguments] = plan?.usesOwnProgram === true ? [[], program.argv] : [program.argv, []]
  const name = containerName(program.tree)
  const machine = { name, host, root, network, folders: foldersOf(plan), variables, argv, ownArguments }
  return { argv: [settings.program, ...runWords(settings, machine)], environment }
}

function startContainer(settings: ContainerSettings, program: MachineProgram, job: Job): RunningMachine {
  const { tree } = program
  const { network, starts, ask } = job
  const name = containerName(tree)
  const { argv, environment } = wordsOf(settings, program, job)
  const lines = withoutLateSignals(program.onOutput)
  const output = lastOf(lines.take)
  let wasAsked = false
  const running = startProcess({
    ...program,
    onOutput: output.take,
    argv,
    cwd: tree.root,
    environment,
    afterwards: afterwards(settings, name, network?.name),
  })
  const ended = new AbortController()
  const remove = (): Promise<unknown> => ask([...removal(settings), name]).catch(() => undefined)
  return {
    ...running,
    // The engine's own process may have been killed while the container goes on.
    ended: running.ended
      .finally(lines.end)
      .then((code) => tellEnd(code, tree, job.machines))
      .finally(() => starts?.ended(tree))
      .finally(() => ended.abort())
      .finally(remove)
      .then((code) => startedCode(settings, tree, { code, lastOutput: output.text(), wasAsked })),
    meter: meterOf(name, ask, ended.signal),
    terminate() {
      wasAsked = true
      running.terminate()
    },
    kill() {
      wasAsked = true
      void remove()
      running.kill()
    },
  }
}

// The network can be removed with the last of its containers: by whoever asks last.
const afterwards = (settings: ContainerSettings, name: string, network: string | undefined): Afterwards => ({
  program: settings.program,
  words: [...removal(settings), name].join(' '),
  ...(network === undefined ? {} : { last: `network rm ${network}` }),
})

const keptOutputBytes = 4_096

/** Passes output on, and keeps the end of it. */
function lastOf(onOutput: (bytes: Buffer) => void): { readonly take: (bytes: Buffer) => void; readonly text: () => string } {
  let kept = Buffer.alloc(0)
  return {
    take(bytes) {
      kept = Buffer.concat([kept, bytes]).subarray(-keptOutputBytes)
      onOutput(bytes)
    },
    text: () => kept.toString('utf8'),
  }
}

const firstLookMs = 300
const slowestLookMs = 5_000
const mostLooks = 20

/** Looks for the container until it runs: the engine tells its id and its first process. An engine that does not tell is asked no more. */
async function meterOf(name: string, ask: Ask, signal: AbortSignal): Promise<UsageMeter | undefined> {
  for (let look = 0; look < mostLooks && !signal.aborted; look += 1) {
    await pause(Math.min(firstLookMs * 2 ** look, slowestLookMs), undefined, { signal, ref: false }).catch(() => undefined)
    // Until it is made, there is none of this name.
    const told = await ask(['container', 'inspect', '--format', '{{.Id}} {{.State.Pid}}', name], signal).catch(() => '')
    const [id = '', pid] = told.trim().split(' ')
    if (Number(pid) > 0) return containerMeter(id, Number(pid))
  }
  return undefined
}

/** The folders that a container shares with this computer; what lies inside another one comes with it. */
function foldersOf(plan: JobPlan | undefined): readonly string[] {
  if (plan === undefined) return []
  const own =
    plan.kind === 'training'
      ? ['/opt/ml/input', paths.training.model, '/opt/ml/output']
      : [paths.processing.config, '/opt/ml/output']
  const all = [
    ...own,
    ...plan.inputs.map(({ path }) => path),
    ...plan.outputs.map(({ path }) => path),
    ...(plan.checkpoint === undefined ? [] : [plan.checkpoint.path]),
  ]
  return [...new Set(all)].filter((path) => !all.some((other) => other !== path && path.startsWith(`${other}/`)))
}

/** Nothing of it is waited for: it was asked to end before, or it has lost whom it worked for. */
const removal = ({ kind }: ContainerSettings): readonly string[] => [
  'rm',
  '--force',
  '--volumes',
  ...(kind === 'podman' ? ['--time', '0'] : []),
]

const regionIn = (inherited: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(inherited).filter(([name]) => name === 'AWS_REGION' || name === 'AWS_DEFAULT_REGION'))
