import process from 'node:process'
import { app } from '../../../packages/cli/src/app.ts'
import { testContext } from './context.ts'

export interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this very process, on the local platform in a folder; `answer` is typed when a question is asked. */
export async function ssmInProcess(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  answer?: string,
): Promise<Printed> {
  const context = testContext({
    cwd,
    env: { SSM_PLATFORM: 'local', HOME: cwd, PATH: process.env['PATH'] ?? '', ...env },
    ...(answer === undefined ? {} : { answer }),
  })
  const code = await app(argv, context)
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() }
}

/** The flags that name the task of most tests. */
export const task = ['-p', 'ex', '-t', 't'] as const

/** Arguments that run a shell line as that task. */
export const shell = (line: string, ...more: readonly string[]): readonly string[] => [
  'shell',
  ...task,
  '--cmd_line',
  line,
  ...more,
]
