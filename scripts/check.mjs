// Everything that must hold, in one command: `npm run check`. Each step runs whatever became of the others; what failed is
// shown at the end. `--skip=a,b` leaves steps out, `--only=a,b` runs only these.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setup } from './setup.mjs'
import { compiler, isMain, main, root, SetupError } from './support.mjs'

const node = process.execPath
const bin = (name) => join(root, 'node_modules/.bin', name)

/** The steps by name. `first` ones come before the others, `alone` ones after them, with the machine to themselves. */
const steps = {
  build: { first: true, work: setup },
  // The long ones begin first.
  api: [[node, 'scripts/api-reference.mjs']],
  lint: [[bin('oxlint'), '--type-aware', '--deny-warnings', '.']],
  packages: [[node, 'scripts/check-packages.mjs']],
  format: [[bin('oxfmt'), '--check', '.']],
  types: [
    [node, compiler(), '-p', 'tsconfig.json', '--pretty', 'false'],
    // The page of a report runs in a browser.
    [node, compiler(), '-p', 'packages/core/report-page/tsconfig.json', '--pretty', 'false'],
  ],
  'types-oldest': [[node, compiler('typescript-5.4'), '-p', 'test/types/consumer/tsconfig.json', '--pretty', 'false']],
  'types-newest': [[node, compiler(), '-p', 'test/types/consumer/tsconfig.json', '--pretty', 'false']],
  knip: [[bin('knip'), '--no-progress']],
  pages: [[node, 'scripts/sync-docs.mjs', '--check']],
  tests: { alone: true, work: [[bin('vitest'), 'run']] },
}

function chosen() {
  const list = (name) =>
    process.argv
      .find((arg) => arg.startsWith(`--${name}=`))
      ?.slice(name.length + 3)
      .split(',')
  const [only, skip] = [list('only') ?? Object.keys(steps), list('skip') ?? []]
  const unknown = [...only, ...skip].find((name) => !(name in steps))
  if (unknown !== undefined)
    throw new SetupError(`There is no step '${unknown}'. The steps are: ${Object.keys(steps).join(', ')}`)
  return only.filter((name) => !skip.includes(name))
}

async function check() {
  const names = chosen()
  const failed = []
  for (const name of names) if (steps[name].first) await runStep(name, true, failed)
  const queue = names.filter((name) => Array.isArray(steps[name]))
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await runStep(name, false, failed)
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
  for (const name of names) if (steps[name].alone) await runStep(name, true, failed)
  for (const { name, output } of failed) process.stdout.write(`\n── ${name} ──\n${output.trimEnd()}\n`)
  process.stdout.write(
    failed.length === 0 ? `\nall ${names.length} checks hold\n` : `\nfailed: ${failed.map(({ name }) => name).join(', ')}\n`,
  )
  if (failed.length > 0) process.exitCode = 1
}

async function runStep(name, show, failed) {
  const start = performance.now()
  const step = steps[name].work ?? steps[name]
  let output = ''
  let good = true
  try {
    if (typeof step === 'function') await step()
    else {
      for (const argv of step) {
        const end = await run(argv, show)
        output += end.output
        good &&= end.code === 0
      }
    }
  } catch (cause) {
    good = false
    output += cause.message
  }
  if (!good) failed.push({ name, output })
  process.stdout.write(`${good ? '✓' : '✗'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`)
}

function run([program, ...args], show) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'] })
    let output = show ? '(its output is above)' : ''
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', (cause) => resolve({ code: 1, output: `${program}: ${cause.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

if (isMain(import.meta.url)) await main(check)
