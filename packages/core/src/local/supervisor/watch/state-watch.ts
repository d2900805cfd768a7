import { linkSync, lstatSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { readTextNow } from '../../../files/read.ts'
import type { ProgramStart } from '../../../platform/jobs.ts'
import type { MachineTree } from '../../machine/tree.ts'
import { filesOf, type FileStats, type MachineFile } from '../folder-files.ts'

/** Sees what one start of a program does with its state: whether it reads what it was given, and when it saves. */
export class StateWatch {
  readonly #trees: readonly MachineTree[]
  readonly #path: string
  readonly #aside: string
  /** Since when files of an unpacked archive are new; absent where the state is kept file by file. */
  readonly #packedSinceMs: number | undefined
  #takenAtNs: bigint | undefined
  readonly #given = new Map<string, { readonly link: string; readonly mtimeNs: bigint }>()

  /** @param path the folder of the state, as the machines call it */
  constructor(trees: readonly MachineTree[], path: string, machines: string) {
    const isPacked = path === paths.training.stateArchive
    this.#trees = trees
    this.#path = isPacked ? paths.training.state : path
    this.#packedSinceMs = isPacked ? Date.now() : undefined
    this.#aside = join(machines, '.state-given')
    rmSync(this.#aside, { recursive: true, force: true })
    mkdirSync(this.#aside, { recursive: true })
  }

  /** A file that the machine was given. Also when the program puts another one in its place it can be told whether it was read. */
  given(file: string): void {
    const link = join(this.#aside, String(this.#given.size))
    forgetReading(file)
    linkSync(file, link)
    this.#given.set(file, { link, mtimeNs: lstatSync(file, { bigint: true }).mtimeNs })
  }

  /** SIGTERM is about to be sent. It is the file system's clock that counts: it gives files their times, and is coarser than the computer's. */
  taken(): void {
    const mark = join(this.#aside, 'taken')
    writeFileSync(mark, '')
    this.#takenAtNs = lstatSync(mark, { bigint: true }).mtimeNs
  }

  /** What the program did with its state, at its end. */
  seen(): Pick<ProgramStart, 'givenFiles' | 'isStateRead' | 'stateReadAtMs' | 'savedAtMs' | 'isSavedAfterSignal'> {
    const times = this.#trees.flatMap((tree) => [...filesOf(join(tree.root, this.#path), this.#path).files.values()])
    const since = this.#packedSinceMs
    const msOf = ({ mtimeNs }: FileStats): number => Number(mtimeNs / 1_000_000n)
    const isSaved = ({ path, stats }: MachineFile): boolean =>
      since === undefined ? !this.#isGiven(path, stats) : msOf(stats) >= since
    return { ...this.#reading(), ...this.#saving(times.filter(isSaved).map(({ stats }) => stats.mtimeNs)) }
  }

  #reading(): Pick<ProgramStart, 'givenFiles' | 'isStateRead' | 'stateReadAtMs'> {
    const givenFiles = this.#given.size
    // The launcher reads every archive: whether the program reads what was in it, nobody sees.
    if (givenFiles === 0 || this.#packedSinceMs !== undefined || !this.#tellsReading()) return { givenFiles }
    const readAtMs = [...this.#given.values()].reduce((latest, { link }) => Math.max(latest, statSync(link).atimeMs), 0)
    return readAtMs > 0 ? { givenFiles, isStateRead: true, stateReadAtMs: readAtMs } : { givenFiles, isStateRead: false }
  }

  #saving(timesNs: readonly bigint[]): Pick<ProgramStart, 'savedAtMs' | 'isSavedAfterSignal'> {
    if (timesNs.length === 0) return {}
    const lastNs = timesNs.reduce((one, other) => (other > one ? other : one))
    const savedAtMs = Number(lastNs / 1_000_000n)
    return this.#takenAtNs === undefined ? { savedAtMs } : { savedAtMs, isSavedAfterSignal: lastNs >= this.#takenAtNs }
  }

  /** Whether it is the very file that was given, which nobody has written since. */
  #isGiven(path: string, { ino, mtimeNs }: FileStats): boolean {
    const given = this.#given.get(path)
    return given !== undefined && mtimeNs === given.mtimeNs && lstatSync(given.link, { bigint: true }).ino === ino
  }

  /** Some file systems do not keep when a file was read. */
  #tellsReading(): boolean {
    const probe = join(this.#aside, 'probe')
    writeFileSync(probe, 'x')
    forgetReading(probe)
    readTextNow(probe)
    return wasRead(probe)
  }
}

const longAgo = new Date(0)

/** As if it had never been read: a later reading is then kept, as file systems keep the first one after a change. */
const forgetReading = (path: string): void => utimesSync(path, longAgo, statSync(path).mtime)

const wasRead = (path: string): boolean => statSync(path).atimeMs > 0
