import type { ProcessIdentity } from '../process/identity.ts'
import type { UsageMeter } from '../usage/meter.ts'
import type { MachineTree } from './tree.ts'

/**
 * How the program of a machine is started, and what it sees of this computer. Whoever lays out, follows and collects machines
 * asks this alone, and never which one it is.
 */
export interface Isolation {
  readonly name: IsolationName
  /** What the program of a machine sees. */
  view(tree: MachineTree, inherited: Readonly<Record<string, string>>): MachineView
  /**
   * Called once for each attempt, when folders, configuration and inputs of all machines are in place. `folders` are the machine's
   * own, as absolute paths on it: inputs, outputs, checkpoints and those of the contract.
   */
  prepare(trees: readonly MachineTree[], folders: readonly string[], signal: AbortSignal): Promise<void>
  /** Starts the program of a machine that was prepared. */
  start(program: MachineProgram): RunningMachine
  /** Called when all machines have ended, before their files are read: these are the caller's afterwards. */
  release(trees: readonly MachineTree[]): Promise<void>
  /**
   * Ends what still runs of machines whose supervisor was killed and whose trees are still there; does nothing a second time.
   * The process groups on record, and processes that carry a machine's root, are killed before by whoever calls this.
   * @throws {PlatformError} `PLATFORM_UNREACHABLE` when that could not be done now, and should be tried again.
   */
  killLeft(trees: readonly MachineTree[]): Promise<void>
}

/** As a job's record holds it. */
export type IsolationName = 'environment' | 'namespace' | 'container'

/** A machine as its program sees it. */
export interface MachineView {
  /** What stands before every path of the machine contract: empty where `/opt/ml` is really there. */
  readonly root: string
  /** The network interface by which the machines reach each other. */
  readonly networkInterface: string
  /**
   * What the program gets of this computer's environment, its temporary folder, and, where machines have no names, the address
   * of the first. The variables of the request come on top.
   */
  readonly environment: Readonly<Record<string, string>>
}

/** A program to run as one machine. */
export interface MachineProgram {
  readonly tree: MachineTree
  readonly argv: readonly string[]
  /** As the program sees it. */
  readonly cwd: string
  /** Complete. */
  readonly environment: Readonly<Record<string, string>>
  /** Where a pipe was made for its output by `makePipes`. */
  readonly pipe: string
  readonly onOutput: (bytes: Buffer) => void
  /** Run when the supervisor is killed, after the program's own process was: ends what that process does not take with it. */
  readonly afterwards?: Afterwards
}

/** A program that is run once or twice, its arguments each time as one text with spaces between them: none of them has one. */
export interface Afterwards {
  readonly program: string
  readonly words: string
  /** Of the second time. */
  readonly last?: string
}

/** A running machine: one process group. */
export interface RunningMachine {
  /** Of the process that leads the group and lives as long as the machine; `undefined` when it is already gone. */
  readonly identity: ProcessIdentity | undefined
  /** The exit code, 128 and the number for a signal. Comes when nothing of the machine is left and all output was read. */
  readonly ended: Promise<number>
  /** What measures the machine, where it is not its process group: comes when the program runs, or is `undefined` when nothing can. */
  readonly meter?: Promise<UsageMeter | undefined>
  /** SIGTERM to the program alone, as containers get it. */
  terminate(): void
  /** SIGKILL to everything that is left of the machine. */
  kill(): void
}
