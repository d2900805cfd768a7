import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { originalLines } from './original-lines.ts'
import { environment, ssmProgram } from './ssm.ts'

const readme = fileURLToPath(new URL('../original/readme/', import.meta.url))

/** A command line of the original's documentation, by its name. */
export const originalLine = (name: string): string => originalLines.find((each) => each.name === name)?.text ?? ''

/** The examples of the original's documentation, in a folder of their own with everything they name. */
export async function originalFolder(path: string): Promise<void> {
  cpSync(readme, path, { recursive: true })
  const persons = join(path, '.ssm/s3/awsglue-datasets/examples/us-legislators/all')
  mkdirSync(persons, { recursive: true })
  writeFileSync(join(persons, 'persons.json'), '[{"name": "a person"}]\n')
  mkdirSync(join(path, '.bin'))
  script(path, 'nvidia-smi', 'echo "Tesla V100-SXM2-16GB"')
  script(path, 'ssm', `exec '${process.execPath}' '${await ssmProgram()}' "$@"`)
}

/** Runs a piece of shell exactly as it is written, with `ssm` on the path; gives what it said. */
export function shell(folder: string, text: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync('bash', ['--norc', '-e', '-c', text, 'run.sh', join(folder, 'out')], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment({
      SSM_PLATFORM: 'local',
      BASEDIR: folder,
      PATH: `${join(folder, '.bin')}:${process.env['PATH'] ?? ''}`,
      ...env,
    }),
  })
}

/** The arguments that a shell hands to `ssm` for the one command of a text, `$1` being `out` and `$BASEDIR` being `/base`. */
export function argvOf(text: string): readonly string[] {
  const show = `ssm() { printf '%s\\0' "$@" >&3; }; `
  // Not on stdout: a line may send that elsewhere. Without start files, which bash reads when its streams are sockets.
  const { output } = spawnSync('bash', ['--norc', '-c', `${show}${text}`, 'run.sh', 'out'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', BASEDIR: '/base' },
  })
  return (output[3] ?? '').split('\0').slice(0, -1)
}

function script(folder: string, name: string, text: string): void {
  const path = join(folder, '.bin', name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}
