// Runs the chaos suite and prints the table of its figures: node scripts/chaos.mjs [--write] [vitest arguments].
// With --write the table also goes into docs/guides/reliability.md. With --from FILE nothing is run: the figures are those that runs in
// pieces added to this file (SSM_CHAOS_FIGURES), and one that lost something is not written.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { isMain, main, root, SetupError } from './support.mjs'
import { setup } from './setup.mjs'

const columns = ['kills', 'races', 'hostileInputs', 'shortages', 'lost', 'escaped', 'orphaned', 'stuck']
const headings = { hostileInputs: 'hostile inputs' }
const page = join(root, 'docs/guides/reliability.md')
const [begin, end] = ['<!-- figures of the chaos suite -->', '<!-- end of the figures -->']

/** The figures as a table in Markdown; its last row is the sum. */
export function table(rows) {
  const cells = (name, figures) => `| ${name} | ${columns.map((column) => figures[column] ?? '').join(' | ')} |`
  const sum = Object.fromEntries(columns.map((column) => [column, rows.reduce((all, row) => all + (row[column] ?? 0), 0)]))
  return [
    `| test | ${columns.map((column) => headings[column] ?? column).join(' | ')} |`,
    `| --- |${columns.map(() => ' --: |').join('')}`,
    ...rows.map((row) => cells(row.suite, row)),
    cells('**all**', sum),
  ].join('\n')
}

/** One row for each suite, whatever pieces it was run in. */
export function readFigures(text) {
  const rows = new Map()
  for (const line of text.trim().split('\n').filter(Boolean)) {
    const { suite: full, ...figures } = JSON.parse(line)
    const suite = full.replace(/, each with two possible disks.*| at any of their \d+ changes.*/, '')
    const before = rows.get(suite) ?? { suite }
    for (const [name, value] of Object.entries(figures)) before[name] = (before[name] ?? 0) + value
    rows.set(suite, before)
  }
  return [...rows.values()].sort((one, other) => (one.suite < other.suite ? -1 : 1))
}

function tell(text, write) {
  const rows = readFigures(text)
  process.stdout.write(`\n${table(rows)}\n`)
  const faults = rows.reduce((sum, { lost, escaped, orphaned, stuck }) => sum + lost + escaped + orphaned + stuck, 0)
  if (faults > 0) throw new SetupError('The chaos suite found faults: see the table.')
  if (write) writeTable(table(rows))
}

async function chaos() {
  const write = process.argv.includes('--write')
  const from = process.argv.indexOf('--from')
  if (from > 0) return tell(readFileSync(process.argv[from + 1], 'utf8'), write)
  const chosen = process.argv.slice(2).filter((argument) => argument !== '--write')
  await setup()
  const folder = mkdtempSync(join(tmpdir(), 'ssm-chaos-'))
  const figures = join(folder, 'figures')
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--project', 'slow', ...(chosen.length > 0 ? chosen : ['test/chaos'])],
      { cwd: root, stdio: 'inherit', env: { ...process.env, SSM_SLOW: '1', SSM_CHAOS_FULL: '1', SSM_CHAOS_FIGURES: figures } },
    )
    tell(existsSync(figures) ? readFileSync(figures, 'utf8') : '', write && status === 0)
    if (status !== 0) throw new SetupError('The chaos suite failed: see above.')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeTable(text) {
  const before = readFileSync(page, 'utf8')
  const [head, rest] = before.split(begin)
  const tail = rest?.split(end)[1]
  if (tail === undefined) throw new SetupError(`${page} has no place for the figures.`)
  writeFileSync(page, `${head}${begin}\n\n${text}\n\n${end}${tail}`)
}

if (isMain(import.meta.url)) await main(chaos)
