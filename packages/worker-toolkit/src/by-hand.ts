/** A program run by hand, outside a job: its files go into one folder, and its arguments are its hyperparameters. */

import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { machineRootVariable, paths } from './contract.ts'

/** Environment variables by name; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>

let made: string | undefined

/**
 * The folder that stands for the root of a machine when no job runs the program: `./.ssm/hand`, or a temporary one where that
 * cannot be made. It is made, and told of on stderr, once. `undefined` in a job.
 */
export function folderByHand(env: Environment): string | undefined {
  if (isInJob(env)) return undefined
  if (made !== undefined && existsSync(made)) return made
  made = makeFolder()
  process.stderr.write(
    `worker-toolkit: no job runs this program; its folders are in ${made}, its arguments are its hyperparameters\n`,
  )
  return made
}

function isInJob(env: Environment): boolean {
  if (env[machineRootVariable] !== undefined || env['SM_CURRENT_HOST'] !== undefined) return true
  return [paths.training.config, paths.processing.config].some((folder) => existsSync(`${folder}/resourceconfig.json`))
}

function makeFolder(): string {
  const folder = resolve('.ssm', 'hand')
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '.gitignore'), '*\n')
    return folder
  } catch {
    return mkdtempSync(join(tmpdir(), 'ssm-hand-'))
  }
}

/** `--name value`, `--name=value` and `-n value`: text, as from the command line of a job. */
export function argumentsAsHyperparameters(args: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  let open: string | undefined
  for (const argument of args) {
    const [, name, value] = /^(?:--(?=[^=])|-(?=[\p{L}_]))([^=]+)(?:=([^]*))?$/u.exec(argument) ?? []
    if (name !== undefined) {
      found.set(name, value ?? 'true')
      open = value === undefined ? name : undefined
    } else if (open !== undefined) {
      found.set(open, argument)
      open = undefined
    }
  }
  return Object.fromEntries(found)
}
