// Numbers, side by side in one run: npm run bench [-- NAME…] [--runs=N] [--json=FILE] [--check]. A suite is a file
// `NAME.bench.mjs`; each row compares something of ours with the least that could do it. Nothing is written into the clone.
import { readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setup } from '../scripts/setup.mjs'
import { main, root, SetupError } from '../scripts/support.mjs'
import { median } from './measure.mjs'

const option = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)

await main(async () => {
  const suites = readdirSync(import.meta.dirname).flatMap((file) => /^(.*)\.bench\.mjs$/.exec(file)?.[1] ?? [])
  const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
  const unknown = asked.find((name) => !suites.includes(name))
  if (unknown !== undefined) throw new SetupError(`There is no bench '${unknown}'. The benches are: ${suites.join(', ')}`)
  await setup()
  const rows = []
  for (const name of asked.length > 0 ? asked : suites) rows.push(...(await runSuite(name)))
  const machine = { node: process.version, platform: process.platform, cpu: cpus()[0]?.model.trim(), cores: cpus().length }
  show(rows, machine)
  if (option('json') !== undefined)
    writeFileSync(option('json'), `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`)
  if (process.argv.includes('--check') && rows.some(({ verdict }) => verdict === 'over')) process.exitCode = 1
})

// A suite tells pairs of series, in milliseconds unless it names another unit, or why it cannot be measured here.
async function runSuite(name) {
  const { bench } = await import(`./${name}.bench.mjs`)
  const folder = await mkdtemp(join(tmpdir(), 'ssm-bench-'))
  try {
    const tell = (text) => process.stderr.write(`bench: ${name}: ${text}\n`)
    tell('…')
    const found = await bench({ root, folder, runs: Number(option('runs') ?? 21), tell })
    return found.map((row) => ({ suite: name, ...judged(row) }))
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function judged({ what, beside, ours, bare, limitMs, limitRatio, unit = 'ms', skipped }) {
  if (skipped !== undefined) return { what, beside, verdict: `skipped: ${skipped}` }
  const [oursMs, bareMs] = [median(ours), median(bare)]
  const moreMs = oursMs - bareMs
  const within = [limitMs === undefined || moreMs <= limitMs, limitRatio === undefined || oursMs <= limitRatio * bareMs]
  const verdict = limitMs === undefined && limitRatio === undefined ? '' : within.includes(false) ? 'over' : 'ok'
  return {
    what,
    beside,
    runs: ours.length,
    oursMs,
    bareMs,
    moreMs,
    ratio: bareMs === 0 ? undefined : oursMs / bareMs,
    limitMs,
    limitRatio,
    unit,
    verdict,
  }
}

function show(rows, { node, cpu, cores }) {
  const head = ['what', '', 'beside', '', 'more', 'limit', 'ratio', '']
  const shown = (value, unit) => (value === undefined ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`)
  const lines = rows.map((row) => {
    const ratio = row.ratio === undefined ? '–' : `${row.ratio.toFixed(2)}×`
    const [ours, bare, more, limitMs] = [row.oursMs, row.bareMs, row.moreMs, row.limitMs].map((value) => shown(value, row.unit))
    const limit = row.limitRatio === undefined ? limitMs : `${row.limitRatio}×`
    return [row.what, ours, row.beside, bare, more, limit, ratio, row.verdict]
  })
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)))
  console.log(`\nmedians on ${node}, ${cores} × ${cpu}; one run, alternating\n`)
  for (const line of [head, widths.map((width) => '─'.repeat(width)), ...lines]) {
    console.log(
      line
        .map((text, column) => (column === 0 || column === 2 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
        .join('  '),
    )
  }
}
