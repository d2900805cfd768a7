import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { peersVariable, sharedComputerVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { readTextNow } from '../../files/read.ts'
import type { Isolation, MachineProgram } from '../machine/isolation.ts'
import { startProcess } from '../machine/process-executor.ts'
import type { MachineTree } from '../machine/tree.ts'
import { makeRootFolder, mountTable } from './root-folder.ts'

const temporaryFolder = '/.ssm-tmp'

/**
 * A process of this computer with a view of its own: the machine's tree is its `/`, with everything of this computer at its
 * place except `/opt/ml` and the machine's other folders, and its host name is the machine's. Other machines of the job are
 * found by their names. The view is a mount namespace, which goes with the last process in it.
 */
export const namespaceIsolation: Isolation = {
  name: 'namespace',
  view: ({ root }, inherited) => ({
    root: '',
    networkInterface: 'lo',
    environment: { ...inherited, TMPDIR: temporaryFolder, [sharedComputerVariable]: '1', [peersVariable]: peersFolder(root) },
  }),
  prepare: async (trees, folders) => prepareNamespaces(trees, folders),
  start: (program) => startProcess({ ...program, argv: namespaceArgv(program), cwd: program.tree.root }),
  release: async () => undefined,
  killLeft: async () => undefined,
}

/** Makes the machines' trees ready to be entered. */
export function prepareNamespaces(trees: readonly MachineTree[], folders: readonly string[]): void {
  // `/tmp` stays this computer's, for what its programs keep there; a machine's temporary files go with its tree.
  const own = folders.filter((path) => path !== '/tmp')
  const known = readTextNow('/etc/hosts')
  for (const { root } of trees) mkdirSync(peersFolder(root), { recursive: true, mode: 0o700 })
  const names = trees.map(({ host }, index) => `127.0.0.${index + 1} ${host}\n`)
  for (const { root } of trees) {
    const hosts = hostsFile(root)
    writeFileSync(hosts, `${known}\n${names.join('')}`, { mode: 0o644 })
    mkdirSync(join(root, temporaryFolder), { recursive: true })
    const bindings = [{ from: root, to: root }, ...makeRootFolder(root, own), { from: hosts, to: join(root, '/etc/hosts') }]
    writeFileSync(mountsFile(root), mountTable(bindings))
  }
}

/** Beside the trees of a job, and gone with them. */
const peersFolder = (root: string): string => join(dirname(root), 'peers')
// Beside the tree, and gone with it.
const hostsFile = (root: string): string => `${root}.hosts`
const mountsFile = (root: string): string => `${root}.mounts`

// In the new namespaces: mounts, the host name, and a new root. The old one is unmounted, so that nothing leads back to it. A
// superuser of a user namespace is our user again before the program starts: it may do what it might do without all this.
const enter = `
_path=\${PATH-} PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin _host=$2 _ids=$3 _cwd=$4
cd "$1" && mount --all --fstab "$1.mounts" && cd "$1" &&
{ { echo "$_host" >/proc/sys/kernel/hostname; } 2>/dev/null || hostname "$_host"; } &&
pivot_root . . && umount -l . && cd "$_cwd" || { echo "ssm: this machine's own /opt/ml could not be made" >&2; exit 125; }
shift 4
[ -z "$_ids" ] || set -- "$_unshare" --user --map-user="\${_ids%:*}" --map-group="\${_ids#*:}" -- "$@"
if [ -n "$_path" ]; then PATH=$_path; else unset PATH; fi
exec "$@"`.trim()

/** The argument vector that starts a program in a machine's namespaces. */
export function namespaceArgv({ tree, argv, cwd }: Pick<MachineProgram, 'tree' | 'argv' | 'cwd'>): readonly string[] {
  const unshare = toolAt('unshare')
  // The superuser stays what it is, and needs no user namespace, which would hide the owners of files.
  const isSuperuser = process.getuid?.() === 0
  const flags = isSuperuser ? ['--mount', '--uts'] : ['--user', '--map-root-user', '--mount', '--uts']
  const ids = isSuperuser ? '' : `${process.getuid?.()}:${process.getgid?.()}`
  // What this computer mounts and unmounts meanwhile is seen, and not held on to.
  const command = [unshare, ...flags, '--propagation', 'slave', '--']
  return [...command, '/bin/sh', '-c', `_unshare=${unshare}\n${enter}`, 'ssm', tree.root, tree.host, ids, cwd, ...argv]
}

const toolFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/run/current-system/sw/bin']

function toolAt(name: string): string {
  const folder = toolFolders.find((each) => existsSync(join(each, name)))
  return folder === undefined ? name : join(folder, name)
}
