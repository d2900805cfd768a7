import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { everythingIn } from '../support/leftovers.ts'
import { sandbox, type Sandbox } from '../system/sandbox.ts'

const programs = join(import.meta.dirname, 'programs')

/** A client that was run to its end, or to the kill. */
export interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  readonly output: string
}

/** A hook of `programs` that is preloaded into the client and its supervisors, and what it is told. */
export interface Hook {
  readonly program: 'kill-at.cjs' | 'record-changes.cjs'
  readonly settings: object
}

/** A folder with inputs, and files of the user's own where the results go. */
export function prepared(): Sandbox {
  const place = sandbox()
  place.file('data/a.txt', 'one two three\n')
  place.file('data/b.txt', 'four five\n')
  place.file('out/mine.txt', 'mine')
  place.file('out/notes/deep/mine.txt', 'mine too')
  // Beside what a download brings there: this folder gets its files one by one, the others are exchanged as a whole.
  place.file('out/model/mine.txt', 'mine in the model')
  // Some clients run as somebody else.
  for (const path of [place.folder, ...everythingIn(place.folder).map((name) => join(place.folder, name))]) chmodSync(path, 0o777)
  return place
}

/** Runs `programs/pipeline.mjs` in such a folder. */
export function client(place: Sandbox, hook?: Hook): Promise<Ended> {
  const argv = [join(programs, 'pipeline.mjs'), join(place.folder, 'data'), join(place.folder, 'out')]
  return started(place, argv, hook === undefined ? {} : hooked(place, hook))
}

function started(place: Sandbox, argv: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const own = { SSM_LOCAL_DIR: place.root, SSM_CACHE_DIR: join(place.folder, 'cache'), TMPDIR: join(place.folder, 'tmp') }
  const env = { ...process.env, ...own, ...more }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { env, cwd: place.folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 180_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

/** Node with the hook in front is also how a client starts its supervisors. */
function hooked(place: Sandbox, { program, settings }: Hook): Readonly<Record<string, string>> {
  const hook = join(programs, program)
  const node = join(place.folder, 'bin/node')
  const told = JSON.stringify({ ...settings, node })
  place.file('bin/node', `#!/bin/sh\nSSM_CHAOS='${told}' exec '${process.execPath}' --require '${hook}' "$@"\n`, 0o755)
  return { NODE_OPTIONS: `--require ${hook}`, SSM_CHAOS: told }
}

const expected: Readonly<Record<string, string>> = {
  'mine.txt': 'mine',
  'notes/deep/mine.txt': 'mine too',
  'model/mine.txt': 'mine in the model',
  'model/count': '5\n',
  'output/count': '5\n',
}

/** What is gone or wrong after the program ended well: files of the user's, results, state. */
export function lostIn(place: Sandbox): readonly string[] {
  const files = Object.entries(expected).flatMap(([name, content]) => {
    const path = join(place.folder, 'out', name)
    const found = existsSync(path) ? readFileSync(path, 'utf8').replace(/^ +/, '') : 'nothing'
    return found === content ? [] : [`out/${name} holds ${JSON.stringify(found)}`]
  })
  const object = place.objects().find((path) => path.endsWith('prep/state/algo-1/n'))
  const state = object === undefined ? 'nothing' : readFileSync(join(place.root, 's3', object), 'utf8')
  return /^[1-9]\d*\n$/.test(state) ? files : [...files, `the state holds ${JSON.stringify(state)}`]
}

/** What nobody owns any more. A lease is not looked for when there is nothing to start: the next start takes it over. */
export async function orphanedIn(place: Sandbox): Promise<readonly string[]> {
  // What killed processes left goes when somebody starts something, never when somebody looks.
  if ((await leftIn(place)).length > 0) await started(place, [join(programs, 'tidy.mjs')])
  return leftIn(place)
}

async function leftIn(place: Sandbox): Promise<readonly string[]> {
  const left = (await place.leftovers()).filter((name) => !/\/\.?lease\.json$/.test(name))
  return [
    ...left,
    ...everythingIn(join(place.folder, 'out')).filter((path) => /(^|\/)\.ssm-(download(-|\.lock)|unpack-)/.test(path)),
  ]
}
