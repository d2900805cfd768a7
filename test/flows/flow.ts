import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSsmError, type RunEvent, type SsmError } from '@simple-sagemaker/core'
import { afterAll, beforeAll } from 'vitest'

export { sandbox, repository, type Sandbox } from '../system/sandbox.ts'

/** What one flow may take on a busy computer. */
export const timeout = 120_000

/** Digests of files are remembered in a folder of these tests alone, for as long as they run. */
export function ownCache(): void {
  const before = process.env['SSM_CACHE_DIR']
  let folder: string | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssm-flows-'))
    process.env['SSM_CACHE_DIR'] = folder
  })
  afterAll(() => {
    if (before === undefined) delete process.env['SSM_CACHE_DIR']
    else process.env['SSM_CACHE_DIR'] = before
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
}

/** What a promise was rejected with, which must be an error of the library. */
export async function failureOf(work: Promise<unknown>): Promise<SsmError> {
  const cause: unknown = await work.then(
    () => new Error('Nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (isSsmError(cause)) return cause
  throw cause
}

/** Waits until something holds, looking again and again. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (const endMs = performance.now() + ms; !(await holds());) {
    if (performance.now() > endMs) throw new Error('It never came to hold')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The types of events, each run of one type once. */
export const kindsOf = (events: readonly RunEvent[]): readonly string[] =>
  events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])
