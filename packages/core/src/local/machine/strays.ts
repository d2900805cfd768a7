import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { machineRootVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { signal } from '../process/identity.ts'

const rounds = 5

/**
 * Kills processes that left a machine's group but still belong to it: it is their `/`, they carry its root in their environment,
 * work in it, or hold a file of it. Only Linux shows that. They are younger than the machine's first process: with its number, older
 * ones need not be looked at.
 */
export function killStrays(machineRoot: string, first = 0): void {
  if (process.platform !== 'linux' || machineRoot === '') return
  // One that is just starting another is looked for again.
  const tree = { path: machineRoot, folder: folderAt(machineRoot) }
  for (let round = 0; round < rounds && killRound(tree, first) > 0; round += 1);
}

interface Tree {
  readonly path: string
  /** Device and number of the folder; `undefined` when it is gone. */
  readonly folder: string | undefined
}

function killRound(tree: Tree, first: number): number {
  // Numbers begin anew at some point; then every process is a candidate.
  const from = newestProcess() < first ? 0 : first
  let killed = 0
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!(pid > from) || pid === process.pid || !belongsTo(`/proc/${name}`, tree)) continue
    signal(pid, 'SIGKILL')
    killed += 1
  }
  return killed
}

function belongsTo(folder: string, tree: Tree): boolean {
  if (tree.folder !== undefined && folderAt(`${folder}/root/`) === tree.folder) return true
  try {
    if (`${readFileSync(`${folder}/environ`, 'latin1')}\0`.includes(`${machineRootVariable}=${tree.path}\0`)) return true
    const links = [`${folder}/cwd`, ...readdirSync(`${folder}/fd`).map((name) => `${folder}/fd/${name}`)]
    return links.some((link) => isBelow(targetOf(link), tree.path))
  } catch {
    // Gone meanwhile, or someone else's.
    return false
  }
}

// The pipe of a machine's output lies beside its root, and is removed as soon as it is open.
const isBelow = (path: string, root: string): boolean =>
  path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}.pipe`)

// A machine whose tree is its `/` shows no path of it.
function folderAt(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

const newestProcess = (): number => Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1))
