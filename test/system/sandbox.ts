import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { local, type LocalOptions } from '@simple-sagemaker/core/local'
import { project, type Project } from '@simple-sagemaker/core'
import { built } from '../../scripts/setup.mjs'
import { everythingIn, processesLeft } from '../support/leftovers.ts'
import { readableCopy } from '../support/readable-copy.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A folder for one test, with a local platform of its own in it, that removes itself. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string
  /** Of the local platform: buckets and jobs. */
  readonly root: string
  /** A project on a platform of its own in this sandbox. */
  project(name: string, options?: LocalOptions): Project
  /** Writes a file below the folder; gives its path. */
  file(name: string, content: string | Uint8Array, mode?: number): string
  /** Starts a TypeScript program as a process of its own that finds this sandbox's platform by itself. */
  start(program: string, ...args: readonly string[]): Program
  /** The same, as a user who is not the superuser and owns the sandbox's folder. */
  startAsNobody(program: string, ...args: readonly string[]): Program
  /** Names of the jobs there are of a task. */
  jobs(task: string): readonly string[]
  /** The number of the process that looks after a job. */
  supervisorOf(job: string): number
  /** Objects there are in the store, as `bucket/key`. */
  objects(): readonly string[]
  /** What should not be there any more: processes that carry the sandbox's folder, temporary files, locks, machines' folders. */
  leftovers(): Promise<readonly string[]>
}

export interface SandboxOptions {
  /** The folder of the local platform, when it is not to be in the sandbox's own. */
  readonly root?: string
}

export function sandbox(options: SandboxOptions = {}): Sandbox {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-sandbox-')))
  const root = options.root ?? join(folder, 'local')
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const environment = { ...process.env, SSM_LOCAL_DIR: root, SSM_CACHE_DIR: join(folder, 'cache'), TMPDIR: temporary }
  const started = { cwd: folder, environment }
  return {
    folder,
    root,
    file(name, content, mode = 0o644) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      chmodSync(path, mode)
      return path
    },
    project: (name, localOptions = {}) => project(name, { platform: local({ root, ...localOptions }) }),
    start: (program, ...args) => startProgram(program, args, started),
    startAsNobody(program, ...args) {
      if (process.getuid?.() !== 0) return startProgram(program, args, started)
      const nobody = { uid: 65_534, gid: 65_534 }
      for (const path of [folder, temporary]) chownSync(path, nobody.uid, nobody.gid)
      const { node, file } = readableCopy(program, folder)
      return startNode([node, file, ...args], { ...started, ...nobody })
    },
    jobs: (task) => foldersIn(join(root, 'jobs')).filter((name) => name.startsWith(`${task}-2`)),
    supervisorOf: (job) =>
      Number.parseInt(/"owner": *"(\d+)/.exec(readFileSync(join(root, 'jobs', job, 'state.json'), 'utf8'))?.[1] ?? '', 10),
    objects: () => everythingThere(join(root, 's3')).filter((path) => !path.endsWith('/')),
    leftovers: async () => [...(await processesLeft(folder)).map((pid) => `process ${pid}`), ...leftFiles(root, temporary)],
    async [Symbol.asyncDispose]() {
      await processesLeft(folder)
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function leftFiles(root: string, temporary: string): readonly string[] {
  const places = { [temporary]: '', [join(root, 'tmp')]: 'local/tmp/', [join(root, 'locks')]: 'local/locks/' }
  const files = Object.entries(places).flatMap(([path, name]) => everythingThere(path).map((found) => name + found))
  const machines = everythingThere(join(root, 'jobs')).filter((path) => path.includes('/machines/'))
  const drafts = everythingThere(join(root, 's3')).filter(
    (path) => /(^|\/)\.ssm-|\.tmp$/.test(path) || isHeldLease(join(root, 's3', path)),
  )
  return [...files, ...machines, ...drafts]
}

/** A lease that was given back stays, and names no owner. */
const isHeldLease = (path: string): boolean => path.endsWith('lease.json') && readFileSync(path, 'utf8').includes('"owner"')

const everythingThere = (folder: string): readonly string[] => (existsSync(folder) ? everythingIn(folder) : [])

const foldersIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : []

/** A program that runs as a process of its own. */
export interface Program {
  /** What it has printed so far, on both streams. */
  output(): string
  /** The lines of JSON that it has printed so far. */
  answers(): readonly Answer[]
  /** Waits until its output matches; rejects when it ends before that. */
  prints(expected: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** How it ended: its exit code, or the name of the signal that ended it; and all it printed, for the message of a failure. */
  readonly ended: Promise<{ readonly end: number | NodeJS.Signals; readonly output: string }>
}

/** What `programs/run-tasks.ts` says of one task. */
export interface Answer {
  readonly task: string
  readonly job?: string
  readonly decided?: string
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

const typescript = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url))
let sources: readonly string[] | undefined

interface StartOptions {
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
}

function startProgram(program: string, args: readonly string[], options: StartOptions): Program {
  // The packages start faster than their sources.
  sources ??= built() ? [] : ['--conditions=ssm-source']
  return startNode([process.execPath, ...sources, '--import', typescript, program, ...args], options)
}

function startNode([node, ...argv]: readonly [string, ...string[]], { environment, ...options }: StartOptions): Program {
  const child = spawn(node, argv, { ...options, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let listen = (): void => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more
      listen()
    })
  }
  const ended: Program['ended'] = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ end: code ?? signal ?? 1, output: text }))
  })
  return {
    ended,
    output: () => text,
    answers: () => text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Answer] : [])),
    kill: (signal) => void child.kill(signal),
    prints: (expected) =>
      new Promise((resolve, reject) => {
        listen = () => {
          if (expected.test(text)) resolve()
        }
        listen()
        void ended.then(({ end }) => reject(new Error(`The program ended (${end}) without ${expected.source}:\n${text}`)))
      }),
  }
}
