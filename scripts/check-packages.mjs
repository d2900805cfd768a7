// What a user would get, judged by others: packs the packages, lets publint look at each tarball and attw resolve the types of the libraries in
// every mode of TypeScript, and holds their sizes to a budget and their source maps to what is there. node scripts/check-packages.mjs
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pack } from './pack.mjs'
import { isMain, main, root, SetupError } from './support.mjs'

// What travels to every user and every image build. More needs a reason here: core holds both module systems and its sources for source maps, and
// grew by building images, containers, wheels and the checks of a platform,
// search, prices, functions that run elsewhere, the page of a report and of a search, types for workers, SageMaker's tuner and tracking, the places that values come from and jobs whose supervisor was killed, none of it loaded before it is used; the command line contains the AWS clients it uses and execa.
const mostKilobytes = { 'worker-toolkit': 92, core: 1_950, cli: 1_850 }
const bin = (name) => join(root, 'node_modules/.bin', name)

async function check() {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-packages-'))
  try {
    const problems = (await pack(folder)).flatMap(({ name, file }) => {
      const short = name.replace(/^.*\//, '')
      const kilobytes = Math.ceil(statSync(file).size / 1000)
      process.stdout.write(`${name}: ${kilobytes} KB of ${mostKilobytes[short]}\n`)
      return [
        ...(kilobytes > mostKilobytes[short] ? [`${name} is ${kilobytes} KB, and may be ${mostKilobytes[short]}`] : []),
        ...said(bin('publint'), ['run', file, '--strict']),
        ...said(bin('attw'), [file, '--no-emoji']),
        ...mapProblems(short, file, join(folder, short)),
      ]
    })
    if (problems.length > 0) throw new SetupError(problems.join('\n'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Source maps that lead nowhere: a source must be in the package, or be part of the map and lie in the clone where the map says. */
function mapProblems(short, file, folder) {
  mkdirSync(folder)
  const unpacked = said('tar', ['-xzf', file, '-C', folder])
  if (unpacked.length > 0) return unpacked
  const packed = join(folder, 'package')
  const maps = readdirSync(packed, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.map'))
  if (maps.length === 0) return [`${short} has no source maps: look here why`]
  return maps.flatMap((map) => {
    const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(packed, map), 'utf8'))
    return sources.flatMap((source, index) => {
      const isThere = (place) => existsSync(join(place, dirname(map), source))
      // `late:` and the like: written by the bundler itself.
      const isWhole =
        typeof sourcesContent[index] === 'string' && (/^[a-z-]+:/.test(source) || isThere(join(root, 'packages', short)))
      return isWhole || isThere(packed) ? [] : [`${short}: the source map ${map} leads to ${source}, which is not there`]
    })
  })
}

function said(program, argv) {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { cwd: root, encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout}${stderr}${error?.message ?? ''}`]
}

if (isMain(import.meta.url)) await main(check)
