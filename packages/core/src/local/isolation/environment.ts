import { join } from 'node:path'
import type { Isolation } from '../machine/isolation.ts'
import { startProcess } from '../machine/process-executor.ts'

/**
 * A process like any other of this computer: variables and arguments point into the machine's tree. Works everywhere, except for
 * programs that name `/opt/ml` themselves.
 */
export const environmentIsolation: Isolation = {
  name: 'environment',
  view: (tree, inherited) => ({
    root: tree.root,
    networkInterface: 'lo',
    // Machines that are folders of one computer have no names.
    environment: { ...inherited, TMPDIR: join(tree.root, 'tmp'), MASTER_ADDR: '127.0.0.1' },
  }),
  prepare: async () => undefined,
  start: startProcess,
  release: async () => undefined,
  killLeft: async () => undefined,
}
