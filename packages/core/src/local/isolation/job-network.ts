import { rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAwaited } from '@simple-sagemaker/worker-toolkit/contract'
import type { ContainerSettings, MachineNetwork } from '../../containers/machine.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { systemClock } from '../../time/clock.ts'
import type { MachineTree } from '../machine/tree.ts'
import { engineProblem, type Ask } from './engine-calls.ts'

/** The name of the network of a job's machines. */
export const jobNetworkName = (trees: readonly MachineTree[]): string => `ssm-${jobOf(trees[0])}`

/** The name of the container of a machine. */
export const containerName = (tree: MachineTree): string => `${jobOf(tree)}-${tree.host}`

const jobOf = (tree: MachineTree | undefined): string => basename(dirname(dirname(tree?.root ?? '')))

/**
 * Makes the network in which the machines of a job find each other by name. Docker answers for the names itself. Podman leaves that to one
 * service for all networks of a computer, which does not start any more once a network was not removed properly: so its machines get fixed
 * addresses, and have the names in their files.
 */
export async function makeNetwork(
  settings: ContainerSettings,
  trees: readonly MachineTree[],
  ask: Ask,
  signal: AbortSignal,
): Promise<MachineNetwork> {
  const name = jobNetworkName(trees)
  const isFixed = settings.kind === 'podman'
  const words = [...(settings.isolated ? ['--internal'] : []), ...(isFixed ? ['--disable-dns'] : [])]
  const problem = (cause: unknown): Error => engineProblem(`${settings.program} made no network for the machines`, cause)
  const need = (asked: readonly string[]): Promise<string> =>
    ask(asked, signal).catch((cause: unknown) => {
      throw problem(cause)
    })
  await removeNetwork(settings, ask, name).catch(() => undefined)
  await need(['network', 'create', ...words, '--label', 'simple-sagemaker.job', name])
  if (!isFixed) return { name }
  const described = await need(['network', 'inspect', name])
  const addresses = addressesIn(described, trees)
  if (addresses === undefined) throw problem(`its addresses are not known: ${described.slice(0, 200)}`)
  return { name, addresses }
}

/** One address for each machine: the first of a network is its gateway's. */
function addressesIn(described: string, trees: readonly MachineTree[]): ReadonlyMap<string, string> | undefined {
  // Older versions tell more around it.
  const subnet = /"subnet": *"(\d+)\.(\d+)\.(\d+)\.(\d+)\//i.exec(described)
  if (subnet === null) return undefined
  const base = subnet.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0)
  return new Map(trees.map(({ host }, index) => [host, addressText(base + 2 + index)]))
}

const addressText = (address: number): string => [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')

const firstLooks = 50
const firstPauseMs = 100
const laterPauseMs = 1_000

/** Tells the machines of a job which of them run already: with fixed addresses, a name alone does not say so. */
export class Starts {
  readonly #trees: readonly MachineTree[]
  readonly #awaited: Set<MachineTree>

  constructor(trees: readonly MachineTree[]) {
    this.#trees = trees
    this.#awaited = new Set(trees)
    for (const tree of trees) for (const other of this.#othersOf(tree)) writeFileSync(join(other.root, isAwaited(tree.host)), '')
  }

  /** Looks until each machine has been seen, or has ended. */
  async tell(network: string, ask: Ask, signal: AbortSignal): Promise<void> {
    for (let looks = 1; this.#awaited.size > 0 && !signal.aborted; looks += 1) {
      await pause(looks > firstLooks ? laterPauseMs : firstPauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      const running = await ask(['ps', '--filter', `network=${network}`, '--format', '{{.Names}}'], signal).catch(() => '')
      const names = new Set(running.split('\n'))
      for (const tree of this.#awaited) if (names.has(containerName(tree))) this.#tellOf(tree)
    }
  }

  /** Nobody looks for a machine that has ended. */
  ended(tree: MachineTree): void {
    for (const awaited of this.#awaited) if (awaited.host === tree.host) this.#awaited.delete(awaited)
  }

  #tellOf(tree: MachineTree): void {
    this.#awaited.delete(tree)
    for (const { root } of this.#othersOf(tree)) {
      try {
        rmSync(join(root, isAwaited(tree.host)), { force: true })
      } catch {
        // The program of that machine owns its folders by now: it waits for nobody.
      }
    }
  }

  #othersOf({ host }: MachineTree): readonly MachineTree[] {
    return this.#trees.filter((other) => other.host !== host)
  }
}

const networkTries = 25

/** Removes a network unless there is none. It may be kept for a moment by a container that is just being removed by somebody else. */
export async function removeNetwork({ kind }: ContainerSettings, ask: Ask, name: string, signal?: AbortSignal): Promise<void> {
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
