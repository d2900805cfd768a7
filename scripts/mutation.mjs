// Mutation tests: node scripts/mutation.mjs MODULE… changes the code of a module in many small ways and runs its tests for each. A
// change that no test notices is printed. Without a module it lists them; `all` takes all, one after the other. Nothing has to be built.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { modules } from './mutation/modules.mjs'
import { pnpm } from './setup.mjs'
import { isMain, main, root, SetupError, step } from './support.mjs'

const folder = join(root, 'scripts/mutation')

async function mutation() {
  const asked = process.argv.slice(2)
  const names = asked[0] === 'all' ? Object.keys(modules) : asked
  const unknown = names.find((name) => !(name in modules))
  if (names.length === 0 || unknown !== undefined) {
    const problem = unknown === undefined ? 'Say which module.' : `There is no module '${unknown}'.`
    throw new SetupError(`${problem} The modules are: ${Object.keys(modules).join(', ')}`)
  }
  await step('installing the mutation tester', install)
  for (const name of names) run(name)
}

function install() {
  const stamp = join(folder, 'node_modules/.ssm-installed')
  const wanted = readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const done = spawnSync('npx', ['--yes', pnpm, '--dir', folder, 'install', '--frozen-lockfile'], { encoding: 'utf8' })
  if (done.status !== 0) throw new SetupError(`Installing failed:\n${done.stdout}${done.stderr}`)
  writeFileSync(stamp, wanted)
}

function run(name) {
  const scratch = mkdtempSync(join(tmpdir(), 'ssm-mutation-'))
  const path = (plugin) => join(folder, 'node_modules/@stryker-mutator', plugin)
  const config = {
    mutate: modules[name].sources,
    testRunner: 'vitest',
    plugins: [join(path('vitest-runner'), 'dist/src/index.js')],
    vitest: { configFile: 'scripts/mutation/vitest.config.mjs', related: false },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    reporters: ['clear-text'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
    thresholds: { high: 95, low: 90, break: 90 },
    ignorePatterns: [
      '**',
      '!packages/**',
      '**/dist/**',
      '!test/**',
      '!scripts/**',
      '!tsconfig*.json',
      '!package.json',
      '**/node_modules/**',
    ],
    tempDirName: `.mutation-${name}`,
    disableTypeChecks: false,
  }
  try {
    const file = join(scratch, 'stryker.config.json')
    writeFileSync(file, JSON.stringify(config))
    const env = { ...process.env, SSM_MUTATION: modules[name].tests.join(' ') }
    const stryker = join(path('core'), 'bin/stryker.js')
    const { status } = spawnSync(process.execPath, [stryker, 'run', file], { cwd: root, stdio: 'inherit', env })
    if (status !== 0) process.exitCode = 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    rmSync(join(root, `.mutation-${name}`), { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) await main(mutation)
