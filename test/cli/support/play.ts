import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { environment } from './ssm.ts'

/** Waits for a text on the terminal, after a resize for one that comes after it, then does something there. */
export interface Step {
  readonly after: string
  readonly send?: string
  readonly resize?: readonly [rows: number, columns: number]
  /** A file that comes to be there. */
  readonly make?: string
}

export interface Played {
  readonly output: string
  readonly code: number
  /** Steps whose text never came. */
  readonly left: number
}

const player = fileURLToPath(new URL('./play.py', import.meta.url))

/** Runs a program in a real terminal of this size and plays the steps. */
export async function playProgram(
  cwd: string,
  argv: readonly string[],
  given: { readonly steps?: readonly Step[]; readonly columns?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Played> {
  const script = join(cwd, 'script.json')
  writeFileSync(script, JSON.stringify({ argv, columns: given.columns ?? 80, steps: given.steps ?? [], seconds: 100 }))
  const env = environment({ SSM_PLATFORM: 'local', TERM: 'xterm-256color', ...given.env })
  const { stdout } = await execa('python3', [player, script], { cwd, env, extendEnv: false, stdin: 'ignore' })
  return JSON.parse(stdout) as Played
}
