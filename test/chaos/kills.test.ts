import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { everythingIn, processesWith } from '../support/leftovers.ts'
import { lab, type Lab } from '../system/lab.ts'
import { random, report, sample } from './figures.ts'

const programs = join(import.meta.dirname, 'programs')
/** How many kills of each kind of process; `SSM_CHAOS_KILLS` for more. */
const killsEach = Number(process.env['SSM_CHAOS_KILLS'] ?? 150)

beforeAll(setup, 180_000)

/** A client that was run to its end, or to the kill. */
interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  readonly output: string
}

/** Node with the hook in front, for the supervisor. */
function wrapper(place: Lab, settings: object): string {
  const hook = join(programs, 'kill-at.cjs')
  return place.file(
    'bin/node',
    `#!/bin/sh\nSSM_CHAOS='${JSON.stringify(settings)}' exec '${process.execPath}' --require '${hook}' "$@"\n`,
    0o755,
  )
}

function client(place: Lab, settings?: object): Promise<Ended> {
  const chaos = settings === undefined ? undefined : { ...settings, node: wrapper(place, settings) }
  const env = {
    ...process.env,
    SSM_LOCAL_DIR: place.root,
    SSM_CACHE_DIR: join(place.folder, 'cache'),
    TMPDIR: join(place.folder, 'tmp'),
    ...(chaos === undefined
      ? {}
      : { NODE_OPTIONS: `--require ${join(programs, 'kill-at.cjs')}`, SSM_CHAOS: JSON.stringify(chaos) }),
  }
  const argv = [join(programs, 'pipeline.mjs'), join(place.folder, 'data'), join(place.folder, 'out')]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { env, cwd: place.folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

function prepared(): Lab {
  const place = lab()
  place.file('data/a.txt', 'one two three\n')
  place.file('data/b.txt', 'four five\n')
  // The user's own files beside the results.
  place.file('out/mine.txt', 'mine')
  place.file('out/notes/deep/mine.txt', 'mine too')
  return place
}

/** How many changes of the file system a process makes when nobody kills it. */
async function changesOf(program: string): Promise<number> {
  await using place = prepared()
  const counts = join(place.folder, 'counts')
  const ended = await client(place, { program, counts })
  expect(ended).toMatchObject({ code: 0 })
  await place.leftovers()
  return Number(readFileSync(counts, 'utf8'))
}

interface Trial {
  readonly killed: boolean
  readonly lost: readonly string[]
  readonly orphaned: readonly string[]
  readonly stuck: readonly string[]
}

/** Kills one process at its n-th change, runs the same program again, and looks at what there is. */
async function trial(program: string, at: number): Promise<Trial> {
  await using place = prepared()
  const first = await client(place, { program, at })
  const again = await client(place)
  const told = `${program} at ${at}: `
  const stuck = again.code === 0 ? [] : [`${told}the same program ended with ${again.code ?? again.signal}: ${again.output}`]
  const expected: Readonly<Record<string, string>> = {
    'mine.txt': 'mine',
    'notes/deep/mine.txt': 'mine too',
    'model/count': '5\n',
    'output/count': '5\n',
  }
  const lost = Object.entries(expected).flatMap(([name, content]) => {
    const path = join(place.folder, 'out', name)
    const found = existsSync(path) ? readFileSync(path, 'utf8').replace(/^ +/, '') : 'nothing'
    return found === content ? [] : [`${told}out/${name} holds ${JSON.stringify(found)}`]
  })
  const state = stateOf(place)
  if (!/^[1-3]\n$/.test(state)) lost.push(`${told}the state holds ${JSON.stringify(state)}`)
  // A lease is not looked for when there is nothing to start: the next start takes it over.
  const left = (await place.leftovers()).filter((name) => !name.endsWith('/lease.json'))
  const orphaned = [...left, ...hiddenIn(join(place.folder, 'out'))].map((name) => `${told}${name}`)
  return { killed: first.signal === 'SIGKILL' || program !== 'client', lost, orphaned, stuck }
}

function stateOf(place: Lab): string {
  const object = place.objects().find((path) => path.endsWith('prep/state/algo-1/n'))
  return object === undefined ? 'nothing' : readFileSync(join(place.root, 's3', object), 'utf8')
}

const hiddenIn = (folder: string): readonly string[] =>
  everythingIn(folder).filter((path) => /(^|\/)\.ssm-(download|unpack)/.test(path))

test.each(['client', 'supervisor'])(
  'a %s killed at any change of the file system loses nothing, and the same program run again ends well',
  { timeout: 1_200_000 },
  async (program) => {
    const most = await changesOf(program)
    expect(most).toBeGreaterThan(20)
    const points = sample(killsEach, most, random())
    const trials: Trial[] = []
    const queue = [...points]
    const worker = async (): Promise<void> => {
      for (let at = queue.shift(); at !== undefined; at = queue.shift()) trials.push(await trial(program, at))
    }
    await Promise.all(Array.from({ length: availableParallelism() }, worker))
    const all = (name: 'lost' | 'orphaned' | 'stuck'): readonly string[] => trials.flatMap((one) => one[name])
    const kills = trials.filter(({ killed }) => killed).length
    expect(kills).toBeGreaterThanOrEqual(Math.min(points.length, most) * 0.9)
    report(
      `${program}s killed at any of their ${most} changes of the file system`,
      { kills, lost: all('lost').length, escaped: 0, orphaned: all('orphaned').length, stuck: all('stuck').length },
      [...all('lost'), ...all('orphaned'), ...all('stuck')],
    )
    expect(processesWith('ssm-lab-')).toEqual([])
  },
)
