/** The state a task keeps between its runs, as JSON values in this machine's own folder. */

import { readJson, writeJson } from './json-file.ts'
import type { Json } from './json-file.ts'

/** JSON values kept between the runs of a task, one file each. */
export interface State {
  /**
   * The value written under this name, by this run or an earlier one; `undefined` when there is none.
   * `name` is a file name such as `epoch.json`, folders allowed, inside the machine's state folder.
   * @throws {TypeError} for a name outside the folder; {Error} when the file does not hold JSON.
   */
  read(name: string): Promise<Json | undefined>
  /**
   * Keeps a value under this name, whole or not at all: a reader, and the upload that goes on meanwhile, see the old or the new one.
   * @throws {TypeError} for a value JSON cannot represent, or a name outside the folder.
   */
  write(name: string, value: Json): Promise<void>
}

/** The state in a folder. */
export function stateIn(folder: string): State {
  return Object.freeze({
    read: (name: string) => readJson(folder, name),
    write: (name: string, value: Json) => writeJson(folder, name, value),
  })
}
