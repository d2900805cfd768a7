import { chmodSync, lstatSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasEnded, paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ContainerSettings } from '../../containers/machine.ts'
import type { MachineTree } from '../machine/tree.ts'
import { engineProblem, type Ask } from './engine-calls.ts'

/** An image may have a user of its own, who reads the configuration as on SageMaker. */
export function openConfiguration(tree: MachineTree): void {
  for (const folder of [paths.training.config, paths.processing.config]) {
    for (const name of namesIn(join(tree.root, folder))) chmodSync(join(tree.root, folder, name), 0o644)
  }
}

/**
 * Tells the other machines of a job that the program of one has ended well, when it has; gives its code. Its name goes with its container,
 * and they may not have looked for it yet.
 */
export function tellEnd(code: number, { host }: MachineTree, machines: readonly MachineTree[]): number {
  for (const other of code === 0 ? machines.filter((each) => each.host !== host) : []) {
    try {
      // A link that the program of that machine made there is not followed.
      writeFileSync(join(other.root, hasEnded(host)), '', { flag: 'wx', mode: 0o644 })
    } catch {
      // That program owns its folders by now, or has ended as well: it waits for nobody.
    }
  }
  return code
}

/** Makes what the container wrote the caller's: with docker it is the superuser's, and an image may have another user. */
export async function takeOver(tree: MachineTree, settings: ContainerSettings, ask: Ask): Promise<void> {
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
    throw engineProblem(`the files of ${tree.host} could not be made yours`, cause)
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
