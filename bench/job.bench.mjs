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
  const { local } = await import(pathToFileURL(join(root, 'packages/core/dist/local.js')).href)
  const jobOn = (platform) => {
    const ready = core.project('bench', { platform }).task('t').code(join(code, 'script.py'))
    return async () => {
      const start = performance.now()
      await ready.run({ force: true })
      return performance.now() - start
    }
  }
  const rounds = Math.max(15, runs)
  const isolated = { what: 'a local job with its own /opt/ml', beside: 'one by variables alone', limitMs: 25 }
  const own = local({ isolation: 'namespace' })
  const [namespace, environment] = [jobOn(own), jobOn(local({ isolation: 'environment' }))]
  try {
    const whole = await alternate(rounds, jobOn('local'), () => timeProgram([python, join(code, 'script.py')]))
    const missing = await own.abilities.missingPaths()
    const cost = missing === undefined ? await alternate(rounds, namespace, environment) : { skipped: missing }
    return [
      { ...row, ...whole },
      { ...isolated, ...cost },
    ]
  } finally {
    process.chdir(root)
  }
}
