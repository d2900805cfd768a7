// Releases: node scripts/release.mjs add | version | publish [--dry-run] | tag. `docs/releasing.md` says when to use which.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pack } from './pack.mjs'
import { main, root, SetupError } from './support.mjs'

// Needed once a month: it is not installed into every clone.
const changesets = '@changesets/cli@2.29.7'
const [command, ...flags] = process.argv.slice(2)
const commands = {
  add: () => run('npx', '--yes', changesets, 'add'),
  version: () => {
    run('npx', '--yes', changesets, 'version')
    run(process.execPath, join(root, 'scripts/setup.mjs'))
  },
  publish: () => publish(flags.includes('--dry-run')),
  tag: () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'))
    run('git', 'tag', '--annotate', `v${version}`, '--message', `Version ${version}`)
  },
}

async function publish(dryRun) {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-release-'))
  try {
    for (const { name, version, file, sha256 } of await pack(folder)) {
      process.stdout.write(`${name}@${version} sha256 ${sha256}\n`)
      if (!dryRun && isPublished(`${name}@${version}`)) process.stdout.write('  is published already\n')
      else run('npm', 'publish', file, ...(dryRun ? ['--dry-run', '--loglevel=warn'] : ['--provenance']))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// A release that broke off in the middle can be started again.
const isPublished = (spec) => spawnSync('npm', ['view', spec, 'version'], { encoding: 'utf8' }).stdout.trim() !== ''

function run(program, ...args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new SetupError(`${program} ${args.join(' ')} ended with ${status}`)
}

await main(async () => {
  const work = commands[command]
  if (work === undefined) throw new SetupError(`Say one of: ${Object.keys(commands).join(', ')}`)
  await work()
})
