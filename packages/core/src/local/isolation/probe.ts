import { execFile } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readTextNow } from '../../files/read.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { isError } from '../../lang/realms.ts'
import { ownIdentity, processPlace } from '../process/identity.ts'
import { temporaryFile } from '../objects/temporary-file.ts'
import { namespaceArgv, prepareNamespaces } from './namespace.ts'

/** Whether programs can have `/opt/ml` of their own here, and why not. */
export interface NamespaceProbe {
  readonly works: boolean
  /** For people: what the system answered. */
  readonly why: string
}

interface Kept extends NamespaceProbe {
  /** The computer, its boot, kernel and user that this was found out for. */
  readonly of: string
  readonly atMs: number
}

// Somebody who reads why not may change the system.
const refusalHoldsMs = 10 * 60_000

const known = new Map<string, Promise<NamespaceProbe>>()

/** Tries it once for each boot of this computer, and keeps what it found in the store; a refusal for ten minutes. */
export function namespaceProbe(root: string): Promise<NamespaceProbe> {
  const found = known.get(root) ?? keptOrTried(root)
  known.set(root, found)
  return found
}

/** The same, tried now, in a folder that is removed again. */
export async function probedElsewhere(): Promise<NamespaceProbe> {
  if (process.platform !== 'linux') return onlyLinux
  await using folder = await temporaryDirectory('ssm-probe-')
  return await tryNamespace(folder.path)
}

const onlyLinux: NamespaceProbe = { works: false, why: 'only Linux has namespaces' }

async function keptOrTried(root: string): Promise<NamespaceProbe> {
  if (process.platform !== 'linux') return onlyLinux
  const path = join(root, 'isolation.json')
  const of = `${processPlace(ownIdentity())} ${release()} ${process.getuid?.()} 1`
  const kept = readKept(path)
  if (kept?.of === of && (kept.works || Date.now() - kept.atMs < refusalHoldsMs)) return kept
  const found = await tryNamespace(root)
  keep(root, { ...found, of, atMs: Date.now() })
  return found
}

function readKept(path: string): Kept | undefined {
  try {
    return JSON.parse(readTextNow(path)) as Kept
  } catch {
    return undefined
  }
}

function keep(root: string, kept: Kept): void {
  try {
    const next = temporaryFile(root)
    writeFileSync(next, JSON.stringify(kept), { mode: 0o600 })
    renameSync(next, join(root, 'isolation.json'))
  } catch {
    // A full or read-only disk is told elsewhere; the next process finds it out again.
  }
}

// Everything that a job relies on: its own folder, its own name, other machines by name, files that belong to us.
const program = [
  'test "$(cat /opt/ml/probe)" = here',
  'test "$(uname -n)" = algo-1',
  'if command -v getent; then getent hosts algo-2; fi',
  '(umask 022; echo made >/opt/ml/made)',
].join(' && ')

async function tryNamespace(root: string): Promise<NamespaceProbe> {
  let folder: string | undefined
  try {
    folder = temporaryFile(root)
    const trees = ['algo-1', 'algo-2'].map((host) => ({ host, root: `${folder}/${host}` }))
    for (const tree of trees) mkdirSync(join(tree.root, 'opt/ml'), { recursive: true, mode: 0o700 })
    const [tree] = trees as [(typeof trees)[0]]
    writeFileSync(join(tree.root, 'opt/ml/probe'), 'here')
    prepareNamespaces(trees, ['/state'])
    mkdirSync(join(tree.root, 'state'), { recursive: true })
    const [file = '', ...argv] = namespaceArgv({ tree, argv: ['/bin/sh', '-c', program], cwd: '/opt/ml' })
    await promisify(execFile)(file, argv, { timeout: 10_000, env: { LC_ALL: 'C' } })
    return { works: true, why: 'each machine has its own /opt/ml' }
  } catch (cause) {
    return { works: false, why: reasonOf(cause) }
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

function reasonOf(cause: unknown): string {
  const message = (cause as { readonly stderr?: string }).stderr?.trim().split('\n')[0] ?? ''
  if (message !== '') return message
  return isError(cause) ? (cause.message.split('\n')[0] ?? '') : String(cause)
}
