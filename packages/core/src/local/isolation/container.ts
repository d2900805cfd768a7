import { execFile } from 'node:child_process'
import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { PlatformError } from '../../platform/errors.ts'
import { machineLabel, passedVariables, runWords, type ContainerSettings } from '../../containers/machine.ts'
import { containerMeter } from '../usage/cgroup.ts'
import type { UsageMeter } from '../usage/meter.ts'
import type { Isolation, MachineProgram, RunningMachine } from '../machine/isolation.ts'
import { JobProblem } from '../machine/job-problem.ts'
import { startProcess } from '../machine/process-executor.ts'
import type { MachineTree } from '../machine/tree.ts'
import type { JobPlan } from '../request/job-plan.ts'
import { isError } from '../../lang/realms.ts'
import { systemClock } from '../../time/clock.ts'

/** A container of docker or podman for each machine, with its folders where SageMaker has them. */
export function containerIsolation(settings: ContainerSettings, plan: JobPlan | undefined): Isolation {
  const ask = asker(settings)
  const networkOf = (trees: readonly MachineTree[]): string => `ssm-${jobOf(trees[0])}`
  const hasNetwork = (plan?.hosts.length ?? 0) > 1
  return {
    name: 'container',
    view: (_tree, inherited) => ({ root: '', networkInterface: 'eth0', environment: regionIn(inherited) }),
    async prepare(trees, _folders, signal) {
      for (const tree of trees) openConfiguration(tree)
      if (!hasNetwork) return
      const name = networkOf(trees)
      await removeNetwork(settings, ask, name).catch(() => undefined)
      const words = ['network', 'create', ...(settings.isolated ? ['--internal'] : []), '--label', 'simple-sagemaker.job', name]
      await ask(words, signal).catch((cause: unknown) => {
        throw new JobProblem(`InternalServerError: ${settings.program} made no network for the machines: ${textOf(cause)}`)
      })
    },
    start: (program) =>
      startContainer(settings, program, { plan, network: hasNetwork ? networkOf([program.tree]) : undefined, ask }),
    async release(trees) {
      if (hasNetwork) await removeNetwork(settings, ask, networkOf(trees)).catch(() => undefined)
      for (const tree of trees) await takeOver(tree, settings, ask)
    },
    async killLeft(trees) {
      const signal = AbortSignal.timeout(engineAnswersMs)
      try {
        for (const tree of trees) {
          const found = await ask(['ps', '--all', '--quiet', '--filter', `label=${machineLabel(tree.root)}`], signal)
          const ids = found.split('\n').filter((id) => id !== '')
          if (ids.length > 0) await ask([...removal(settings), ...ids], signal)
        }
        if (trees.length > 1) await removeNetwork(settings, ask, networkOf(trees), signal)
      } catch (cause) {
        // Without the engine there is nobody who could end them, now or later.
        if (fsCodeOf(cause) !== 'ENOENT') throw unended(settings, cause)
      }
    },
  }
}

const engineAnswersMs = 60_000

const unended = ({ program }: ContainerSettings, cause: unknown): PlatformError =>
  new PlatformError('PLATFORM_UNREACHABLE', `${program} did not remove the containers of a job whose supervisor was killed`, {
    cause,
    hint: `Make sure that this works: ${program} ps. Then run the same command again.`,
    facts: { program },
  })

type Ask = (words: readonly string[], signal?: AbortSignal) => Promise<string>

// Called by the supervisor of a job, which loads as little as it can.
const asker =
  ({ program, environment }: ContainerSettings): Ask =>
  (words, signal) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words], { env: environment, ...(signal === undefined ? {} : { signal }) }, (error, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(
              signal?.aborted === true
                ? signal.reason
                : error.code === 'ENOENT'
                  ? error
                  : new Error(stderr.trim() || error.message),
            ),
      )
    })

interface Surroundings {
  readonly plan: JobPlan | undefined
  readonly network: string | undefined
  readonly ask: Ask
}

function startContainer(
  settings: ContainerSettings,
  program: MachineProgram,
  { plan, network, ask }: Surroundings,
): RunningMachine {
  const { tree } = program
  const name = `${jobOf(tree)}-${tree.host}`
  const passed = passedVariables(program.environment, settings.environment)
  const words = runWords(settings, {
    name,
    host: tree.host,
    root: tree.root,
    network,
    folders: foldersOf(plan),
    variables: passed.variables,
    argv: plan?.usesOwnProgram === true ? [] : program.argv,
    ownArguments: plan?.usesOwnProgram === true ? program.argv : [],
  })
  const running = startProcess({
    ...program,
    argv: [settings.program, ...words],
    cwd: tree.root,
    environment: passed.environment,
    afterwards: { program: settings.program, words: [...removal(settings), name].join(' ') },
  })
  const ended = new AbortController()
  const remove = (): Promise<unknown> => ask([...removal(settings), name]).catch(() => undefined)
  return {
    ...running,
    // The engine's own process may have been killed while the container goes on.
    ended: running.ended.finally(() => ended.abort()).finally(remove),
    meter: meterOf(name, ask, ended.signal),
    kill() {
      void remove()
      running.kill()
    },
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

const networkTries = 25

/** Removes a network unless there is none. It may be kept for a moment by a container that is just being removed by somebody else. */
async function removeNetwork({ kind }: ContainerSettings, ask: Ask, name: string, signal?: AbortSignal): Promise<void> {
  // Docker has the word only since version 23, and Debian an older one.
  const words = ['network', 'rm', ...(kind === 'podman' ? ['--force'] : []), name]
  for (let tries = 1; ; tries += 1) {
    const failure = await ask(words, signal).then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    )
    if (failure === undefined) return
    signal?.throwIfAborted()
    if (fsCodeOf(failure.cause) === 'ENOENT' || tries === networkTries) throw failure.cause
    if ((await ask(['network', 'inspect', name], signal).catch(() => undefined)) === undefined) return
    await systemClock.sleep(100)
  }
}

const jobOf = (tree: MachineTree | undefined): string => basename(dirname(dirname(tree?.root ?? '')))

const regionIn = (inherited: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(inherited).filter(([name]) => name === 'AWS_REGION' || name === 'AWS_DEFAULT_REGION'))

/** An image may have a user of its own, who reads the configuration as on SageMaker. */
function openConfiguration(tree: MachineTree): void {
  for (const folder of [paths.training.config, paths.processing.config]) {
    for (const name of namesIn(join(tree.root, folder))) chmodSync(join(tree.root, folder, name), 0o644)
  }
}

/** Makes what the container wrote the caller's: with docker it is the superuser's, and an image may have another user. */
async function takeOver(tree: MachineTree, settings: ContainerSettings, ask: Ask): Promise<void> {
  const { getuid, getgid } = process
  if (getuid === undefined || getgid === undefined || !hasForeign(tree.root, getuid())) return
  const isRootless =
    getuid() !== 0 &&
    (settings.kind === 'podman' || (await ask(['info', '--format', '{{.SecurityOptions}}'])).includes('rootless'))
  // In a container without the superuser's rights outside, its superuser is the caller.
  const owner = isRootless ? '0:0' : `${getuid()}:${getgid()}`
  const words = ['run', '--rm', '--pull=never', '--network', 'none', '--user', '0:0', '--security-opt', 'label=disable']
  await ask([
    ...words,
    '--volume',
    `${tree.root}:/ssm-machine`,
    '--entrypoint',
    'chown',
    settings.image,
    '-R',
    '-h',
    owner,
    '/ssm-machine',
  ]).catch((cause: unknown) => {
    throw new JobProblem(`InternalServerError: the files of ${tree.host} could not be made yours: ${textOf(cause)}`)
  })
}

function hasForeign(folder: string, uid: number): boolean {
  return namesIn(folder).some((name) => {
    const path = join(folder, name)
    const stats = lstatSync(path)
    return stats.uid !== uid || (stats.isDirectory() && hasForeign(path, uid))
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const textOf = (cause: unknown): string => (isError(cause) ? cause.message : String(cause))
