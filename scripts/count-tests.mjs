// Sums the JSON reports of the test runs in a folder: node scripts/count-tests.mjs FOLDER BROKEN_STEPS. Prints one line,
// `N passed, N failed, N skipped`, and fails when anything did.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [folder = '.', broken = '0'] = process.argv.slice(2)
const names = new Set(readdirSync(folder).flatMap((file) => /^(.*)\.(json|failed)$/.exec(file)?.[1] ?? []))
const sum = { passed: 0, failed: Number(broken), skipped: 0 }

for (const name of names) {
  const counts = count(join(folder, `${name}.json`))
  // A run that failed without a failed test, or without a report, is one failure all the same.
  const failed = existsSync(join(folder, `${name}.failed`)) ? Math.max(1, counts.failed) : counts.failed
  sum.passed += counts.passed
  sum.failed += failed
  sum.skipped += counts.skipped
}
if (names.size === 0) sum.failed += 1
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`)
process.exitCode = sum.failed > 0 ? 1 : 0

function count(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
