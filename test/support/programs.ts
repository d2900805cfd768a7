import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'

/** Before the tests: bundles the programs that core starts as processes of their own, from the sources of this moment, and puts a quick Python first. */
export async function setup(): Promise<void> {
  pythonFirst()
  const script = new URL('../../scripts/build-programs.mjs', import.meta.url)
  if (!existsSync(script)) return
  const { buildPrograms } = (await import(script.href)) as { buildPrograms(): Promise<void> }
  await buildPrograms()
}

/** Where `python3` is a script that looks for the right version (pyenv), every start of it would cost a tenth of a second more. */
function pythonFirst(): void {
  const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
  const folder = dirname((stdout ?? '').trim())
  const path = process.env['PATH'] ?? ''
  if (folder !== '.' && !path.split(delimiter).includes(folder)) process.env['PATH'] = [folder, path].join(delimiter)
}
