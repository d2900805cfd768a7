import { accessSync, constants, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { storageError } from '../fs-errors.ts'
import { statsAt } from './entries.ts'
import { inTheWay, ofAnother } from './in-the-way.ts'
import { isStamped } from './mark.ts'
import { markOf } from './place.ts'

/** What is known of a download before there is anything to download. */
export interface ExpectedDownload {
  /** Whose download it is, `project/task`. */
  readonly of: string
  /** Files that it will write, by their names in the folder. */
  readonly files?: readonly string[]
  /** Whether it is certain that the files are new ones, which nothing that is there equals. */
  readonly areNew?: boolean
}

/**
 * Refuses a folder that a download could not be put into, as far as that is known before. What only the content tells is found when it
 * arrives.
 * @throws {SsmError} `STORAGE_DENIED`.
 */
export function assertRoom(target: string, { of, files = [], areNew = false }: ExpectedDownload): void {
  try {
    const above = nearestThere(dirname(target))
    if (!statSync(above).isDirectory()) throw inTheWay([above], 'it is no folder')
    accessSync(above, constants.W_OK | constants.X_OK)
    const mark = markOf(target)
    if (mark === 'nothing') return
    if (mark.of !== undefined && mark.of !== of) throw ofAnother(target, mark.of)
    // Where a download was before, its files may lie there with other times, as in a copy, and be equal to what comes.
    const mayBeEqual = !areNew && mark.stamps.length > 0
    const foreign = files.filter((name) => {
      const stats = statsAt(join(target, name))
      if (stats === undefined) return false
      return stats.isFile() ? !mayBeEqual && !isStamped(stats, mark.stamps) : true
    })
    if (foreign.length > 0) throw inTheWay(foreign.map((name) => join(target, name)))
  } catch (cause) {
    throw storageError({ act: 'download to', path: target, missing: 'STORAGE_DENIED' }, cause)
  }
}

function nearestThere(folder: string): string {
  const above = dirname(folder)
  return statsAt(folder) !== undefined || above === folder ? folder : nearestThere(above)
}
