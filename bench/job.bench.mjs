import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { alternate, isThere, timeProgram } from './measure.mjs'

/** What a job on the local platform costs over the script it runs, seen by a program that is already running. */
export async function bench({ root, folder, runs }) {
  const row = { what: 'a local job', beside: 'its script alone', limitMs: 90 }
  const core = await import(pathToFileURL(join(root, 'packages/core/dist/index.js')).href)
  if (typeof core.project !== 'function') return [{ ...row, skipped: 'core has no project() yet' }]
  if (!(await isThere(['python3', '-c', '0']))) return [{ ...row, skipped: 'python3 is not installed' }]
  // Where python3 is a script that looks for the right version, that search would be measured, once or twice.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
  process.env.PATH = [dirname(python), process.env.PATH].join(delimiter)
  const code = join(folder, 'code')
  await mkdir(code)
  await writeFile(join(code, 'script.py'), 'print("done")\n')
  process.chdir(folder)
  delete process.env.NODE_EXTRA_CA_CERTS
  const ready = core.project('bench', { platform: 'local' }).task('t').code(join(code, 'script.py'))
  const job = async () => {
    const start = performance.now()
    await ready.run({ force: true })
    return performance.now() - start
  }
  try {
    return [{ ...row, ...(await alternate(Math.max(15, runs), job, () => timeProgram([python, join(code, 'script.py')]))) }]
  } finally {
    process.chdir(root)
  }
}
