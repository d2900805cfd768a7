import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { project, type Platform, type RunEvent } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import { afterEach, beforeEach, vi } from 'vitest'
import { quickPath } from '../../packages/worker-toolkit/test/machine.ts'
import { codeThatImports, packageIndex, type PackageIndex } from './package-index.ts'

export interface Ran {
  readonly printed: string
  readonly events: readonly RunEvent[]
  readonly installs: boolean
}

/** A store, and an index of packages that is the only one pip knows; new for each test. */
export interface PackagesSandbox {
  readonly base: string
  readonly index: PackageIndex
}

export function packagesSandbox(names: readonly string[]): PackagesSandbox {
  let base = ''
  let index: PackageIndex | undefined
  beforeEach(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-packages-')))
    index = await packageIndex(names)
    vi.stubEnv('VIRTUAL_ENV', '')
    vi.stubEnv('PATH', quickPath)
    vi.stubEnv('PIP_INDEX_URL', index.url)
    vi.stubEnv('PIP_CONFIG_FILE', '/dev/null')
  })
  afterEach(async () => {
    await index?.close()
    vi.unstubAllEnvs()
    rmSync(base, { recursive: true, force: true })
  })
  return {
    get base() {
      return base
    },
    get index() {
      if (index === undefined) throw new Error('Only inside a test')
      return index
    },
  }
}

export const openIn = ({ base }: PackagesSandbox): Platform =>
  local({ root: join(base, 'store'), venvFolders: [], stopGraceSeconds: 0.5 })

/** A new folder with a program that imports the packages, and its requirements. */
export const codeIn = ({ base }: PackagesSandbox, names: readonly string[], requirements: string): string =>
  codeThatImports(mkdtempSync(join(base, 'code-')), names, requirements)

export const taskIn = (platform: Platform, sourceDir: string, name = 't') =>
  project('py', { platform }).task(name).code('a.py', { sourceDir })

/** Runs the program, whatever is done already. */
export async function run(platform: Platform, sourceDir: string, name?: string): Promise<Ran> {
  const events: RunEvent[] = []
  await taskIn(platform, sourceDir, name).run({ force: true, onEvent: (event) => void events.push(event) })
  const printed = events.flatMap((event) => (event.type === 'logged' ? [event.line.text] : [])).at(-1) ?? ''
  return { printed, events, installs: events.some((event) => event.type === 'status-changed' && event.phase === 'Installing') }
}
