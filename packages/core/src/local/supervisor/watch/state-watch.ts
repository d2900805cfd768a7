import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProgramStart } from '../../../platform/jobs.ts'
import type { MachineTree } from '../../machine/tree.ts'
import { filesOf, type FileStats } from '../folder-files.ts'

/** Sees what one start of a program does with its state: whether it reads what it was given, and when it saves. */
export class StateWatch {
  readonly #trees: readonly MachineTree[]
  readonly #path: string
  readonly #aside: string
  readonly #given = new Map<string, { readonly link: string; readonly mtimeNs: bigint }>()

  /** @param path the folder of the state, as the machines call it */
  constructor(trees: readonly MachineTree[], path: string, machines: string) {
    this.#trees = trees
    this.#path = path
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

  /** What the program did with its state, at its end. */
  seen(): Pick<ProgramStart, 'givenFiles' | 'isStateRead' | 'savedAtMs'> {
    const times = this.#trees.flatMap((tree) => [...filesOf(join(tree.root, this.#path), this.#path).files.values()])
    const saved = times
      .filter(({ path, stats }) => !this.#isGiven(path, stats))
      .map(({ stats }) => Number(stats.mtimeNs / 1_000_000n))
    return {
      givenFiles: this.#given.size,
      ...(this.#given.size > 0 && this.#tellsReading()
        ? { isStateRead: [...this.#given.values()].some(({ link }) => wasRead(link)) }
        : {}),
      ...(saved.length === 0 ? {} : { savedAtMs: Math.max(...saved) }),
    }
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
    readFileSync(probe)
    return wasRead(probe)
  }
}

const longAgo = new Date(0)

/** As if it had never been read: a later reading is then kept, as file systems keep the first one after a change. */
const forgetReading = (path: string): void => utimesSync(path, longAgo, statSync(path).mtime)

const wasRead = (path: string): boolean => statSync(path).atimeMs > 0
