// Makes a clone ready to use: installs and builds what is missing or out of date, and nothing else. Plain Node, because it
// runs before anything is installed. `npm test` and `npm run demo` call it first; `node scripts/setup.mjs` does it alone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { compiler, isMain, listFiles, main, root, SetupError, step } from './support.mjs'

export const pnpm = 'pnpm@12.21.0'
const oldestNode = [20, 19]
const packages = ['packages/worker-toolkit', 'packages/core', 'packages/cli']
const windows = process.platform === 'win32'

/** Installs and builds what is missing or out of date. Rejects with a SetupError that says what to do. */
export async function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: Node ${oldestNode.join('.')} or newer is needed. See https://nodejs.org`,
    )
  }
  if (installed() && built()) return
  const release = await onlyOne()
  try {
    if (!installed()) await install()
    if (!built()) await build()
  } finally {
    release()
  }
}

// Installing

const installStamp = join(root, 'node_modules/.ssm-installed')

function wantedInstall() {
  const manifests = [
    'package.json',
    ...['packages/cli', 'packages/core', 'packages/worker-toolkit', 'examples', 'test', 'docs'].map(
      (folder) => `${folder}/package.json`,
    ),
  ]
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]
  const hash = createHash('sha256').update(`${pnpm} ${process.platform} ${process.arch}`)
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function installed() {
  const folders = [
    'node_modules/.bin',
    'packages/core/node_modules',
    'packages/cli/node_modules',
    'examples/node_modules',
    'test/node_modules',
  ]
  return folders.every((folder) => existsSync(join(root, folder))) && stampSays(installStamp, wantedInstall())
}

async function install() {
  await step(`installing dependencies with ${pnpm}`, () => {
    const argv = ['--yes', pnpm, 'install', '--frozen-lockfile']
    const done = spawnSync(windows ? 'npx.cmd' : 'npx', argv, { cwd: root, encoding: 'utf8', shell: windows, maxBuffer: 1 << 26 })
    if (done.error !== undefined)
      throw new SetupError(`npx could not be started (${done.error.message}). It comes with npm: install npm and run this again.`)
    if (done.status !== 0) throw new SetupError(installProblem(`${done.stdout}\n${done.stderr}`))
  })
  writeFileSync(installStamp, wantedInstall())
}

/** What went wrong with an install, in words, from what npx and pnpm printed. */
export function installProblem(output) {
  const tail = output.trim().split('\n').slice(-12).join('\n')
  const next = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|dns error|error sending request/i.test(output)
    ? 'The package registry could not be reached. Check the network or the proxy settings, then run this again.'
    : /ENOSPC|no space left/i.test(output)
      ? 'The disk is full. Free some space, then run this again.'
      : /ERR_PNPM_OUTDATED_LOCKFILE|FROZEN_LOCKFILE/i.test(output)
        ? `A package.json and pnpm-lock.yaml do not agree. Run: npx --yes ${pnpm} install`
        : `Installing failed. Run this to see all of it: npx --yes ${pnpm} install --frozen-lockfile`
  return `${tail}\n\n${next}`
}

// Building

const buildStamp = join(root, 'node_modules/.ssm-built')
const results = [
  ...packages.map((folder) => `${folder}/dist/.tsbuildinfo`),
  'packages/worker-toolkit/dist/index.js',
  'packages/core/dist/index.js',
  'packages/cli/dist/commands/main.cjs',
]

// Sizes and times stand for the content: this runs at every start, and a needless build is quick.
function wantedBuild() {
  // What coverage measures is built otherwise.
  const hash = createHash('sha256').update(`${process.versions.node} ${process.env['SSM_COVERAGE'] !== undefined}`)
  const add = (path) => {
    const facts = statSync(join(root, path))
    hash.update(`${path} ${facts.size} ${facts.mtimeMs}\n`)
  }
  for (const path of ['tsconfig.base.json', 'tsconfig.build.json', 'pnpm-lock.yaml']) add(path)
  for (const path of listFiles('scripts')) add(path)
  for (const folder of packages) {
    for (const path of listFiles(folder)) if (!path.endsWith('.test.ts')) add(path)
  }
  return hash.digest('hex')
}

/** Whether what is built is what the sources of this moment give. */
export function built() {
  return results.every((path) => existsSync(join(root, path))) && stampSays(buildStamp, wantedBuild())
}

async function build() {
  const wanted = wantedBuild()
  await step('compiling the packages', () => {
    const done = spawnSync(process.execPath, [compiler(), '-b', 'tsconfig.build.json', '--pretty', 'false'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
    if (done.status !== 0) throw new SetupError(`${done.stdout}${done.stderr}\nThe sources do not compile.`)
  })
  await step('bundling the programs', async () => {
    const { bundlePrograms } = await import('./bundle-programs.mjs')
    await bundlePrograms()
  })
  writeFileSync(buildStamp, wanted)
}

const stampSays = (path, wanted) => existsSync(path) && readFileSync(path, 'utf8') === wanted

// Two commands started at once in one clone must not install or build over each other.
async function onlyOne() {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const lock = join(tmpdir(), `ssm-setup-${name}`)
  for (let told = false; ;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return () => rmSync(lock, { recursive: true, force: true })
    } catch (cause) {
      if (cause.code !== 'EEXIST') throw cause
    }
    if (abandoned(lock)) rmSync(lock, { recursive: true, force: true })
    else {
      if (!told) process.stderr.write('setup: waiting for another setup of this clone\n')
      told = true
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function abandoned(lock) {
  try {
    const pid = join(lock, 'pid')
    // Between making the folder and naming its owner there is a moment without a name.
    if (!existsSync(pid)) return Date.now() - statSync(lock).mtimeMs > 5_000
    process.kill(Number(readFileSync(pid, 'utf8')), 0)
    return false
  } catch (cause) {
    return cause.code === 'ESRCH'
  }
}

if (isMain(import.meta.url)) await main(setup)
