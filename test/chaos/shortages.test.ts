import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { client, lostIn, orphanedIn, prepared } from './clients.ts'
import { inFull, random, report, sample } from './figures.ts'

beforeAll(setup, 180_000)

const timeout = 600_000
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

interface Outcome {
  readonly code: number | null
  readonly output: string
}

/** Runs the pipeline below a shell line that takes something away and then starts `"$@"`. */
function without(
  place: { readonly folder: string; readonly root: string },
  line: string,
  before: readonly string[],
): Promise<Outcome> {
  const program = join(import.meta.dirname, 'programs/pipeline.mjs')
  const argv = [
    ...before,
    'sh',
    '-c',
    line,
    'sh',
    process.execPath,
    program,
    join(place.folder, 'data'),
    join(place.folder, 'out'),
  ]
  const env = {
    ...process.env,
    SSM_LOCAL_DIR: place.root,
    SSM_CACHE_DIR: join(place.folder, 'cache'),
    TMPDIR: join(place.folder, 'tmp'),
  }
  const [command = 'sh', ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd: place.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** All of them, or as many as CI has time for; the first one is what fails for certain. */
function some(sizes: readonly number[], count: number): readonly number[] {
  if (inFull) return sizes
  return [1, ...sample(count - 1, sizes.length - 1, random()).map((at) => at + 1)].map((at) => sizes[at - 1] ?? 0)
}

// The supervisor outlives its client: what it still writes would stay in the mount namespace.
const untilNobodyWorks =
  'for i in $(seq 300); do b=; for f in /proc/[0-9]*/cmdline; do case $(tr "\\0" " " <$f 2>/dev/null) in *supervisor.cjs\\ "$r"\\ *) b=1; esac; done; [ "$b" ] || break; sleep 0.1; done'

/** How many rounds of a test were short of something: one that always ends well proves nothing. */
let felt = 0

/** One shortage: the program ends well or says what is missing, and ends well as soon as there is enough again. */
async function shortage(
  name: string,
  line: string,
  before: readonly string[] = [],
): Promise<readonly [readonly string[], readonly string[], readonly string[]]> {
  await using place = prepared()
  const short = await without(place, line, before)
  felt += short.code === 0 ? 0 : 1
  const stuck: string[] = []
  // Node itself can hang while it starts, when there is no room for its threads: then nothing of ours ran.
  const ranAtAll = short.code !== null || short.output !== ''
  // An error of ours has a code; a raw stack of Node's own is a fault.
  if (short.code !== 0 && ranAtAll && !/code: '[A-Z_]+'/.test(short.output)) stuck.push(`${name}: ${short.code} ${short.output}`)
  const again = await client(place)
  if (again.code !== 0) stuck.push(`${name}, with enough again: ${again.code} ${again.output}`)
  const where = (fault: string): string => `${name}: ${fault}`
  return [lostIn(place).map(where), (await orphanedIn(place)).map(where), stuck]
}

async function all(suite: string, rounds: readonly (() => ReturnType<typeof shortage>)[]): Promise<void> {
  const [lost, orphaned, stuck]: [string[], string[], string[]] = [[], [], []]
  felt = 0
  for (const round of rounds) {
    const [one, two, three] = await round()
    lost.push(...one)
    orphaned.push(...two)
    stuck.push(...three)
  }
  expect(felt).toBeGreaterThan(0)
  report(suite, { shortages: rounds.length, lost: lost.length, escaped: 0, orphaned: orphaned.length, stuck: stuck.length }, [
    ...lost,
    ...orphaned,
    ...stuck,
  ])
}

test.runIf(canMount)(
  'a disk that is full at any moment ends in a clear error, and the program ends well when there is space',
  { timeout },
  async () => {
    // The store on a small disk of its own, in a mount namespace; what is left of it is copied out before the namespace ends.
    const small = (kilobytes: number): string =>
      `r=$SSM_LOCAL_DIR; mkdir -p "$r.kept"; mkdir -p "$r"; mount -t tmpfs -o size=${kilobytes}k tmpfs "$r"; "$@"; e=$?; ${untilNobodyWorks}; cp -a "$r/." "$r.kept/"; umount "$r"; cp -a "$r.kept/." "$r/"; rm -r "$r.kept"; exit $e`
    await all(
      'a full disk',
      some([4, 40, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 280], 4).map(
        (size) => () => shortage(`a disk of ${size} KiB`, small(size), ['unshare', '-rm']),
      ),
    )
  },
)

test(
  'few file handles end in a clear error or are waited for, and the program ends well when there are enough',
  { timeout },
  async () => {
    await all(
      'few file handles',
      [22, 24, 26, 28, 30, 32, 36, 40, 48, 64].map(
        (files) => () => shortage(`${files} file handles`, `ulimit -n ${files}; exec "$@"`),
      ),
    )
  },
)

// The superuser has no limit of processes: nobody has. Node itself needs about a dozen, its threads included.
// Those of an ordinary user are counted with all else that this user runs, so it takes a user of its own, whom no other test has.
const ownUser = 60_000 + (process.pid % 5_000)

test.runIf(process.getuid?.() === 0)(
  'few processes end in a clear error, and the program ends well when there are enough',
  { timeout },
  async () => {
    const nobody = ['setpriv', `--reuid=${ownUser}`, '--regid=65534', '--clear-groups']
    await all(
      'few processes',
      some([16, 18, 20, 24, 28, 32], 2).map(
        (processes) => () => shortage(`${processes} processes`, 'exec "$@"', [...nobody, 'prlimit', `--nproc=${processes}`]),
      ),
    )
  },
)

test('a clock that jumps between two runs loses nothing and repeats nothing', { timeout }, async () => {
  const lost: string[] = []
  const stuck: string[] = []
  const orphaned: string[] = []
  const jumps = [-86_400, -3_600, -60, 60, 3_600, 86_400 * 400]
  for (const seconds of jumps) {
    await using place = prepared()
    const hook = place.file('clock.cjs', clockHook(seconds))
    const first = await without(place, `NODE_OPTIONS="--require ${hook}" exec "$@"`, [])
    if (first.code !== 0) stuck.push(`${seconds} s: ${first.output}`)
    const again = await client(place)
    if (again.code !== 0) stuck.push(`${seconds} s, then the right time: ${again.output}`)
    else if (decisionOf(again.output) !== 'skip') lost.push(`${seconds} s: the completed job was not found: ${again.output}`)
    lost.push(...lostIn(place).map((fault) => `${seconds} s: ${fault}`))
    orphaned.push(...(await orphanedIn(place)).map((fault) => `${seconds} s: ${fault}`))
  }
  report(
    'a clock that jumps',
    { shortages: jumps.length, lost: lost.length, escaped: 0, orphaned: orphaned.length, stuck: stuck.length },
    [...lost, ...orphaned, ...stuck],
  )
})

const decisionOf = (output: string): unknown => {
  const line = output.split('\n').find((text) => text.startsWith('{'))
  return line === undefined ? undefined : (JSON.parse(line) as { readonly decision: string }).decision
}

const clockHook = (seconds: number): string => `
const Real = Date
const shift = ${seconds} * 1000
globalThis.Date = class extends Real {
  constructor(...given) { given.length === 0 ? super(Real.now() + shift) : super(...given) }
  static now() { return Real.now() + shift }
}
`
