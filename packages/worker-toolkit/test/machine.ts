/** Lays out a machine in a temporary folder as the service would, and runs the launcher on it. */

import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { bundleFile, launcherFile, paths, settingsFile } from '../src/contract.ts'
import { lacking } from '../../../test/support/prerequisites.ts'

const launcher = readFileSync(new URL(`../launcher/${launcherFile}`, import.meta.url))

export interface Layout {
  readonly kind?: 'training' | 'processing'
  readonly run: 'python' | 'node' | 'script' | 'line' | 'command'
  readonly argv: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly resources?: string
  /** More lines for the settings file. */
  readonly settings?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly ms: number
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** What came on stdout until now. */
  soFar(): string
  /** Resolves when stdout has this text. */
  said(text: string): Promise<void>
}

/** One word of a shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export const twoMachines = JSON.stringify({
  current_host: 'algo-2',
  current_instance_type: 'ml.m5.large',
  hosts: ['algo-1', 'algo-2'],
  network_interface_name: 'eth0',
})

/** A Python that starts at once, where `python3` may be a slow script that looks for one. */
const pythonFolder = dirname(execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim())
export const quickPath = [pythonFolder, process.env['PATH'] ?? ''].join(delimiter)

export class Machine {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'ssm machine-')))
  readonly channel: string

  constructor(layout: Layout) {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }))
    const place = paths[layout.kind ?? 'training']
    this.channel = this.root + place.codeChannel
    this.put(`${place.config}/resourceconfig.json`, layout.resources ?? '{"current_host":"algo-1","hosts":["algo-1"]}')
    this.put(`${place.codeChannel}/${launcherFile}`, launcher)
    this.put(`${place.codeChannel}/${settingsFile}`, settingsOf(layout))
    this.put('/bundle/.keep', '')
    for (const [name, text] of Object.entries(layout.files ?? {})) this.put(`/bundle/${name}`, text)
    execFileSync('tar', ['-czf', join(this.channel, bundleFile), '-C', join(this.root, 'bundle'), '.'])
  }

  put(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.root + path), { recursive: true })
    writeFileSync(this.root + path, content)
  }

  read(path: string): string | undefined {
    return existsSync(this.root + path) ? readFileSync(this.root + path, 'utf8') : undefined
  }

  failure(): string | undefined {
    return this.read(paths.failure)
  }

  /** The digests a request would pin now. */
  digests(): readonly string[] {
    const files = [launcherFile, settingsFile, bundleFile]
    return files.map((file) =>
      createHash('sha256')
        .update(readFileSync(join(this.channel, file)))
        .digest('hex'),
    )
  }

  start(shell: readonly string[], env: Readonly<Record<string, string>> = {}, digests = this.digests()): Running {
    const [program = 'sh', ...options] = shell
    const began = performance.now()
    const child = spawn(program, [...options, join(this.channel, launcherFile), ...digests], {
      env: { PATH: quickPath, SSM_MACHINE_ROOT: this.root, HOME: this.root, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The first process of a container leads its process group, too.
      detached: true,
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    // 'exit' and not 'close': a child the program leaves behind may hold the pipes.
    let isOver = false
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => {
        const ms = performance.now() - began
        const tell = (): void => {
          isOver = true
          resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), ms })
        }
        // What was written before the exit is read before a turn of the loop in which nothing came.
        const tellWhenQuiet = (had = -1): void => {
          const has = stdout.length + stderr.length
          if (has === had) tell()
          else timer = setTimeout(() => setImmediate(() => tellWhenQuiet(has)), 20)
        }
        let timer = setTimeout(tellWhenQuiet, 300)
        child.on('close', () => (clearTimeout(timer), tell()))
      })
    })
    const said = async (text: string): Promise<void> => {
      const give = Date.now() + 50_000
      for (;;) {
        const isLast = isOver || Date.now() > give
        if (Buffer.concat(stdout).includes(text)) return
        if (isLast) throw new Error(`never said ${text}: ${Buffer.concat(stderr).toString()}`)
        await new Promise((wake) => setTimeout(wake, 5))
      }
    }
    return {
      pid: child.pid ?? 0,
      ended,
      kill: (signal) => void child.kill(signal),
      soFar: () => Buffer.concat(stdout).toString(),
      said,
    }
  }

  async run(shell: readonly string[], env: Readonly<Record<string, string>> = {}, digests = this.digests()): Promise<Ended> {
    return this.start(shell, env, digests).ended
  }

  /** Processes that were started on this machine and still run: their environment names its root. */
  processes(): readonly number[] {
    const mark = `SSM_MACHINE_ROOT=${this.root}\0`
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => environmentOf(pid).includes(mark))
      .map(Number)
  }

  /** Those that are left of it a while later: one that was killed is there for a moment. */
  async processesLeft(): Promise<readonly number[]> {
    for (const untilMs = performance.now() + 20_000; ;) {
      const left = this.processes()
      if (left.length === 0 || performance.now() > untilMs) return left
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Files the launcher made for itself and did not take away, but for the folder that goes with the machine. */
  leftovers(): readonly string[] {
    return readdirSync(join(this.root, 'opt/ml')).filter((name) => name.startsWith('.') && name !== '.ssm-launch')
  }
}

function settingsOf(layout: Layout): string {
  return [
    `ssm_kind=${quoted(layout.kind ?? 'training')}`,
    `ssm_run=${quoted(layout.run)}`,
    `set -- ${layout.argv.map(quoted).join(' ')}`,
    `export SAGEMAKER_JOB_NAME='t-1' SM_HPS='{"min":3}'`,
    `export SM_CHANNEL_DATA="$SSM_MACHINE_ROOT"'/opt/ml/input/data/data'`,
    `ssm_network_isolated=''`,
    layout.settings ?? '',
    '',
  ].join('\n')
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

/** The file of a program in the PATH, or just its name when it is not there. */
export function whereIs(name: string): string {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  return files.find((file) => existsSync(file)) ?? name
}

/** The shells the launcher must work in, and whether they are here. */
const everyShell = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].map((argv) => ({
  name: argv.join(' '),
  argv,
  here: lacking(argv[0] ?? '') === undefined,
}))

/** Those it is tried in: all of them among the slow tests, for each takes as long as the others, and else the first that is here. */
export const shells =
  process.env['SSM_ALL_SHELLS'] === '1'
    ? everyShell
    : [everyShell.find(({ here }) => here) ?? everyShell[0]].filter((shell) => shell !== undefined)
