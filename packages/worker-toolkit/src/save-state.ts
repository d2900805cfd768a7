/** Saving the state as one archive, where a task keeps it so. */

import { spawn } from 'node:child_process'

/** The variable with the program that packs the state; unset where the state is kept file by file. */
const variable = 'SSM_SAVE_STATE'

/**
 * Keeps the state folder as it is now, where the task's state is kept as one archive (`stateArchive`): call it when all files are written,
 * from one process of a machine. Resolves when the archive is whole: `true`. Elsewhere every file is kept by itself, and there is nothing
 * to do: `false`.
 *
 * @example await worker().state.write('epoch.json', epoch); await saveState()
 * @throws {Error} when it could not be packed; what was saved before stays.
 */
export async function saveState(): Promise<boolean> {
  const program = process.env[variable] ?? ''
  if (program === '') return false
  const child = spawn('/bin/sh', [program], { stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error('The state could not be saved: the lines above say why. What was saved before stays.')
  return true
}
