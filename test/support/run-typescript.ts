import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Runs a TypeScript file of the tests as a process of its own, on the sources. */
export function runTypeScript(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<null, Readable, null> {
  const hooks = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url))
  const path = fileURLToPath(new URL(file, import.meta.url))
  return spawn(process.execPath, ['--conditions=ssm-source', '--import', hooks, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
}
