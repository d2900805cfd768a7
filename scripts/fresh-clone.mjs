// What someone sees who clones this and types one line: node scripts/fresh-clone.mjs [--test]. Clones the last commit into a
// temporary folder, with an empty home, and runs the demo there twice; with --test the tests too. Fails when it takes longer
// than promised, when something fails, or when the clone does not stay clean.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { main, root, SetupError } from './support.mjs'

const steps = [
  { what: 'the demo in a fresh clone', argv: ['run', 'demo'], limitSeconds: 120 },
  { what: 'the demo again', argv: ['run', 'demo'], limitSeconds: 15 },
  ...(process.argv.includes('--test') ? [{ what: 'the tests', argv: ['test'], limitSeconds: 900 }] : []),
]

await main(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-clone-'))
  try {
    const [clone, home] = [join(folder, 'clone'), join(folder, 'home')]
    execFileSync('git', ['clone', '--quiet', '--no-local', root, clone])
    mkdirSync(home)
    for (const { what, argv, limitSeconds } of steps) {
      const seconds = timed(what, argv, clone, home)
      process.stdout.write(`${seconds.toFixed(1).padStart(6)} s of ${limitSeconds}  ${what}\n`)
      if (seconds > limitSeconds) throw new SetupError(`${what} took ${seconds.toFixed(1)} s, and may take ${limitSeconds}`)
    }
    const changed = execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })
    if (changed !== '') throw new SetupError(`The clone did not stay clean:\n${changed}`)
    process.stdout.write('       the clone stayed clean\n')
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})

function timed(what, argv, cwd, home) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SSM_|npm_|XDG_)/.test(name)))
  const start = performance.now()
  const done = spawnSync('npm', argv, { cwd, env: { ...env, HOME: home }, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (done.status !== 0)
    throw new SetupError(`${what} failed:\n${`${done.stdout}\n${done.stderr}`.trim().split('\n').slice(-40).join('\n')}`)
  return (performance.now() - start) / 1000
}
