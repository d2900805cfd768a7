import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerPattern, ownerState, thisOwner } from '../files/process/owner.ts'
import { startIn, textOfProc } from '../files/process/proc.ts'
import { readText } from '../files/read.ts'
import { callEngine } from './call.ts'
import type { ContainerEngine } from './engine.ts'

/** A build that can be found again, whatever ended it. */
export interface MarkedBuild {
  /** Words for the engine that mark it. */
  readonly words: readonly string[]
  /** Removes what it left, after it failed or was ended. Never rejects: the next build tries again. */
  remove(): Promise<void>
}

// The name of a secret that no step asks for: it changes neither the image nor what its steps see. The engine notes it in the containers
// that it works in, and it stands among the words of its process.
const mark = 'simple-sagemaker-build-'
const marked = new RegExp(`\\bid=(${mark}(${ownerPattern})-[0-9a-f]{8})\\b`, 'g')

const engineAnswersMs = 30_000

/**
 * A mark for a build of podman, which leaves the containers it works in, and their mounts, when a signal ends it; docker's service clears up by
 * itself. `file` is any file: of the secret that is never read. An abort of the signal kills the engine's process and its steps.
 */
export function markedBuild(engine: ContainerEngine, file: string, signal: AbortSignal | undefined): MarkedBuild {
  // Older versions do not know the word.
  if (engine.kind !== 'podman' || !(Number.parseInt(engine.version, 10) >= 4)) return { words: [], remove: async () => undefined }
  const text = `${mark}${thisOwner()}-${randomBytes(4).toString('hex')}`
  const isOurs: IsLeft = (found) => found === text
  // Before anybody else ends the engine: afterwards nobody knows whose its steps were.
  signal?.addEventListener('abort', () => endProcesses(isOurs), { once: true })
  return { words: ['--secret', `id=${text},src=${file}`], remove: () => removeContainers(engine, isOurs) }
}

/** Removes what builds left whose client was killed: the engine's process that may go on, and the containers that it works in. */
export async function removeAbandonedBuilds(engine: ContainerEngine): Promise<void> {
  if (engine.kind !== 'podman') return
  const isAbandoned: IsLeft = (_, owner) => ownerState(owner) === 'gone'
  endProcesses(isAbandoned)
  await removeContainers(engine, isAbandoned)
}

/** Whether a build is one of those that are looked for, by its mark and by the process that is its client. */
type IsLeft = (text: string, owner: string) => boolean

const isMarkedIn = (text: string, isLeft: IsLeft): boolean =>
  [...text.matchAll(marked)].some(([, found = '', owner = '']) => isLeft(found, owner))

interface Seen {
  readonly pid: number
  readonly parent: number
  /** With its number, no other process can be mistaken for it. */
  readonly start: string | undefined
}

/** Kills the engine's processes with such a mark and those that they started. They are stopped first: one that runs can start others meanwhile. */
function endProcesses(isLeft: IsLeft): void {
  const stopped = new Map<number, Seen>()
  for (let found = processesOf(isLeft); found.length > 0;) {
    for (const each of found) {
      send('SIGSTOP', each)
      stopped.set(each.pid, each)
    }
    found = processesOf(isLeft).filter(({ pid }) => !stopped.has(pid))
  }
  for (const each of stopped.values()) send('SIGKILL', each)
}

/** The engine's processes with such a mark, and those that they started. Only Linux shows them. */
function processesOf(isLeft: IsLeft): readonly Seen[] {
  const all = numbersIn('/proc').flatMap((pid) => seen(pid) ?? [])
  const found = all.filter(({ pid }) => isEngineOf(pid, isLeft))
  // Grows while it is read.
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid).filter((child) => !found.includes(child)))
  return found
}

function isEngineOf(pid: number, isLeft: IsLeft): boolean {
  const words = textOfProc(`/proc/${pid}/cmdline`).split('\0')
  return words.includes('build') && words.some((word) => word.startsWith('id=') && isMarkedIn(word, isLeft))
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((pid) => pid > 1 && pid !== process.pid)
  } catch {
    return []
  }
}

function seen(pid: number): Seen | undefined {
  const parent = /^PPid:\s*(\d+)$/m.exec(textOfProc(`/proc/${pid}/status`))?.[1]
  return parent === undefined ? undefined : { pid, parent: Number(parent), start: startIn(`/proc/${pid}`) }
}

function send(signal: 'SIGSTOP' | 'SIGKILL', { pid, start }: Seen): void {
  try {
    if (start !== undefined && start !== 'ended' && startIn(`/proc/${pid}`) === start) process.kill(pid, signal)
  } catch {
    // It has just ended, or is somebody else's.
  }
}

async function removeContainers(engine: ContainerEngine, isLeft: IsLeft): Promise<void> {
  try {
    const ids = await workingContainers(engine, isLeft)
    if (ids.length > 0) await callEngine(engine.program, ['rm', '--force', ...ids], { timeoutMs: engineAnswersMs })
  } catch {
    // An engine that does not answer now is asked again by the next build.
  }
}

/** The engine names these containers after the image that they begin with, as all others: the mark is in what it notes of them. */
async function workingContainers({ program }: ContainerEngine, isLeft: IsLeft): Promise<readonly string[]> {
  const format = '{{.Store.GraphDriverName}} {{.Store.GraphRoot}}'
  const { stdout } = await callEngine(program, ['info', '--format', format], { timeoutMs: engineAnswersMs })
  const [, driver = '', root = ''] = /^(\S+) (.+)$/.exec(stdout.trim()) ?? []
  // Where the engine's service is elsewhere, so is this folder.
  const folder = join(root, `${driver}-containers`)
  const found: string[] = []
  for (const id of await readdir(folder).catch((): string[] => [])) {
    const notes = await readText(join(folder, id, 'userdata/buildah.json')).catch(() => undefined)
    if (notes !== undefined && isMarkedIn(notes, isLeft)) found.push(id)
  }
  return found
}
